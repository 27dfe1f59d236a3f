/**
 * Managed fields name the API version that a client wrote an object in. One that a release removed is a hint that the
 * client, or the manifest in its repository, still names it; what is really asked for the server's metric and the audit
 * log tell.
 * Source: meta/v1 ManagedFieldsEntry.apiVersion; https://kubernetes.io/docs/reference/using-api/deprecation-guide/
 */
import { removedApiWrites } from '../../analyses/vigilance/removed-api-writes.ts';
import { serverMinor } from '../../analyses/pod-security/policy-minor.ts';
import { dayText } from '../../kube/age.ts';
import { removedApi } from '../../kube/removed-apis.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const writtenInRemovedApi = rule({
  id: 'vigilance/written-in-removed-api',
  subject: 'Cluster',
  summary: 'Objects that a client last wrote in an API version that a release removed: a hint',
  help: 'Look at the manifest or the client that is named: it may have moved on without writing this object again. Whether the old version is still asked for the audit log (--audit-log) tells.',
  references: [owasp('K07')],
  needs: [],
  check(_cluster, view) {
    const minor = serverMinor(view);
    return removedApiWrites(view).flatMap(({ object, manager, apiVersion, time }): FindingDraft[] => {
      const removed = removedApi(apiVersion, object.kind);
      if (removed === undefined) return [];
      const who = manager === '' ? 'a client without a name' : manager;
      return [
        {
          subject: object,
          key: `${manager}/${apiVersion}`,
          severity: 'info',
          advisory: true,
          title: `A hint: ${who} last wrote it in ${apiVersion}`,
          why:
            minor >= removed.minor
              ? 'This server no longer serves that version: what still writes in it is refused.'
              : 'The upgrade that removes that version breaks what still writes in it.',
          evidence: [
            {
              text: `written ${time === null ? 'at an unknown time' : `on ${dayText(time)}`}; 1.${removed.minor} removed it${
                removed.replacement === null ? '' : `, and ${removed.replacement} took its place`
              }`,
              object,
              path: 'metadata.managedFields',
            },
          ],
        },
      ];
    });
  },
});
