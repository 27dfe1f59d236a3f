import { WORKLOAD_KINDS, type WorkloadKind } from '../../model/kind.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { PodObject, PodTemplate, WorkloadObject } from '../../model/objects.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { sameItems } from '../../store/same-items.ts';
import { groupBy } from './group-by.ts';
import { reuse } from './reuse.ts';
import { topOwner } from './top-owner.ts';

/**
 * Pods of one workload that are equal in all that rules read: labels, specification, and whether they can still send
 * or receive traffic. Rules judge classes, not pods. A workload read from files stands for the pods of its template:
 * one class without pods.
 */
export interface PodClass {
  readonly workload: ObjectRef & { readonly namespace: string };
  readonly namespace: string;
  readonly labels: Labels;
  readonly spec: PodSpec;
  /** finished: Succeeded or Failed, its address may belong to another pod already. */
  readonly state: 'active' | 'pending' | 'finished';
  /** Empty for the class of a template. */
  readonly pods: readonly PodObject[];
}

/** A workload: the owner at the top of the chain that could be followed, with its pods. */
export interface AnalysedWorkload {
  readonly ref: ObjectRef & { readonly namespace: string };
  /** The owner's own object; undefined where it was not read (custom owners, or a bare pod). */
  readonly object: WorkloadObject | undefined;
  /** The owner's pod template, where one was read. */
  readonly template: PodTemplate | undefined;
  readonly classes: readonly PodClass[];
  /** Labels of the owner (of the pod itself for a bare pod). */
  readonly labels: Labels;
  readonly created: number | null;
}

/** Every namespace in which something runs, or a workload stands. */
export function workloadNamespaces(view: ClusterView): ReadonlySet<string> {
  return new Set((['Pod', ...WORKLOAD_KINDS] as const).flatMap((kind) => view.namespaces(kind)));
}

/** Many rules of a workload ask for the same names: by class, and by list of classes. */
const NAMES = new WeakMap<PodClass | readonly PodClass[], readonly string[]>();

/** Names of the pods of a workload, in order, for a finding's `members`. */
export function memberNames(classes: readonly PodClass[]): readonly string[] {
  const [first] = classes;
  if (first !== undefined && classes.length === 1) return namesOfClass(first);
  let names = NAMES.get(classes);
  if (names === undefined) {
    names = classes.flatMap(namesOfClass).sort();
    NAMES.set(classes, names);
  }
  return names;
}

/** In order, as the store lists pods. */
function namesOfClass(one: PodClass): readonly string[] {
  let names = NAMES.get(one);
  if (names === undefined) {
    names = one.pods.map((pod) => pod.name);
    NAMES.set(one, names);
  }
  return names;
}

/** The pod classes of a namespace, in order of workload. */
export function podClasses(view: ClusterView, namespace: string): readonly PodClass[] {
  return view.derive(`pod-classes/${namespace}`, (inner, previous) => classesOf(inner, namespace, previous), sameItems);
}

/** The workloads of a namespace: those with an owner object, those known only through their pods, and bare pods. */
export function workloads(view: ClusterView, namespace: string): readonly AnalysedWorkload[] {
  return view.derive(`workloads/${namespace}`, (inner, previous) => workloadsOf(inner, namespace, previous), sameItems);
}

/** One workload; undefined where neither its object nor a pod of it is there. */
export function workload(
  view: ClusterView,
  namespace: string,
  kind: string,
  name: string,
): AnalysedWorkload | undefined {
  const key = `${kind}/${name}`;
  return view.part(
    `workload/${namespace}/${key}`,
    (inner) => workloadsByName(inner, namespace),
    (all) => all.get(key),
  );
}

/** By kind and name; of two with the same (custom kinds of different groups) the first. */
function workloadsByName(view: ClusterView, namespace: string): ReadonlyMap<string, AnalysedWorkload> {
  return view.derive(`workloads-by-name/${namespace}`, (inner) => {
    const found = new Map<string, AnalysedWorkload>();
    for (const one of workloads(inner, namespace)) {
      const key = `${one.ref.kind}/${one.ref.name}`;
      if (!found.has(key)) found.set(key, one);
    }
    return found;
  });
}

