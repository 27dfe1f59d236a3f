import type { ClusterFacts } from '../../model/change.ts';
import { WORKLOAD_KINDS, type WorkloadKind } from '../../model/kind.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { PodTemplate, WorkloadObject } from '../../model/objects.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { KeyedList } from '../../store/keyed-list.ts';
import { exchangesIn, LongList, sameLongList } from '../../store/long-list.ts';
import { sameItems } from '../../store/same-items.ts';
import { podGroups, type PodClass, type PodGroup } from './pod-groups.ts';
import { reuse } from './reuse.ts';
import { topOwner } from './top-owner.ts';

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

/** What tells a workload from all others. */
export type WorkloadId = Pick<AnalysedWorkload['ref'], 'namespace' | 'kind' | 'name'>;

/** Every namespace in which something runs, or a workload stands, in order. */
export function workloadNamespaces(view: ClusterView): readonly string[] {
  return [...new Set((['Pod', ...WORKLOAD_KINDS] as const).flatMap((kind) => view.namespaces(kind)))].sort();
}

/** One object, so that a workload without labels of its own stays the same. */
const NO_LABELS: Labels = Object.freeze({});

/** Many rules of a workload ask for the same names: by its only class, or by its list of classes. */
const NAMES = new WeakMap<PodClass | readonly PodClass[], readonly string[]>();

/** Names of the pods of a workload, in order, for a finding's `members`. */
export function memberNames(classes: readonly PodClass[]): readonly string[] {
  const [first] = classes;
  if (first !== undefined && classes.length === 1) return namesOfClass(first);
  let names = NAMES.get(classes);
  if (names === undefined) {
    names = namesInOrder(classes);
    NAMES.set(classes, names);
  }
  return names;
}

/** Classes are in order of their first pods, and most hold one or follow each other. */
function namesInOrder(classes: readonly PodClass[]): readonly string[] {
  const names: string[] = [];
  let isOrdered = true;
  for (const { pods } of classes) {
    for (const { name } of pods) {
      isOrdered &&= names.length === 0 || (names.at(-1) ?? '') < name;
      names.push(name);
    }
  }
  // A list that grew by pushing has room for seventeen.
  return isOrdered ? names.slice() : names.sort();
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
  return view.derive(
    'pod-classes',
    namespace,
    (inner) => groupsWithTemplates(inner, namespace).items.flatMap((group) => group.classes),
    sameItems,
  );
}

/** The workloads of a namespace: those with an owner object, those known only through their pods, and bare pods. */
export function workloads(view: ClusterView, namespace: string): readonly AnalysedWorkload[] {
  return workloadList(view, namespace).items;
}

/** The same in pieces that stay the same where nothing changes, for computations that go on from what differs. */
export function workloadList(view: ClusterView, namespace: string): LongList<AnalysedWorkload> {
  return view.derive(
    'workloads',
    namespace,
    (inner, previous) => workloadsOf(inner, namespace, previous),
    sameLongList,
  );
}

/** One workload; undefined where neither its object nor a pod of it is there. */
export function workload(
  view: ClusterView,
  namespace: string,
  kind: string,
  name: string,
): AnalysedWorkload | undefined {
  return workloadNamed(view, namespace, `${kind}/${name}`);
}

/** The same by what it is known by in its namespace (`workloadName`). */
export function workloadNamed(view: ClusterView, namespace: string, name: string): AnalysedWorkload | undefined {
  return view.entry(`workload/${namespace}/`, name, (inner) => workloadsByName(inner, namespace));
}

/** Kind and name of the workloads of a namespace, such as `Deployment/web`, in order. */
export function workloadNames(view: ClusterView, namespace: string): readonly string[] {
  return view.part(
    'workload-names',
    namespace,
    (inner) => workloadsByName(inner, namespace),
    (all) => all.ids,
  );
}

/** What a workload is known by in its namespace. Those of custom kinds of two groups with one name count as one. */
export function workloadName({ kind, name }: Pick<PodClass['workload'], 'kind' | 'name'>): string {
  return `${kind}/${name}`;
}

/** One text for each reference: several values of each workload are known by it. */
const KEYS = new WeakMap<WorkloadId, string>();

/** What a workload is known by in the cluster, such as `shop/Deployment/web`. */
export function workloadKey(ref: WorkloadId): string {
  let key = KEYS.get(ref);
  if (key === undefined) KEYS.set(ref, (key = `${ref.namespace}/${ref.kind}/${ref.name}`));
  return key;
}

function workloadsByName(view: ClusterView, namespace: string): KeyedList<AnalysedWorkload> {
  return view.derive('workloads-by-name', namespace, (inner, previous: KeyedList<AnalysedWorkload> | undefined) =>
    KeyedList.of(workloadList(inner, namespace), ({ ref }) => workloadName(ref), previous),
  );
}

type Group = Omit<PodGroup, 'first'>;
type Groups = Pick<KeyedList<Group>, 'items' | 'list' | 'get'>;

