/**
 * A webhook with failurePolicy Ignore is skipped when it does not answer: who can stop or overload it passes everything.
 * v1 defaults to Fail. Webhooks on objects that carry no rights (events, leases) do not matter here.
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy
 */
import { refOf } from '../../kube/object-ref.ts';
import type { Evidence, FindingDraft } from '../../model/finding.ts';
import type { WebhookConfigurationObject } from '../../model/objects.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';
import { guardedWebhooks } from '../../analyses/vigilance/guarded-webhooks.ts';

const HELP =
  'Set failurePolicy: Fail once the webhook runs with several replicas and a PodDisruptionBudget, with a namespaceSelector that leaves out its own namespace, so that it cannot lock itself out.';
const REFERENCES = [owasp('K04'), attack('T1562')];

export const validatingWebhookFailsOpen = rule({
  id: 'vigilance/validating-webhook-fails-open',
  subject: 'ValidatingWebhookConfiguration',
  summary: 'Validating webhooks that let everything pass when they do not answer',
  help: HELP,
  references: REFERENCES,
  needs: ['ValidatingWebhookConfiguration'],
  check: (subject) => failsOpen(subject, 'medium'),
});

export const mutatingWebhookFailsOpen = rule({
  id: 'vigilance/mutating-webhook-fails-open',
  subject: 'MutatingWebhookConfiguration',
  summary: 'Mutating webhooks that are skipped when they do not answer',
  help: HELP,
  references: REFERENCES,
  needs: ['MutatingWebhookConfiguration'],
  check: (subject) => failsOpen(subject, 'low'),
});

function failsOpen(subject: WebhookConfigurationObject, severity: FindingDraft['severity']): readonly FindingDraft[] {
  const open = guardedWebhooks(subject).filter(({ webhook }) => webhook.failurePolicy === 'Ignore');
  if (open.length === 0) return [];
  const evidence = open.map(({ webhook, index }): Evidence => ({
    text: `webhook ${webhook.name} is skipped on failure; it looks at ${webhook.resources.join(', ')}`,
    object: refOf(subject),
    path: `webhooks[${index}].failurePolicy`,
  }));
  const count = open.length === 1 ? 'A webhook is' : `${open.length} webhooks are`;
  return [
    {
      severity,
      title: 'Admission fails open',
      why: `${count} skipped without a word when no answer comes in time, for instance while its pods are evicted.`,
      evidence,
    },
  ];
}
