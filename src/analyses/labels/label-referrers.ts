import { refOf } from '../../kube/object-ref.ts';
import type { ObjectRef } from '../../model/finding.ts';
import { kindOf, WORKLOAD_KINDS, type Kind } from '../../model/kind.ts';
import type { NetworkPolicyPeer, WorkloadObject } from '../../model/objects.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { sameItems } from '../../store/same-items.ts';
import { allNamespaces, namespaceLabels } from '../network/namespace-labels.ts';
import { barePlacements, namespacesNamed, placementReferrer } from './placement-referrers.ts';
import {
  amongPodsOf,
  isCalico,
  keysRead,
  podSelectorText,
  selectsNamespace,
  type PodSelector,
} from './pod-selector.ts';
import { CLUSTER_POLICIES, NAMESPACED_POLICIES, widerSelectors } from './wider-selectors.ts';

/** A selector somewhere in the cluster that decides something by the labels of pods. */
export interface LabelReferrer {
  /** Who relies on it. */
  readonly by: ObjectRef;
  readonly path: string;
  readonly selector: PodSelector;
  /** Namespaces whose pods it looks at, those that one of these selects; null: its own. */
  readonly namespaces: readonly PodSelector[] | null;
  /** Labels of which the pods have to have the same value as another pod, or not the same, that is not known yet. */
  readonly compared?: readonly string[];
}

/** Selectors, and those of them that read a key. */
interface Referrers {
  readonly all: readonly LabelReferrer[];
  readonly byKey: ReadonlyMap<string, readonly LabelReferrer[]>;
}

/** The pod selectors that objects of a namespace hold, in a fixed order. The selectors of one object share its `by`. */
export function referrersOf(view: ClusterView, namespace: string): readonly LabelReferrer[] {
  return view.part(
    'label-referrers-of',
    namespace,
    (inner) => referrers(inner, namespace),
    ({ all }) => all,
  );
}

function referrers(view: ClusterView, namespace: string): Referrers {
  return view.derive(
    'label-referrers',
    namespace,
    (inner) => {
      const all = [
        ...services(inner, namespace),
        ...policies(inner, namespace),
        ...budgets(inner, namespace),
        ...controllers(inner, namespace),
        ...barePlacements(inner, namespace),
        ...autoscalers(inner, namespace),
        ...podMonitors(inner, namespace),
        ...widerSelectors(inner, NAMESPACED_POLICIES, namespace),
      ];
      return { all, byKey: byKeyRead(all) };
    },
    (a, b) => deepEqual(a.all, b.all),
  );
}

/** The label keys of pods that a selector has to do with, each once. */
function keysReadBy({ selector, compared }: LabelReferrer): readonly string[] {
  const keys = keysRead(selector);
  return compared === undefined ? keys : [...new Set([...keys, ...compared])];
}

function byKeyRead(referrers: readonly LabelReferrer[]): ReadonlyMap<string, readonly LabelReferrer[]> {
  const found = new Map<string, LabelReferrer[]>();
  for (const one of referrers) {
    for (const key of keysReadBy(one)) {
      const list = found.get(key);
      if (list === undefined) found.set(key, [one]);
      else list.push(one);
    }
  }
  return found;
}

/** The pod selectors of cluster-scoped objects: webhooks on pods, and policies of other APIs. */
function clusterReferrers(view: ClusterView): readonly LabelReferrer[] {
  return view.derive(
    'label-referrers-everywhere',
    '',
    (inner) => [...webhooks(inner), ...widerSelectors(inner, CLUSTER_POLICIES)],
    deepEqual,
  );
}

/**
 * Every selector that sees the pods of a namespace: its own objects', those of other namespaces that select namespaces,
 * and those of cluster-scoped objects. Reads the whole cluster: for answers on demand, not for rules.
 */
export function referrersTo(view: ClusterView, namespace: string): readonly LabelReferrer[] {
  const labels = namespaceLabels(view, namespace);
  const found = [
    ...referrersOf(view, namespace),
    ...referrersAcross(view).flatMap(([home, one]) => (home === namespace ? [] : [one])),
    ...clusterReferrers(view),
  ].filter((one) => looksAt(one, namespace, labels));
  return found.map((one) =>
    isCalico(one.selector) ? { ...one, selector: amongPodsOf(one.selector, namespace) } : one,
  );
}

/** Whether a selector looks at the pods of a namespace; one without namespaces is taken to be of that one. */
export function looksAt({ namespaces }: LabelReferrer, namespace: string, labels: Labels): boolean {
  return namespaces === null || namespaces.some((one) => selectsNamespace(one, namespace, labels));
}

/** The namespaces whose pods a selector in an object of `home` looks at, in order; none where it selects no namespace. */
export function namespacesSeen(
  view: ClusterView,
  { namespaces }: Pick<LabelReferrer, 'namespaces'>,
  home: string,
): readonly string[] {
  if (namespaces === null) return [home];
  return view.derive(
    'namespaces-seen',
    namespaces.map((one) => `${isCalico(one) ? 'calico ' : ''}${podSelectorText(one)}`).join('\n'),
    (inner) =>
      allNamespaces(inner).filter((name) =>
        namespaces.some((one) => selectsNamespace(one, name, namespaceLabels(inner, name))),
      ),
    sameItems,
  );
}

/** The selectors of namespaced objects that look into other namespaces, with the namespace of each. */
function referrersAcross(view: ClusterView): readonly (readonly [string, LabelReferrer])[] {
  return view.derive('label-referrers-across', '', (inner) =>
    allNamespaces(inner).flatMap((name) =>
      referrersOf(inner, name).flatMap((one) => (one.namespaces === null ? [] : [[name, one] as const])),
    ),
  );
}

