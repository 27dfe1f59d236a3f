/**
 * The API server counts requests to deprecated API versions in `apiserver_requested_deprecated_apis`, with the release
 * that removes them. Unlike last-applied annotations the metric only tells what is really asked for.
 * Source: k8s.io/apiserver pkg/endpoints/metrics (STABLE gauge, set for the life of the server process).
 */
import { minorsBetween, parseKubernetesVersion } from '../../kube/kubernetes-version.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const removedApiInUse = rule({
  id: 'vigilance/removed-api-in-use',
  subject: 'Cluster',
  summary: 'API versions in use that a coming release removes',
  help: 'Find the clients (audit events carry k8s.io/deprecated and k8s.io/removed-release with the user), and move them to the newer version before the upgrade.',
  references: [owasp('K07')],
  needs: [],
  check(_subject, view) {
    const { deprecatedApis, serverVersion, metricsReason, source } = view.facts();
    if (source === 'files') return [];
    if (deprecatedApis === null) return [notReadable(metricsReason)];
    const server = parseKubernetesVersion(serverVersion ?? '');
    const byResource = new Map<string, (typeof deprecatedApis)[number][]>();
    for (const api of deprecatedApis) {
      // Deprecated without a date, as v1 Endpoints, which k8sec reads itself: no upgrade breaks it.
      if (api.removedRelease === '') continue;
      const key = api.group === '' ? api.resource : `${api.resource}.${api.group}`;
      byResource.set(key, [...(byResource.get(key) ?? []), api]);
    }
    return [...byResource].map(([key, apis]) => {
      const removed = apis.map((api) => parseKubernetesVersion(api.removedRelease));
      const left = removed.flatMap((one) =>
        one === null || server === null ? [] : [minorsBetween(server, one) ?? 99],
      );
      const isNext = left.some((minors) => minors <= 1);
      return {
        key,
        severity: isNext ? ('medium' as const) : ('low' as const),
        title: `Deprecated API of ${key} is in use`,
        why: `${isNext ? 'The next upgrade breaks' : 'A coming upgrade breaks'} whoever still asks for it.`,
        evidence: apis.map((api) => ({
          text: `${api.group === '' ? '' : `${api.group}/`}${api.version} ${api.resource} was requested since the server started; removed in ${api.removedRelease}`,
        })),
      };
    });
  },
});

function notReadable(reason: string): FindingDraft {
  return {
    severity: 'info',
    title: 'Use of deprecated APIs is unknown',
    why: `The metric that counts it could not be read${reason === '' ? '' : `: ${reason}`}.`,
    evidence: [{ text: 'GET /metrics, apiserver_requested_deprecated_apis' }],
    unknown: true,
  };
}
