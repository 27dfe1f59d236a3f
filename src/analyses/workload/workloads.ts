import type { ClusterFacts } from '../../model/change.ts';
import { WORKLOAD_KINDS, type WorkloadKind } from '../../model/kind.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { PodTemplate, WorkloadObject } from '../../model/objects.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
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

/** Every namespace in which something runs, or a workload stands, in order. */
export function workloadNamespaces(view: ClusterView): readonly string[] {
  return [...new Set((['Pod', ...WORKLOAD_KINDS] as const).flatMap((kind) => view.namespaces(kind)))].sort();
}

/** One object, so that a workload without labels of its own stays the same. */
const NO_LABELS: Labels = Object.freeze({});

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
  return view.derive(
    `pod-classes/${namespace}`,
    (inner) => [...groupsWithTemplates(inner, namespace).values()].flatMap((group) => group.classes),
    sameItems,
  );
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

type Groups = ReadonlyMap<string, Omit<PodGroup, 'first'>>;

/** Workloads of files (in a snapshot they have a location) without pods stand for the pods of their template. */
function groupsWithTemplates(view: ClusterView, namespace: string): Groups {
  if (!TEMPLATES_COUNT.has(view.facts().source)) return podGroups(view, namespace);
  return view.derive(`pod-and-template-groups/${namespace}`, (inner, previous: Groups | undefined): Groups => {
    const groups: Groups = podGroups(inner, namespace);
    const isFromFile = inner.facts().source === 'files';
    const templates = workloadObjects(inner, namespace).flatMap(({ object, ref, key, name }) => {
      if (object.template === null || (!isFromFile && object.location === null) || groups.has(key)) return [];
      const { labels, spec } = object.template;
      const there = previous?.get(key);
      const [old] = there?.classes ?? [];
      if (there !== undefined && old?.pods.length === 0 && old.labels === labels && old.spec === spec)
        return [[key, there] as const];
      const one: PodClass = { workload: ref, namespace, labels, spec, state: 'active', pods: [] };
      return [[key, { workload: ref, name, classes: [one] }] as const];
    });
    return new Map([...groups, ...templates]);
  });
}

const TEMPLATES_COUNT: ReadonlySet<ClusterFacts['source']> = new Set(['files', 'snapshot']);

function workloadsOf(
  view: ClusterView,
  namespace: string,
  previous: readonly AnalysedWorkload[] | undefined,
): readonly AnalysedWorkload[] {
  const byName = new Map<string, readonly PodClass[]>();
  for (const { name, classes } of groupsWithTemplates(view, namespace).values()) {
    const there = byName.get(name);
    byName.set(name, there === undefined ? classes : [...there, ...classes]);
  }
  const found: AnalysedWorkload[] = workloadObjects(view, namespace).map(({ object, ref, name }) => {
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
  found.sort((a, b) => compare(a.ref.kind, b.ref.kind) || compare(a.ref.name, b.ref.name));
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
  return view.derive(`workload-objects/${namespace}`, (inner) =>
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

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