function classesOf(
  view: ClusterView,
  namespace: string,
  previous: readonly PodClass[] | undefined,
): readonly PodClass[] {
  const groups = new Map<string, Map<Labels, Map<PodSpec, Map<string, PodObject[]>>>>();
  const refs = new Map<string, ObjectRef & { readonly namespace: string }>();
  let last: PodObject | undefined;
  let isOwned = false;
  let lastPods: PodObject[] = [];
  for (const pod of view.list('Pod', namespace)) {
    const state = stateOf(pod);
    if (last === undefined || !isOwned || !isReplica(pod, last) || state !== stateOf(last)) {
      const ref = topOwner(view, pod);
      isOwned = ref.kind !== 'Pod';
      const key = `${ref.kind}/${ref.apiVersion}/${ref.name}`;
      refs.set(key, ref);
      const states = groupBy(groupBy(groupBy(groups, key), pod.labels), pod.spec);
      lastPods = states.get(state) ?? [];
      states.set(state, lastPods);
    }
    last = pod;
    lastPods.push(pod);
  }
  const classes: PodClass[] = [];
  for (const [key, byLabels] of groups) {
    const ref = refs.get(key);
    if (ref === undefined) continue;
    for (const [labels, bySpec] of byLabels) {
      for (const [spec, byState] of bySpec) {
        for (const [state, pods] of byState) {
          classes.push({ workload: ref, namespace, labels, spec, state: state as PodClass['state'], pods });
        }
      }
    }
  }
  const { source } = view.facts();
  if (source === 'files' || source === 'snapshot') classes.push(...templateClasses(view, namespace, refs));
  return reuse(classes, previous, samePodClass);
}

/** Workloads of files (in a snapshot they have a location) without pods stand for the pods of their template. */
function templateClasses(
  view: ClusterView,
  namespace: string,
  withPods: ReadonlyMap<string, ObjectRef>,
): readonly PodClass[] {
  const isFromFile = view.facts().source === 'files';
  return workloadObjects(view, namespace).flatMap(({ object, ref }) => {
    if (object.template === null || (!isFromFile && object.location === null)) return [];
    if (withPods.has(`${ref.kind}/${ref.apiVersion}/${ref.name}`)) return [];
    const { labels, spec } = object.template;
    return [{ workload: ref, namespace, labels, spec, state: 'active' as const, pods: [] }];
  });
}

function workloadsOf(
  view: ClusterView,
  namespace: string,
  previous: readonly AnalysedWorkload[] | undefined,
): readonly AnalysedWorkload[] {
  const classes = new Map<string, PodClass[]>();
  for (const one of podClasses(view, namespace)) {
    const key = `${one.workload.kind}/${one.workload.name}`;
    const list = classes.get(key);
    if (list === undefined) classes.set(key, [one]);
    else list.push(one);
  }
  const found: AnalysedWorkload[] = [];
  for (const { object, ref } of workloadObjects(view, namespace)) {
    const key = `${ref.kind}/${ref.name}`;
    found.push({
      ref,
      object,
      template: object.template ?? undefined,
      classes: classes.get(key) ?? [],
      labels: object.labels,
      created: object.created,
    });
    classes.delete(key);
  }
  for (const list of classes.values()) {
    const first = list[0];
    if (first === undefined) continue;
    const bare = first.workload.kind === 'Pod' ? first.pods[0] : undefined;
    found.push({
      ref: first.workload,
      object: undefined,
      template: undefined,
      classes: list,
      labels: bare?.labels ?? {},
      created: bare?.created ?? null,
    });
  }
  found.sort((a, b) => compare(a.ref.kind, b.ref.kind) || compare(a.ref.name, b.ref.name));
  return reuse(found, previous, sameWorkload);
}

/** Owner objects at the top of their chain: a ReplicaSet of a Deployment, or a Job of a CronJob, is not one. */
function workloadObjects(
  view: ClusterView,
  namespace: string,
): readonly { object: WorkloadObject; ref: ObjectRef & { readonly namespace: string } }[] {
  return WORKLOAD_KINDS.flatMap((kind: WorkloadKind) =>
    view.list(kind, namespace).flatMap((object) => {
      const ref = topOwner(view, object);
      return ref.kind === kind && ref.name === object.name ? [{ object, ref }] : [];
    }),
  );
}

/** Whether two pods that somebody owns share owner, labels and specification: replicas mostly stand side by side. */
function isReplica(pod: PodObject, other: PodObject): boolean {
  return pod.owners === other.owners && pod.labels === other.labels && pod.spec === other.spec;
}

function stateOf(pod: PodObject): PodClass['state'] {
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed') return 'finished';
  return pod.phase === 'Pending' && pod.podIPs.length === 0 ? 'pending' : 'active';
}

function samePodClass(a: PodClass, b: PodClass): boolean {
  return (
    a.labels === b.labels &&
    a.spec === b.spec &&
    a.state === b.state &&
    a.workload.kind === b.workload.kind &&
    a.workload.name === b.workload.name &&
    sameItems(a.pods, b.pods)
  );
}

function sameWorkload(a: AnalysedWorkload, b: AnalysedWorkload): boolean {
  return (
    a.ref.kind === b.ref.kind &&
    a.ref.name === b.ref.name &&
    a.object === b.object &&
    a.labels === b.labels &&
    sameItems(a.classes, b.classes)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
