import { refOf, refText } from '../../kube/object-ref.ts';
import { selectorText } from '../../kube/selector.ts';
import { selected } from '../../analyses/labels/selectable.ts';
import { apiVersionOf, kindInfo } from '../../model/kind.ts';
import type { MonitorObject, ObjectOf, PodDisruptionBudgetObject, ServiceObject } from '../../model/objects.ts';
import type { LabelSelector, SelectorEdit } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { Manifest, Remedy, RemedyDraft, RemedyRefusal } from '../remedy.ts';
import { kubectl } from '../kubectl.ts';
import { ofPluginPolicy, pluginPolicy } from './fix-plugin-selector.ts';
import { mergePatch, selectorPatch } from './selector-patch.ts';

interface Fix {
  readonly selector: LabelSelector;
  readonly namespace: string;
  readonly repair: string;
  readonly edits: readonly SelectorEdit[];
}

/** Writes the nearest selector that matches something in place of one that matches nothing. */
export const fixSelector: Remedy = {
  id: 'labels/fix-selector',
  title: 'select by the nearest label that matches',
  safety: 'review',
  build: (finding, view) => {
    const fix = finding.data as Fix | null;
    const { kind, name } = finding.subject;
    const namespace = finding.subject.namespace ?? '';
    if (fix === null) return { refused: 'No label is near enough to be what was meant.' };
    const plugin = pluginPolicy(view, finding.subject);
    if (plugin !== undefined) return ofPluginPolicy(view, plugin, fix.edits);
    if (kind === 'ServiceMonitor' || kind === 'PodMonitor') return ofMonitor(view.get(kind, namespace, name), fix);
    if (fix.namespace !== namespace) {
      return {
        refused: `The pods are in namespace ${fix.namespace}: selectors do not reach over namespaces, so create ${kind} ${name} there.`,
      };
    }
    switch (kind) {
      case 'Service':
        return ofService(view, view.get('Service', namespace, name), fix);
      case 'PodDisruptionBudget':
        return ofBudget(view, view.get('PodDisruptionBudget', namespace, name), fix);
      case 'ValidatingWebhookConfiguration':
      case 'MutatingWebhookConfiguration':
        return ofWebhook(view.get(kind, '', name), finding.key ?? '', fix);
      default:
        return { refused: `${kind} has no selector that could be changed.` };
    }
  },
};

const GONE: RemedyRefusal = { refused: 'The object is not there any more.' };
const NOTE = 'If the label of the pods is the one that is wrong, correct it there instead.';

function ofService(
  view: ClusterView,
  service: ServiceObject | undefined,
  { selector }: Fix,
): RemedyDraft | RemedyRefusal {
  if (service === undefined) return GONE;
  const labels = selector.matchLabels ?? {};
  return draft(view, service, selector, mergePatch(service.selector ?? {}, labels), {
    ...service,
    selector: labels,
  });
}

function ofBudget(
  view: ClusterView,
  budget: PodDisruptionBudgetObject | undefined,
  { selector }: Fix,
): RemedyDraft | RemedyRefusal {
  if (budget === undefined) return GONE;
  return draft(view, budget, selector, selectorPatch(budget.selector ?? {}, selector), { ...budget, selector });
}

function draft(
  view: ClusterView,
  before: ServiceObject | PodDisruptionBudgetObject,
  selector: LabelSelector,
  patch: Manifest,
  after: ServiceObject | PodDisruptionBudgetObject,
): RemedyDraft {
  const { kind, resource } = kindInfo(before.kind);
  const owners = new Set(selected(view, selector, before.namespace).map((one) => one.owner));
  return {
    note: NOTE,
    manifests: [
      {
        apiVersion: apiVersionOf(before.kind),
        kind,
        metadata: { name: before.name, namespace: before.namespace },
        spec: { selector: patch },
      },
    ],
    comments: [
      {
        document: 0,
        path: ['spec', 'selector'],
        text: `selected ${selectorText(selectorOf(before))}, which matches nothing`,
      },
    ],
    use: {
      type: 'patch',
      commands: [kubectl`patch ${resource} ${before.name} -n ${before.namespace} --type=merge --patch-file FILE`],
    },
    changes: [{ type: 'upsert', object: after }],
    effects: [`${selectorText(selector)} selects ${[...owners].sort().join(', ')}`],
  };
}

function selectorOf(object: ServiceObject | PodDisruptionBudgetObject): LabelSelector {
  return object.kind === 'Service' ? { matchLabels: object.selector ?? {} } : (object.selector ?? {});
}

type Configuration = ObjectOf<'ValidatingWebhookConfiguration'> | ObjectOf<'MutatingWebhookConfiguration'>;

/** The API merges webhooks by name; a list of expressions is replaced as a whole. */
function ofWebhook(
  configuration: Configuration | undefined,
  webhook: string,
  { selector }: Fix,
): RemedyDraft | RemedyRefusal {
  const before = configuration?.webhooks.find((one) => one.name === webhook)?.namespaceSelector;
  if (configuration === undefined || before === undefined) return GONE;
  const { kind, resource } = kindInfo(configuration.kind);
  const webhooks = configuration.webhooks.map((one) =>
    one.name === webhook ? { ...one, namespaceSelector: selector } : one,
  );
  return {
    note: 'The webhook is asked for requests in these namespaces from then on; one that does not answer refuses or passes them by its failurePolicy.',
    manifests: [
      {
        apiVersion: apiVersionOf(configuration.kind),
        kind,
        metadata: { name: configuration.name },
        webhooks: [{ name: webhook, namespaceSelector: selectorPatch(before, selector) }],
      },
    ],
    comments: [],
    use: { type: 'patch', commands: [kubectl`patch ${resource} ${configuration.name} --patch-file FILE`] },
    changes: [{ type: 'upsert', object: { ...configuration, webhooks } }],
    effects: [`${refText(refOf(configuration))} selects namespaces ${selectorText(selector)}`],
  };
}

/** A monitor reaches into other namespaces where its namespaceSelector says so. */
function ofMonitor(monitor: MonitorObject | undefined, { selector, namespace }: Fix): RemedyDraft | RemedyRefusal {
  if (monitor === undefined) return GONE;
  const { kind, resource } = kindInfo(monitor.kind);
  const isReached = monitor.namespaces === null || monitor.namespaces.includes(namespace);
  const namespaces = isReached ? monitor.namespaces : [namespace];
  return {
    note: NOTE,
    manifests: [
      {
        apiVersion: apiVersionOf(monitor.kind),
        kind,
        metadata: { name: monitor.name, namespace: monitor.namespace },
        spec: {
          selector: selectorPatch(monitor.selector, selector),
          ...(isReached ? {} : { namespaceSelector: { matchNames: [namespace] } }),
        },
      },
    ],
    comments: [
      {
        document: 0,
        path: ['spec', 'selector'],
        text: `selected ${selectorText(monitor.selector)}, which matches nothing`,
      },
    ],
    use: {
      type: 'patch',
      commands: [kubectl`patch ${resource} ${monitor.name} -n ${monitor.namespace} --type=merge --patch-file FILE`],
    },
    changes: [{ type: 'upsert', object: { ...monitor, selector, namespaces } }],
    effects: [`it scrapes what ${selectorText(selector)} selects in namespace ${namespace}`],
  };
}