/** Workloads of files (in a snapshot they have a location) without pods stand for the pods of their template. */
function groupsWithTemplates(view: ClusterView, namespace: string): Groups {
  if (!TEMPLATES_COUNT.has(view.facts().source)) return podGroups(view, namespace);
  return view.derive('pod-and-template-groups', namespace, (inner, previous: KeyedList<Group> | undefined) => {
    const groups = podGroups(inner, namespace);
    const isFromFile = inner.facts().source === 'files';
    const templates = workloadObjects(inner, namespace).flatMap(({ object, ref, key, name }): Group[] => {
      if (object.template === null || (!isFromFile && object.location === null) || groups.get(key) !== undefined) {
        return [];
      }
      const { labels, spec } = object.template;
      const there = previous?.get(key);
      const [old] = there?.classes ?? [];
      if (there !== undefined && old?.pods.length === 0 && old.labels === labels && old.spec === spec) return [there];
      const one: PodClass = { workload: ref, namespace, labels, spec, state: 'active', pods: [] };
      return [{ key, workload: ref, name, classes: [one] }];
    });
    return KeyedList.of<Group>(LongList.of([...groups.items, ...templates]), ({ key }) => key, previous);
  });
}

const TEMPLATES_COUNT: ReadonlySet<ClusterFacts['source']> = new Set(['files', 'snapshot']);

function workloadsOf(
  view: ClusterView,
  namespace: string,
  previous: LongList<AnalysedWorkload> | undefined,
): LongList<AnalysedWorkload> {
  const objects = workloadObjects(view, namespace);
  const groups = groupsWithTemplates(view, namespace).list;
  const list =
    withChangedPods(objects, groups, previous) ?? LongList.of(allWorkloads(objects, groups.items, previous?.items));
  MADE_FROM.set(list, { objects, groups });
  return list;
}

/** What each list of workloads was made from, so that the next one can be made from what differs. */
const MADE_FROM = new WeakMap<
  LongList<AnalysedWorkload>,
  { readonly objects: readonly OwnerObject[]; readonly groups: LongList<Group> }
>();

/** The list where nothing but the pods of some workloads changed; undefined where more did. */
function withChangedPods(
  objects: readonly OwnerObject[],
  groups: LongList<Group>,
  previous: LongList<AnalysedWorkload> | undefined,
): LongList<AnalysedWorkload> | undefined {
  const from = previous === undefined ? undefined : MADE_FROM.get(previous);
  if (previous === undefined || from?.objects !== objects) return undefined;
  const exchanges = exchangesIn(from.groups, groups);
  if (exchanges === undefined) return undefined;
  let list = previous;
  for (const { was, is } of exchanges) {
    if (was.key !== is.key) return undefined;
    const place = list.placeOf(({ ref }) => byKindAndName(ref, is.workload) < 0);
    const there = list.at(place);
    // A workload without an object takes its labels from its pods, and one of two of that name has pods of both.
    if (there?.object === undefined || !sameItems(there.classes, was.classes)) return undefined;
    const changed = { ...there, classes: is.classes };
    if (!sameWorkload(there, changed)) list = list.replaced(place.piece, place.at, 1, [changed]);
  }
  return list;
}

function allWorkloads(
  objects: readonly OwnerObject[],
  groups: readonly Group[],
  previous: readonly AnalysedWorkload[] | undefined,
): readonly AnalysedWorkload[] {
  const byName = new Map<string, readonly PodClass[]>();
  for (const { name, classes } of groups) {
    const there = byName.get(name);
    byName.set(name, there === undefined ? classes : [...there, ...classes]);
  }
  const found: AnalysedWorkload[] = objects.map(({ object, ref, name }) => {
    const classes = byName.get(name) ?? NO_CLASSES;
    byName.delete(name);
    const template = object.template ?? undefined;
    return { ref, object, template, classes, labels: object.labels, created: object.created };
  });
  for (const list of byName.values()) {
    const first = list[0];
    if (first === undefined) continue;
    const bare = first.workload.kind === 'Pod' ? first.pods[0] : undefined;
    found.push({
      ref: first.workload,
      object: undefined,
      template: undefined,
      classes: list,
      labels: bare?.labels ?? NO_LABELS,
      created: bare?.created ?? null,
    });
  }
  found.sort((a, b) => byKindAndName(a.ref, b.ref));
  return reuse(found, previous, sameWorkload);
}

const NO_CLASSES: readonly PodClass[] = [];

interface OwnerObject {
  readonly object: WorkloadObject;
  readonly ref: PodClass['workload'];
  /** As `podGroups` names it, and by kind and name only. */
  readonly key: string;
  readonly name: string;
}

/** Owner objects at the top of their chain: a ReplicaSet of a Deployment, or a Job of a CronJob, is not one. */
function workloadObjects(view: ClusterView, namespace: string): readonly OwnerObject[] {
  return view.derive('workload-objects', namespace, (inner) =>
    WORKLOAD_KINDS.flatMap((kind: WorkloadKind) =>
      inner.list(kind, namespace).flatMap((object): OwnerObject[] => {
        const ref = topOwner(inner, object);
        if (ref.kind !== kind || ref.name !== object.name) return [];
        return [{ object, ref, key: `${kind}/${ref.apiVersion}/${ref.name}`, name: `${kind}/${ref.name}` }];
      }),
    ),
  );
}

function sameWorkload(a: AnalysedWorkload, b: AnalysedWorkload): boolean {
  return (
    a.ref.kind === b.ref.kind &&
    a.ref.name === b.ref.name &&
    a.object === b.object &&
    a.labels === b.labels &&
    (a.classes === b.classes || sameItems(a.classes, b.classes))
  );
}

function byKindAndName(a: PodClass['workload'], b: PodClass['workload']): number {
  return compare(a.kind, b.kind) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
