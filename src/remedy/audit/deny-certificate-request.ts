/**
 * Denies certificate signing requests that the log shows as made and not as decided. The approval subresource takes the
 * condition and nothing else; a request is approved or denied once, never both
 * (kubernetes/kubernetes pkg/registry/certificates/certificates/strategy.go and pkg/apis/certificates/validation).
 */
import { auditGroups, eventsOf } from '../../analyses/audit/audit-groups.ts';
import { outcomeOf } from '../../analyses/audit/request.ts';
import type { AuditEvent } from '../../model/audit-event.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { kubectl } from '../kubectl.ts';
import type { Manifest, Remedy } from '../remedy.ts';
import { groupOf, saveFirst } from './audit-finding.ts';

const RESOURCE = 'certificatesigningrequests';
const DETECTION = 'csr-created-or-approved';
const MOST_REQUESTS = 20;

export const denyCertificateRequest: Remedy = {
  id: 'audit/deny-certificate-request',
  title: 'Deny the certificate request',
  safety: 'review',
  build(finding, view) {
    const group = groupOf(finding, view);
    if (group === undefined) return { refused: 'The log does not hold these requests any more.' };
    const made = new Map<string, AuditEvent>();
    for (const event of eventsOf(group)) {
      if (outcomeOf(event) === 'done' && event.object?.resource === RESOURCE && event.object.name !== '') {
        made.set(event.object.name, event);
      }
    }
    if (made.size === 0) return { refused: 'The events name no certificate request.' };
    const decided = decisions(view);
    const pending = [...made.keys()].filter((name) => !decided.has(name)).slice(0, MOST_REQUESTS);
    if (pending.length === 0) {
      const by = [...made.keys()].map((name) => `${name} by ${decided.get(name)?.user.username ?? ''}`).join(', ');
      return {
        refused: `Decided already: ${by}. A certificate that was signed cannot be revoked: take the rights of its user away until it expires.`,
      };
    }
    return {
      note:
        'The log shows no decision about it; a controller may have approved it, and then this is refused. Whoever may ' +
        'can ask again: take that right away, too.',
      manifests: pending.map((name) => denied(name, made.get(name))),
      comments: pending.map((_, document) => ({
        document,
        path: ['status'],
        text: 'for the subresource approval, as kubectl certificate deny writes it',
      })),
      use: {
        type: 'steps',
        commands: [
          ...saveFirst(
            group,
            pending.map((name) => ({ resource: RESOURCE, namespace: '', name })),
          ),
          ...pending.map((name) => kubectl`certificate deny ${name}`),
        ],
      },
      changes: [],
      effects: pending.map((name) => `no certificate is signed for ${name}, unless one was already`),
    };
  },
};

/** Writes of the approval of requests that succeeded, by the name of the request: they approve or deny it. */
function decisions(view: ClusterView): ReadonlyMap<string, AuditEvent> {
  const found = new Map<string, AuditEvent>();
  for (const group of auditGroups(view).values()) {
    if (group.detection !== DETECTION) continue;
    for (const event of eventsOf(group)) {
      if (event.object?.subresource === 'approval' && outcomeOf(event) === 'done') found.set(event.object.name, event);
    }
  }
  return found;
}

function denied(name: string, event: AuditEvent | undefined): Manifest {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    status: {
      conditions: [
        {
          type: 'Denied',
          status: 'True',
          reason: 'DeniedAfterReview',
          message: `Denied after a review of the audit log (auditID ${event?.auditID ?? ''}).`,
        },
      ],
    },
  };
}
