/**
 * The API server counts requests to deprecated API versions in `apiserver_requested_deprecated_apis`, with the release
 * that removes them, and notes them in the audit log, which tells who asked. Unlike last-applied annotations both only
 * tell what is really asked for.
 * Source: k8s.io/apiserver pkg/endpoints/metrics (STABLE gauge, set for the life of the server process; MonitorRequest
 * sets the audit annotations `k8s.io/deprecated` and `k8s.io/removed-release`).
 */
import { deprecatedApis, type DeprecatedApi } from '../../analyses/vigilance/deprecated-apis.ts';
import { dayText } from '../../kube/age.ts';
import { minorsBetween, parseKubernetesVersion } from '../../kube/kubernetes-version.ts';
import type { Evidence, FindingDraft } from '../../model/finding.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { owasp } from '../references.ts';
import { rule } from '../rule.ts';

/** As many callers are named for each API version. */
const MOST_CALLERS = 10;

export const removedApiInUse = rule({
  id: 'vigilance/removed-api-in-use',
  subject: 'Cluster',
  summary: 'API versions in use that a coming release removes',
  help: 'An audit log (--audit-log) names the clients: move them to the newer version before the upgrade.',
  references: [owasp('K07')],
  needs: [],
  check(_subject, view) {
    const { deprecatedApis: counted, serverVersion, metricsReason, source } = view.facts();
    const server = parseKubernetesVersion(serverVersion ?? '');
    const byResource = Map.groupBy(deprecatedApis(view), ({ group, resource }) =>
      group === '' ? resource : `${resource}.${group}`,
    );
    const findings = [...byResource].map(([key, apis]): FindingDraft => {
      const removed = apis.map((api) => parseKubernetesVersion(api.removedRelease));
      const left = removed.flatMap((one) =>
        one === null || server === null ? [] : [minorsBetween(server, one) ?? 99],
      );
      const isNext = left.some((minors) => minors <= 1);
      return {
        key,
        severity: isNext ? 'medium' : 'low',
        title: `Deprecated API of ${key} is in use`,
        why: `${isNext ? 'The next upgrade breaks' : 'A coming upgrade breaks'} whoever still asks for it.`,
        evidence: apis.flatMap((api) => [useText(api), ...callerTexts(api, view)]).map((text): Evidence => ({ text })),
      };
    });
    return counted === null && source !== 'files' ? [...findings, notReadable(metricsReason)] : findings;
  },
});

function useText({ group, version, resource, removedRelease, counted }: DeprecatedApi): string {
  const api = [group, version].filter((part) => part !== '').join('/');
  const when = counted ? 'since the server started' : 'as the audit log tells';
  return `${api} ${resource} was requested ${when}; removed in ${removedRelease}`;
}

function callerTexts({ callers }: DeprecatedApi, view: ClusterView): readonly string[] {
  const { first, last } = view.audit().coverage;
  if (callers.length === 0) {
    if (first === null || last === null) return [];
    return [`the audit log of ${dayText(first)} to ${dayText(last)} names nobody who asked for it`];
  }
  const more = callers.length - MOST_CALLERS;
  return [
    ...callers.slice(0, MOST_CALLERS).map(({ username, userAgent, count, last: latest }) => {
      const who = username === '' ? 'others' : `${username} (${userAgent === '' ? 'no user agent' : userAgent})`;
      return `asked for by ${who}: ${count} ${count === 1 ? 'request' : 'requests'}, last on ${dayText(latest)}`;
    }),
    ...(more > 0 ? [`and ${more} more callers`] : []),
  ];
}

function notReadable(reason: string): FindingDraft {
  return {
    severity: 'info',
    title: 'Use of deprecated APIs is unknown',
    why: `The metric that counts it could not be read${reason === '' ? '' : `: ${reason}`}.`,
    evidence: [{ text: 'GET /metrics, apiserver_requested_deprecated_apis' }],
    unknown: true,
  };
}
