/**
 * A release of Kubernetes takes old API versions away: `kubectl apply` of a manifest that still names one is refused, and
 * what is deployed stays as the last version that was taken left it.
 * Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
 */
import { serverMinor } from '../../analyses/pod-security/policy-minor.ts';
import { removedApi } from '../../kube/removed-apis.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const removedApiInManifest = rule({
  id: 'vigilance/removed-api-in-manifest',
  subject: 'Cluster',
  summary: 'Manifests in an API version that a release removed',
  help: 'Write the manifest in the newer version, whose fields may differ: kubectl convert -f FILE --output-version GROUP/VERSION.',
  references: [owasp('K07')],
  needs: [],
  check(_cluster, view) {
    const minor = serverMinor(view);
    return (view.facts().removedApis ?? []).flatMap(
      ({ apiVersion, kind, namespace, name, location }): FindingDraft[] => {
        const removed = removedApi(apiVersion, kind);
        // A PodSecurityPolicy has no newer version: it is a safeguard that is gone, and a finding of its own.
        if (removed === undefined || removed.replacement === null) return [];
        const isGone = minor >= removed.minor;
        return [
          {
            subject: { apiVersion, kind, namespace, name },
            severity: isGone ? 'medium' : 'low',
            title: isGone
              ? 'is refused: its API version is no longer served'
              : 'is in an API version that is going away',
            why: isGone
              ? 'Whatever this manifest changes, security settings among them, does not arrive in the cluster.'
              : 'After the upgrade that removes it the manifest is refused.',
            evidence: [
              { text: `${apiVersion} was removed in 1.${removed.minor}; ${removed.replacement} took its place` },
              { text: `declared in ${location.file}:${location.line}` },
            ],
          },
        ];
      },
    );
  },
});
