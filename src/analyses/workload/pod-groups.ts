import { WORKLOAD_KINDS, type Kind } from '../../model/kind.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { OwnerReference, PodObject } from '../../model/objects.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { KeyedList } from '../../store/keyed-list.ts';
import { differenceOf, type LongList } from '../../store/long-list.ts';
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
    `pod-groups/${namespace}`,
    (inner, previous) => groupPods(inner, namespace, previous),
    (a, b) => a.owners === b.owners && sameOthers(a, b) && sameItems(a.groups.items, b.groups.items),
  ).groups;
}

function groupPods(view: ClusterView, namespace: string, previous: Grouped | undefined): Grouped {
  const pods = view.longList('Pod', namespace);
  const owners = ownersByName(view, namespace);
  const others = new Map(previous?.owners === owners ? previous.others : []);
  const isSame = [...others.values()].every((one) => view.get(one.kind, namespace, one.name)?.owners === one.owners);
  if (!isSame) others.clear();
  const ownersOf = (kind: Kind, name: string): Owners => {
    if (IS_WORKLOAD.has(kind)) return owners.get(`${kind}/${name}`);
    const found = view.get(kind, namespace, name)?.owners;
    others.set(`${kind}/${name}`, { kind, name, owners: found });
    return found;
  };
  const workloadOf = ownerLookup(ownersOf);
  const from = isSame && previous?.owners === owners ? previous : undefined;
  const changed = from === undefined ? undefined : regrouped(from, pods, workloadOf);
  const items = changed ?? grouped(pods, workloadOf, previous?.groups);
  return { pods, owners, others, groups: KeyedList.of(items, keyOfGroup, previous?.groups) };
}

function keyOfGroup({ key }: PodGroup): string {
  return key;
}

function sameOthers(a: Grouped, b: Grouped): boolean {
  return (
    a.others.size === b.others.size && [...a.others].every(([key, one]) => b.others.get(key)?.owners === one.owners)
  );
}

const IS_WORKLOAD: ReadonlySet<Kind> = new Set(WORKLOAD_KINDS);

/** The owner references of the workloads of a namespace, which change far more seldom than the workloads do. */
function ownersByName(view: ClusterView, namespace: string): OwnersByName {
  return view.derive(
    `owner-references/${namespace}`,
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
  for (const pod of pods) {
    const { key, ref } = workloadOf(pod);
    const there = members.get(key);
    if (there === undefined) members.set(key, { ref, pods: [pod] });
    else there.pods.push(pod);
  }
  return [...members].map(([key, { ref, pods: own }]) => groupOf(key, ref, own, previous?.get(key)));
}

/** The groups after some pods changed; undefined where so many did that it costs less to group all. */
function regrouped(
  { pods: before, groups }: Grouped,
  pods: LongList<PodObject>,
  workloadOf: (pod: PodObject) => FoundOwner,
): readonly PodGroup[] | undefined {
  const { gone, come } = differenceOf(before, pods);
  if (Math.max(gone.length, come.length) * MOST_CHANGED > pods.length) return undefined;
  const touched = new Map([...gone, ...come].map((pod) => [workloadOf(pod).key, workloadOf(pod).ref]));
  const left = new Set(gone);
  const after = [...groups.items];
  let isOrdered = true;
  for (const [key, ref] of touched) {
    const there = groups.get(key);
    const own = [
      ...(there?.classes ?? []).flatMap((one) => one.pods.filter((pod) => !left.has(pod))),
      ...come.filter((pod) => workloadOf(pod).key === key),
    ].sort((a, b) => (a.name < b.name ? -1 : 1));
    const group = own.length === 0 ? undefined : groupOf(key, ref, own, there);
    const at = there === undefined ? after.length : after.indexOf(there);
    after.splice(at, 1, ...(group === undefined ? [] : [group]));
    isOrdered &&= group === undefined || group.first === there?.first;
  }
  return isOrdered ? after : after.sort((a, b) => (a.first < b.first ? -1 : 1));
}

/** @param pods in order of name, at least one */
function groupOf(
  key: string,
  workload: PodClass['workload'],
  pods: readonly PodObject[],
  previous: PodGroup | undefined,
): PodGroup {
  const byLabels = new Map<Labels, Map<PodSpec, Map<PodClass['state'], PodObject[]>>>();
  for (const pod of pods) {
    const states = groupBy(groupBy(byLabels, pod.labels), pod.spec);
    const state = stateOf(pod);
    const there = states.get(state);
    if (there === undefined) states.set(state, [pod]);
    else there.push(pod);
  }
  const { namespace } = workload;
  const classes: PodClass[] = [];
  for (const [labels, bySpec] of byLabels) {
    for (const [spec, byState] of bySpec) {
      for (const [state, own] of byState) classes.push({ workload, namespace, labels, spec, state, pods: own });
    }
  }
  const first = pods[0]?.name ?? '';
  const kept = reuse(classes, previous?.classes, samePodClass);
  if (previous !== undefined && previous.first === first && sameItems(kept, previous.classes)) return previous;
  return { key, workload, name: previous?.name ?? `${workload.kind}/${workload.name}`, classes: kept, first };
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