/** Those of a namespace's objects that read one of the keys. */
export function referrersReading(
  view: ClusterView,
  namespace: string,
  keys: readonly string[],
): readonly LabelReferrer[] {
  const [key] = keys;
  if (key === undefined || keys.length > 1) return readingKeys(referrersOf(view, namespace), keys);
  return view.part(
    'label-readers',
    `${namespace}/${key}`,
    (inner) => referrers(inner, namespace),
    ({ byKey }) => byKey.get(key) ?? NOBODY,
  );
}

const NOBODY: readonly LabelReferrer[] = [];

/** Those that read one of the keys. */
export function readingKeys(referrers: readonly LabelReferrer[], keys: readonly string[]): readonly LabelReferrer[] {
  return referrers.filter((one) => keysReadBy(one).some((key) => keys.includes(key)));
}

function services(view: ClusterView, namespace: string): readonly LabelReferrer[] {
  return view.list('Service', namespace).flatMap((service) => {
    if (service.selector === null || Object.keys(service.selector).length === 0) return [];
    return [
      { by: refOf(service), path: 'spec.selector', selector: { matchLabels: service.selector }, namespaces: null },
    ];
  });
}

function policies(view: ClusterView, namespace: string): readonly LabelReferrer[] {
  return view.list('NetworkPolicy', namespace).flatMap((policy) => {
    const by = refOf(policy);
    return [
      { by, path: 'spec.podSelector', selector: policy.podSelector, namespaces: null },
      ...(policy.ingress ?? []).flatMap(({ from = [] }, index) => peers(by, from, `spec.ingress[${index}].from`)),
      ...(policy.egress ?? []).flatMap(({ to = [] }, index) => peers(by, to, `spec.egress[${index}].to`)),
    ];
  });
}

function peers(by: ObjectRef, list: readonly NetworkPolicyPeer[], path: string): readonly LabelReferrer[] {
  return list.flatMap(({ ipBlock, podSelector, namespaceSelector }, index): readonly LabelReferrer[] => {
    if (ipBlock !== undefined || (podSelector === undefined && namespaceSelector === undefined)) return NOBODY;
    const namespaces = namespaceSelector === undefined ? null : [namespaceSelector];
    return [{ by, path: itemPath(path, index), selector: podSelector ?? {}, namespaces }];
  });
}

const ITEM_PATHS = new Map<string, string[]>();

/** The path of an item in a list: one text for all objects, of which thousands have a first rule with a first peer. */
function itemPath(list: string, index: number): string {
  const paths = ITEM_PATHS.get(list) ?? [];
  ITEM_PATHS.set(list, paths);
  return (paths[index] ??= `${list}[${index}]`);
}

function budgets(view: ClusterView, namespace: string): readonly LabelReferrer[] {
  return view
    .list('PodDisruptionBudget', namespace)
    .flatMap((budget) =>
      budget.selector === null
        ? []
        : [{ by: refOf(budget), path: 'spec.selector', selector: budget.selector, namespaces: null }],
    );
}

/** Workloads' own selectors, and the affinity and spread rules of their templates. */
function controllers(view: ClusterView, namespace: string): readonly LabelReferrer[] {
  return WORKLOAD_KINDS.flatMap((kind: Kind) => view.list(kind, namespace) as readonly WorkloadObject[]).flatMap(
    (object) => {
      // A ReplicaSet of a Deployment, or a Job, selects by labels that its controller generates.
      const controller = object.owners.find((owner) => owner.controller);
      if (object.kind === 'Job' || (controller !== undefined && kindOf(controller.apiVersion, controller.kind)))
        return [];
      const by = refOf(object);
      const own =
        object.selector === null
          ? []
          : [{ by, path: 'spec.selector', selector: object.selector, namespaces: null } as const];
      return [
        ...own,
        ...(object.template?.spec.placementTerms ?? []).map((term) =>
          placementReferrer(by, term, object.template?.labels ?? {}, namespace),
        ),
      ];
    },
  );
}

/** An autoscaler counts the pods that its target's selector matches. */
function autoscalers(view: ClusterView, namespace: string): readonly LabelReferrer[] {
  return view.list('HorizontalPodAutoscaler', namespace).flatMap((scaler) => {
    const kind = WORKLOAD_KINDS.find((one) => one === scaler.target.kind);
    const object = kind === undefined ? undefined : view.get(kind, namespace, scaler.target.name);
    if (object === undefined || object.selector === null) return [];
    return [{ by: refOf(scaler), path: 'spec.scaleTargetRef', selector: object.selector, namespaces: null }];
  });
}

/** A ServiceMonitor selects Services by their labels, a PodMonitor pods. */
function podMonitors(view: ClusterView, namespace: string): readonly LabelReferrer[] {
  return view.list('PodMonitor', namespace).map((monitor) => ({
    by: refOf(monitor),
    path: 'spec.selector',
    selector: monitor.selector,
    namespaces: monitor.namespaces === null ? [{}] : namespacesNamed(monitor.namespaces, namespace),
  }));
}

function webhooks(view: ClusterView): readonly LabelReferrer[] {
  return [...view.list('ValidatingWebhookConfiguration'), ...view.list('MutatingWebhookConfiguration')].flatMap(
    (configuration) => {
      const by = refOf(configuration);
      return configuration.webhooks.flatMap((webhook) =>
        webhook.resources.some((resource) => resource === 'pods' || resource === '*' || resource === '*/*')
          ? [
              {
                by,
                path: `webhooks[${webhook.name}].objectSelector`,
                selector: webhook.objectSelector,
                namespaces: [webhook.namespaceSelector],
              },
            ]
          : [],
      );
    },
  );
}
