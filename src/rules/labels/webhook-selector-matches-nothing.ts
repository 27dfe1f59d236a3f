// A webhook sees requests in namespaces that its namespaceSelector matches; the selector does not count for
// cluster-scoped objects. One that matches no namespace sees nothing. Selectors by which namespaces opt in are often
// meant to match none yet: without a label that is nearly right it is only worth knowing.
// Source: kubernetes.io docs, "Dynamic Admission Control" (matching requests: namespaceSelector, objectSelector).
import { nearestNamespaceSelector, selectableNamespaces } from '../../analyses/labels/nearest-namespace.ts';
import type { NearestSelector } from '../../analyses/labels/nearest-selector.ts';
import { unreadKinds } from '../../analyses/labels/selector-verdict.ts';
import { refOf } from '../../kube/object-ref.ts';
import { matches, selectorText } from '../../kube/selector.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { ALL_KINDS, kindInfo } from '../../model/kind.ts';
import type { WebhookConfigurationObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule } from '../rule.ts';
import { UNMATCHED } from './unmatched-finding.ts';

const validating = rule({
  ...UNMATCHED,
  subject: 'ValidatingWebhookConfiguration',
  needs: ['ValidatingWebhookConfiguration', 'Namespace'],
  check: (configuration, view) => checkWebhooks(configuration, view, 'medium'),
});

const mutating = rule({
  ...UNMATCHED,
  subject: 'MutatingWebhookConfiguration',
  needs: ['MutatingWebhookConfiguration', 'Namespace'],
  check: (configuration, view) => checkWebhooks(configuration, view, 'low'),
});

export const WEBHOOK_SELECTOR_MATCHES_NOTHING = [validating, mutating] as const;

/** Resources in namespaces, by the plural name that webhook rules use. */
const NAMESPACED: ReadonlySet<string> = new Set(
  ALL_KINDS.map((kind) => kindInfo(kind)).flatMap(({ namespaced, resource }) => (namespaced ? [resource] : [])),
);

function checkWebhooks(
  configuration: WebhookConfigurationObject,
  view: ClusterView,
  severity: FindingDraft['severity'],
): readonly FindingDraft[] {
  if (unreadKinds(view, undefined, ['Namespace']) !== undefined) return [];
  const namespaces = selectableNamespaces(view);
  if (namespaces.length === 0) return [];
  return configuration.webhooks.flatMap((webhook, index): FindingDraft[] => {
    const selector = webhook.namespaceSelector;
    const isNamespaced = webhook.resources.every((one) => NAMESPACED.has(one.split('/')[0] ?? ''));
    if (!isNamespaced || namespaces.some((one) => matches(selector, one.labels))) return [];
    const near = nearestNamespaceSelector(view, selector);
    const text = selectorText(selector);
    return [
      {
        key: webhook.name,
        severity: near === undefined ? 'info' : severity,
        title: `webhook ${webhook.name} selects no namespace`,
        why: `No namespace has the labels ${text}, so that the webhook is never asked.${nearText(near)}`,
        evidence: [
          {
            text: `selects namespaces ${text}`,
            object: refOf(configuration),
            path: `webhooks[${index}].namespaceSelector`,
          },
          ...(near === undefined ? [] : [{ text: `nearest: ${selectorText(near.selector)}, ${near.text}` }]),
        ],
        absence: true,
        remedies: near === undefined ? [] : ['labels/fix-selector'],
        data:
          near === undefined
            ? null
            : { path: `webhooks[${webhook.name}]`, selector: near.selector, namespace: '', repair: near.repair },
      },
    ];
  });
}

function nearText(near: NearestSelector | undefined): string {
  return near === undefined ? '' : ` Nearest: ${near.text}.`;
}
