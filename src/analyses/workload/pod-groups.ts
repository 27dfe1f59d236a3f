import { WORKLOAD_KINDS, type Kind } from '../../model/kind.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { OwnerReference, PodObject } from '../../model/objects.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { KeyedList } from '../../store/keyed-list.ts';
import { differenceOf, LongList, spliced } from '../../store/long-list.ts';
import { sameItems } from '../../store/same-items.ts';
import { groupBy } from './group-by.ts';
import { reuse } from './reuse.ts';
import { followOwners } from './top-owner.ts';

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

/** The pods of one workload. */
export interface PodGroup {
  /** Its kind, group version and name. */
  readonly key: string;
  readonly workload: PodClass['workload'];
  /** Its kind and name, such as `Deployment/web`. */
  readonly name: string;
  readonly classes: readonly PodClass[];
  /** The name of its first pod: groups are in the order of these. */
  readonly first: string;
}

/** The pods of a namespace by workload, with what they were grouped from. */
interface Grouped {
  readonly pods: LongList<PodObject>;
  readonly owners: OwnersByName;
  /** Owners of pods that are no workloads, as they were found. */
  readonly others: ReadonlyMap<string, { readonly kind: Kind; readonly name: string; readonly owners: Owners }>;
  readonly groups: KeyedList<PodGroup>;
}

type Owners = readonly OwnerReference[] | undefined;
type OwnersByName = ReadonlyMap<string, readonly OwnerReference[]>;

/** Where more than one in this many pods changed, all are grouped anew. */
const MOST_CHANGED = 8;

/** The pods of a namespace by the workload at the top of their owners, keyed by kind, group version and name. */
export function podGroups(view: ClusterView, namespace: string): KeyedList<PodGroup> {
  return view.derive<Grouped>(
    'pod-groups',
    namespace,
    (inner, previous) => groupPods(inner, namespace, previous),
    (a, b) => a.owners === b.owners && sameOthers(a, b) && a.groups === b.groups,
  ).groups;
}

function groupPods(view: ClusterView, namespace: string, previous: Grouped | undefined): Grouped {
  const pods = view.longList('Pod', namespace);
  const owners = ownersByName(view, namespace);
  const known = previous?.owners === owners ? previous.others : NO_OTHERS;
  const isSame =
    known.size === 0 ||
    [...known.values()].every((one) => view.get(one.kind, namespace, one.name)?.owners === one.owners);
  const others = new Map(isSame ? known : []);
  const ownersOf = (kind: Kind, name: string): Owners => {
    if (IS_WORKLOAD.has(kind)) return owners.get(`${kind}/${name}`);
    const found = view.get(kind, namespace, name)?.owners;
    others.set(`${kind}/${name}`, { kind, name, owners: found });
    return found;
  };
  const workloadOf = ownerLookup(ownersOf);
  const from = isSame && previous?.owners === owners ? previous : undefined;
  const changed = from === undefined ? undefined : regrouped(from, pods, workloadOf);
  const items = changed ?? LongList.of(grouped(pods, workloadOf, previous?.groups));
  return { pods, owners, others, groups: KeyedList.of(items, keyOfGroup, previous?.groups) };
}

const NO_OTHERS: Grouped['others'] = new Map();

function keyOfGroup({ key }: PodGroup): string {
  return key;
}

function sameOthers(a: Grouped, b: Grouped): boolean {
  return (
    a.others.size === b.others.size &&
    (a.others.size === 0 || [...a.others].every(([key, one]) => b.others.get(key)?.owners === one.owners))
  );
}

const IS_WORKLOAD: ReadonlySet<Kind> = new Set(WORKLOAD_KINDS);

/** The owner references of the workloads of a namespace, which change far more seldom than the workloads do. */
function ownersByName(view: ClusterView, namespace: string): OwnersByName {
  return view.derive(
    'owner-references',
    namespace,
    (inner): OwnersByName =>
      new Map(
        WORKLOAD_KINDS.flatMap((kind) =>
          inner.list(kind, namespace).map((object) => [`${kind}/${object.name}`, object.owners] as const),
        ),
      ),
    (a, b) => a.size === b.size && [...a].every(([name, owners]) => deepEqual(owners, b.get(name))),
  );
}

interface FoundOwner {
  readonly key: string;
  readonly ref: PodClass['workload'];
}

/** Finds the workload of each pod; pods with the same references and template are asked for once. */
function ownerLookup(ownersOf: (kind: Kind, name: string) => Owners): (pod: PodObject) => FoundOwner {
  const known = new Map<readonly OwnerReference[], Map<string, FoundOwner>>();
  return (pod) => {
    if (!pod.owners.some((owner) => owner.controller && owner.kind !== 'Node'))
      return found(followOwners(pod, ownersOf));
    const byHash = groupBy(known, pod.owners);
    const hash = pod.labels['pod-template-hash'] ?? '';
    let one = byHash.get(hash);
    if (one === undefined) byHash.set(hash, (one = found(followOwners(pod, ownersOf))));
    return one;
  };
}

function found(ref: PodClass['workload']): FoundOwner {
  return { key: `${ref.kind}/${ref.apiVersion}/${ref.name}`, ref };
}

function grouped(
  pods: LongList<PodObject>,
  workloadOf: (pod: PodObject) => FoundOwner,
  previous: KeyedList<PodGroup> | undefined,
): readonly PodGroup[] {
  const members = new Map<string, { readonly ref: PodClass['workload']; readonly pods: PodObject[] }>();
  for (const piece of pods.pieces) {
    for (const pod of piece) {
      const { key, ref } = workloadOf(pod);
      const there = members.get(key);
      if (there === undefined) members.set(key, { ref, pods: [pod] });
      else there.pods.push(pod);
    }
  }
  return [...members].map(([key, { ref, pods: own }]) => groupOf(key, ref, classesOf(ref, own), previous?.get(key)));
}

