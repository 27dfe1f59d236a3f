import { isEmptySelector } from '../../kube/selector.ts';
import { someOf } from '../../kube/some-of.ts';
import { WORKLOAD_KINDS } from '../../model/kind.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { workload, workloads, type AnalysedWorkload } from '../workload/workloads.ts';
import type { AroundObject } from './labelled-objects.ts';
import { selected, selectablesOf, type Selectable } from './selectable.ts';

/** What the pods for which an object stands have in common. */
export interface StandsFor {
  readonly labels: Labels;
  /** Their workloads, such as `Deployment shop/web`. */
  readonly owners: readonly string[];
}

/**
 * The labels that all pods have which an object selects, scales, leads to or is read by; undefined where there are none.
 * A selector of everything stands for nothing in particular.
 */
export function standsFor(view: ClusterView, object: AroundObject): StandsFor | undefined {
  const [first, ...others] = podsOf(view, object);
  if (first === undefined) return undefined;
  const labels = Object.fromEntries(
    Object.entries(first.labels).filter(([key, value]) => others.every((one) => one.labels[key] === value)),
  );
  return { labels, owners: [...new Set([first, ...others].map((one) => one.owner))].sort() };
}

/** `Deployment shop/web`, or the first of several and how many more there are. */
export function ownersText({ owners }: StandsFor): string {
  return someOf(owners, 1);
}

function podsOf(view: ClusterView, object: AroundObject): readonly Selectable[] {
  const { namespace } = object;
  switch (object.kind) {
    case 'Service': {
      const selector = { matchLabels: object.selector ?? {} };
      return isEmptySelector(selector) ? [] : selected(view, selector, namespace);
    }
    case 'NetworkPolicy':
      return isEmptySelector(object.podSelector) ? [] : selected(view, object.podSelector, namespace);
    case 'PodDisruptionBudget': {
      const { selector } = object;
      return selector === null || isEmptySelector(selector) ? [] : selected(view, selector, namespace);
    }
    case 'HorizontalPodAutoscaler': {
      const kind = WORKLOAD_KINDS.find((one) => one === object.target.kind);
      const target = kind === undefined ? undefined : workload(view, namespace, kind, object.target.name);
      return target === undefined ? [] : selectablesOf(target);
    }
    case 'Ingress':
      return [...new Set(object.backends.map((one) => one.service))].flatMap((name) => {
        const service = view.get('Service', namespace, name);
        return service === undefined ? [] : podsOf(view, service);
      });
    case 'ConfigMap':
    case 'Secret':
      return workloads(view, namespace)
        .filter((one) => reads(one, object.kind, object.name))
        .flatMap(selectablesOf);
  }
}

function reads({ template, classes }: AnalysedWorkload, kind: string, name: string): boolean {
  return [...(template === undefined ? [] : [template]), ...classes].some(({ spec }) =>
    [...spec.volumes.flatMap((one) => one.sources), ...spec.containers.flatMap((one) => one.envSources)].some(
      (source) => source.kind === kind && source.name === name,
    ),
  );
}
