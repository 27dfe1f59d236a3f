/**
 * A webhook sees only what its selectors let through. A label on the object itself is chosen by whoever writes the
 * object; and what runs in a namespace that is left out is not looked at. (Leaving out kube-system is what the
 * documentation recommends, so that is only told.)
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-objectselector
 */
import { namespaceLabels } from '../../analyses/network/namespace-labels.ts';
import { isSystemNamespace } from '../../analyses/vigilance/node-agent.ts';
import { refOf } from '../../kube/object-ref.ts';
import { isEmptySelector, matches, selectorText } from '../../kube/selector.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { WebhookConfigurationObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';
import { guardedWebhooks } from '../../analyses/vigilance/guarded-webhooks.ts';

const HELP =
  'Prefer a namespaceSelector on labels that only administrators may set, or matchConditions on who asks, to an objectSelector: whoever may create the object sets its labels. Make sure that few may create workloads in namespaces that admission does not see.';
const REFERENCES = [owasp('K04'), attack('T1562')];

export const validatingWebhookSkipsObjects = rule({
  id: 'vigilance/validating-webhook-skips-objects',
  subject: 'ValidatingWebhookConfiguration',
  summary: 'Validating webhooks that a label takes objects out of, or that do not see system namespaces',
  help: HELP,
  references: REFERENCES,
  needs: ['ValidatingWebhookConfiguration', 'Namespace'],
  check: (subject, view) => skips(subject, view, 'low'),
});

export const mutatingWebhookSkipsObjects = rule({
  id: 'vigilance/mutating-webhook-skips-objects',
  subject: 'MutatingWebhookConfiguration',
  summary: 'Mutating webhooks that a label takes objects out of, or that do not see system namespaces',
  help: HELP,
  references: REFERENCES,
  needs: ['MutatingWebhookConfiguration', 'Namespace'],
  check: (subject, view) => skips(subject, view, 'info'),
});

function skips(
  subject: WebhookConfigurationObject,
  view: ClusterView,
  severity: FindingDraft['severity'],
): readonly FindingDraft[] {
  const guarded = guardedWebhooks(subject);
  const object = refOf(subject);
  const findings: FindingDraft[] = [];
  const labelled = guarded.filter(({ webhook }) => !isEmptySelector(webhook.objectSelector));
  if (labelled.length > 0) {
    findings.push({
      key: 'labels',
      severity,
      title: 'A label takes objects out of admission',
      why: 'Whoever writes the object chooses its labels, and with them whether it is looked at.',
      evidence: labelled.map(({ webhook, index }) => ({
        text: `webhook ${webhook.name} sees only ${webhook.resources.join(', ')} with ${selectorText(webhook.objectSelector)}`,
        object,
        path: `webhooks[${index}].objectSelector`,
      })),
    });
  }
  const unseen = guarded.flatMap(({ webhook, index }) => {
    const names = systemNamespaces(view).filter(
      (name) => !matches(webhook.namespaceSelector, namespaceLabels(view, name)),
    );
    return names.length === 0 ? [] : [{ webhook, index, names }];
  });
  if (unseen.length > 0) {
    findings.push({
      key: 'namespaces',
      severity: 'info',
      advisory: true,
      title: `Admission does not see ${[...new Set(unseen.flatMap((one) => one.names))].join(', ')}`,
      why: 'What is created there is not looked at; whoever may create workloads there goes past it.',
      evidence: unseen.map(({ webhook, index }) => ({
        text: `webhook ${webhook.name} sees only namespaces with ${selectorText(webhook.namespaceSelector)}`,
        object,
        path: `webhooks[${index}].namespaceSelector`,
      })),
    });
  }
  return findings;
}

/** Every cluster has kube-system, whether or not its Namespace could be read. */
function systemNamespaces(view: ClusterView): readonly string[] {
  const seen = view.list('Namespace').map((one) => one.name);
  return [...new Set(['kube-system', ...seen.filter(isSystemNamespace)])].sort();
}