/** The groups after some pods changed; undefined where so many did that it costs less to group all. */
function regrouped(
  { pods: before, groups }: Grouped,
  pods: LongList<PodObject>,
  workloadOf: (pod: PodObject) => FoundOwner,
): LongList<PodGroup> | undefined {
  const { gone, come } = differenceOf(before, pods);
  if (Math.max(gone.length, come.length) * MOST_CHANGED > pods.length) return undefined;
  const touched = new Map<string, { ref: PodClass['workload']; gone: PodObject[]; come: PodObject[] }>();
  const note = (pod: PodObject, side: 'gone' | 'come'): void => {
    const { key, ref } = workloadOf(pod);
    let one = touched.get(key);
    if (one === undefined) touched.set(key, (one = { ref, gone: [], come: [] }));
    one[side].push(pod);
  };
  for (const pod of gone) note(pod, 'gone');
  for (const pod of come) note(pod, 'come');
  let after = groups.list;
  let isOrdered = true;
  for (const [key, one] of touched) {
    const there = groups.get(key);
    const classes = changedClasses(there?.classes ?? NO_CLASSES, one);
    const group = classes.length === 0 ? undefined : groupOf(key, one.ref, classes, there);
    const come = group === undefined ? [] : [group];
    if (there === undefined) after = after.appended(come);
    else if (there !== group) after = after.exchanged(there, come);
    isOrdered &&= group === undefined || group.first === there?.first;
  }
  return isOrdered ? after : LongList.of(after.items.toSorted((a, b) => (a.first < b.first ? -1 : 1)));
}

const NO_CLASSES: readonly PodClass[] = [];

interface PodChanges {
  readonly ref: PodClass['workload'];
  readonly gone: readonly PodObject[];
  readonly come: readonly PodObject[];
}

/** The classes of a workload after some of its pods changed: one is exchanged, of more all pods are put in order anew. */
function changedClasses(classes: readonly PodClass[], { ref, gone, come }: PodChanges): readonly PodClass[] {
  if (gone.length <= 1 && come.length <= 1) {
    return come.reduce((all, pod) => withPod(all, pod, ref), gone.reduce(withoutPod, classes));
  }
  const went = new Set(gone);
  const stayed = classes.flatMap(({ pods }) => pods.filter((pod) => !went.has(pod)));
  return classesOf(
    ref,
    [...stayed, ...come].sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
}

/** @param classes of one workload, in order of their first pods; at least one */
function groupOf(
  key: string,
  workload: PodClass['workload'],
  classes: readonly PodClass[],
  previous: PodGroup | undefined,
): PodGroup {
  const first = firstName(classes[0]);
  const kept = reuse(classes, previous?.classes, samePodClass);
  if (previous !== undefined && previous.first === first && sameItems(kept, previous.classes)) return previous;
  return { key, workload, name: previous?.name ?? `${workload.kind}/${workload.name}`, classes: kept, first };
}

/** @param pods of one workload, in order of name */
function classesOf(workload: PodClass['workload'], pods: readonly PodObject[]): readonly PodClass[] {
  // Replicas differ in their labels, if in anything.
  const byLabels = new Map<Labels, GrowingClass[]>();
  const { namespace } = workload;
  const classes: GrowingClass[] = [];
  for (const pod of pods) {
    const { labels, spec } = pod;
    const state = stateOf(pod);
    const alike = byLabels.get(labels);
    const there = alike?.find((one) => one.spec === spec && one.state === state);
    if (there !== undefined) {
      there.pods.push(pod);
      continue;
    }
    const one: GrowingClass = { workload, namespace, labels, spec, state, pods: [pod] };
    classes.push(one);
    if (alike === undefined) byLabels.set(labels, [one]);
    else alike.push(one);
  }
  // A list that grew by pushing has room for seventeen.
  return classes.slice();
}

interface GrowingClass extends PodClass {
  readonly pods: PodObject[];
}

function withoutPod(classes: readonly PodClass[], pod: PodObject): readonly PodClass[] {
  const at = classes.findIndex((one) => one.pods.includes(pod));
  const one = classes[at];
  if (one === undefined) return classes;
  const others = spliced(classes, at, 1, NO_CLASSES);
  return one.pods.length === 1 ? others : placed(others, { ...one, pods: one.pods.filter((other) => other !== pod) });
}

function withPod(classes: readonly PodClass[], pod: PodObject, workload: PodClass['workload']): readonly PodClass[] {
  const { labels, spec, namespace } = pod;
  const state = stateOf(pod);
  const at = classes.findIndex((one) => one.labels === labels && one.spec === spec && one.state === state);
  const there = classes[at];
  if (there === undefined) return placed(classes, { workload, namespace, labels, spec, state, pods: [pod] });
  const behind = there.pods.findIndex(({ name }) => name > pod.name);
  const pods = spliced(there.pods, behind === -1 ? there.pods.length : behind, 0, [pod]);
  return placed(spliced(classes, at, 1, NO_CLASSES), { ...there, pods });
}

/** Classes with one more, in order of their first pods. */
function placed(classes: readonly PodClass[], one: PodClass): readonly PodClass[] {
  const behind = classes.findIndex((other) => firstName(other) > firstName(one));
  return spliced(classes, behind === -1 ? classes.length : behind, 0, [one]);
}

function firstName(one: PodClass | undefined): string {
  return one?.pods[0]?.name ?? '';
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
