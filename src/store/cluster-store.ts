import { NO_AUDIT, type AuditState } from '../model/audit-state.ts';
import { NO_FLOWS, type FlowState } from '../model/observed-flow.ts';
import type { BrokenObject, Change, ClusterFacts } from '../model/change.ts';
import type { Coverage } from '../model/coverage.ts';
import type { Kind } from '../model/kind.ts';
import type { KubeObject, ObjectOf } from '../model/objects.ts';
import { deepEqual } from './deep-equal.ts';
import { LongList } from './long-list.ts';

/** Why the metrics are not known as long as nobody has answered for them. */
export const METRICS_NOT_READ = 'not read yet';

const NO_FACTS: ClusterFacts = {
  source: 'cluster',
  complete: true,
  serverVersion: null,
  clusterUID: null,
  context: null,
  server: null,
  user: null,
  deprecatedApis: null,
  secretTransformers: null,
  metricsReason: METRICS_NOT_READ,
  duplicates: [],
};

type Namespaced = Map<string, Map<string, KubeObject>>;

/** What was put in order of one kind, until that changes. */
interface Sorted {
  all: readonly KubeObject[] | undefined;
  namespaces: readonly string[] | undefined;
  readonly byNamespace: Map<string, SortedObjects>;
}

/** The objects of a namespace as they were put in order, and the names that changed since. */
interface SortedObjects {
  readonly objects: LongList<KubeObject>;
  readonly changed: Set<string> | undefined;
}

/** Names of what a change may touch; a reader records the same names. */
export const bucket = {
  object: (kind: Kind, namespace: string, name: string): string => `${kind}/${namespace}/${name}`,
  namespace: (kind: Kind, namespace: string): string => `${kind}/${namespace}`,
  kind: (kind: Kind): string => `${kind}/*`,
  namespaces: (kind: Kind): string => `namespaces/${kind}`,
  coverage: (kind: Kind): string => `coverage/${kind}`,
  allCoverage: 'coverage',
  facts: 'facts',
  broken: (kind: Kind): string => `broken/${kind}`,
  allBroken: 'broken',
  audit: 'audit',
  flows: 'flows',
} as const;

/** All that is known of a cluster, and which buckets each batch of changes touched. */
export class ClusterStore {
  readonly #objects: Map<Kind, Namespaced>;
  /** Namespace maps that another store may still read: copied before the first write. */
  readonly #shared = new Set<Map<string, KubeObject>>();
  readonly #coverage: Map<Kind, Coverage>;
  #facts: ClusterFacts = NO_FACTS;
  #broken: readonly BrokenObject[] = [];
  #audit: AuditState = NO_AUDIT;
  #flows: FlowState = NO_FLOWS;
  readonly #sorted = new Map<Kind, Sorted>();

  constructor(base?: ClusterStore) {
    this.#objects = new Map();
    this.#coverage = new Map(base === undefined ? [] : base.#coverage);
    if (base === undefined) return;
    for (const [kind, namespaces] of base.#objects) {
      this.#objects.set(kind, new Map(namespaces));
      for (const objects of namespaces.values()) {
        this.#shared.add(objects);
        base.#shared.add(objects);
      }
    }
    for (const [kind, sorted] of base.#sorted) {
      this.#sorted.set(kind, { ...sorted, byNamespace: new Map(sorted.byNamespace) });
    }
    this.#facts = base.#facts;
    this.#broken = base.#broken;
    this.#audit = base.#audit;
    this.#flows = base.#flows;
  }

  /** A store with the same contents that can be changed without changing this one. */
  fork(): ClusterStore {
    return new ClusterStore(this);
  }

  /** Applies a batch; returns the buckets whose contents it changed. */
  apply(changes: readonly Change[]): Set<string> {
    const touched = new Set<string>();
    for (const change of changes) this.#applyOne(change, touched);
    return touched;
  }

  /** Applies a batch while nobody reads yet, so that what it touches need not be named. */
  load(changes: readonly Change[]): void {
    for (const change of changes) this.#applyOne(change, undefined);
  }

  #applyOne(change: Change, touched: Set<string> | undefined): void {
    switch (change.type) {
      case 'upsert':
        this.#upsert(change.object, touched);
        return;
      case 'remove':
        this.#remove(change.kind, change.namespace, change.name, touched);
        return;
      case 'retain':
        this.#retain(change.kind, change.namespaces, change.keep, touched);
        return;
      case 'coverage': {
        const before = this.#coverage.get(change.coverage.kind);
        if (deepEqual(before, change.coverage)) return;
        this.#coverage.set(change.coverage.kind, change.coverage);
        touched?.add(bucket.coverage(change.coverage.kind)).add(bucket.allCoverage);
        return;
      }
      case 'facts':
        if (deepEqual({ ...this.#facts, ...change.facts }, this.#facts)) return;
        this.#facts = { ...this.#facts, ...change.facts };
        touched?.add(bucket.facts);
        return;
      case 'broken':
        this.#broken = [...this.#broken, change.problem];
        if (change.problem.kind !== null) touched?.add(bucket.broken(change.problem.kind));
        touched?.add(bucket.allBroken);
        return;
      case 'audit':
        this.#audit = change.audit;
        touched?.add(bucket.audit);
        return;
      case 'flows':
        this.#flows = change.flows;
        touched?.add(bucket.flows);
        return;
    }
  }

  get<K extends Kind>(kind: K, namespace: string, name: string): ObjectOf<K> | undefined {
    return this.#objects.get(kind)?.get(namespace)?.get(name) as ObjectOf<K> | undefined;
  }

  namespaces(kind: Kind): readonly string[] {
    const sorted = this.#sortedOf(kind);
    sorted.namespaces ??= [...(this.#objects.get(kind)?.keys() ?? [])].sort();
    return sorted.namespaces;
  }

  /** Objects of a kind, of one namespace or of all, in order of namespace and name. */
  list<K extends Kind>(kind: K, namespace?: string): readonly ObjectOf<K>[] {
    if (namespace !== undefined) return this.longList(kind, namespace).items;
    const sorted = this.#sortedOf(kind);
    sorted.all ??= this.namespaces(kind).flatMap((name) => this.list(kind, name));
    return sorted.all as readonly ObjectOf<K>[];
  }

  /** The objects of a namespace in order of name, in pieces that stay the same where nothing changes. */
  longList<K extends Kind>(kind: K, namespace: string): LongList<ObjectOf<K>> {
    const there = this.#objects.get(kind)?.get(namespace);
    // Of most kinds a namespace has nothing.
    if (there === undefined) return NO_OBJECTS;
    const { byNamespace } = this.#sortedOf(kind);
    const own = byNamespace.get(namespace);
    let objects = own?.objects;
    if (objects === undefined || own?.changed !== undefined) {
      objects = sortedObjects(own, there);
      byNamespace.set(namespace, { objects, changed: undefined });
    }
    return objects as unknown as LongList<ObjectOf<K>>;
  }

  #sortedOf(kind: Kind): Sorted {
    let sorted = this.#sorted.get(kind);
    if (sorted === undefined) {
      sorted = { all: undefined, namespaces: undefined, byNamespace: new Map() };
      this.#sorted.set(kind, sorted);
    }
    return sorted;
  }

  /** How many objects there are. */
  size(): number {
    let size = 0;
    for (const namespaces of this.#objects.values()) for (const objects of namespaces.values()) size += objects.size;
    return size;
  }

  coverageOf(kind: Kind): Coverage | undefined {
    return this.#coverage.get(kind);
  }

  coverage(): readonly Coverage[] {
    return [...this.#coverage.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
  }

  facts(): ClusterFacts {
    return this.#facts;
  }

  broken(): readonly BrokenObject[] {
    return this.#broken;
  }

  audit(): AuditState {
    return this.#audit;
  }

  flows(): FlowState {
    return this.#flows;
  }

  #upsert(object: KubeObject, touched: Set<string> | undefined): void {
    const before = this.get(object.kind, object.namespace, object.name);
    if (before !== undefined && deepEqual(before, object)) return;
    if (this.#objects.get(object.kind)?.has(object.namespace) !== true) this.#touchNamespaces(object.kind, touched);
    this.#writable(object.kind, object.namespace).set(object.name, object);
    this.#touch(object.kind, object.namespace, object.name, touched);
  }

  #remove(kind: Kind, namespace: string, name: string, touched: Set<string> | undefined): void {
    if (this.get(kind, namespace, name) === undefined) return;
    const objects = this.#writable(kind, namespace);
    objects.delete(name);
    this.#touch(kind, namespace, name, touched);
    if (objects.size > 0) return;
    this.#objects.get(kind)?.delete(namespace);
    this.#sorted.get(kind)?.byNamespace.delete(namespace);
    this.#touchNamespaces(kind, touched);
  }

  #retain(
    kind: Kind,
    scope: 'all' | readonly string[],
    keep: ReadonlySet<string>,
    touched: Set<string> | undefined,
  ): void {
    const namespaces = scope === 'all' ? [...(this.#objects.get(kind)?.keys() ?? [])] : scope;
    for (const namespace of namespaces) {
      for (const name of Array.from(this.#objects.get(kind)?.get(namespace)?.keys() ?? [])) {
        if (!keep.has(`${namespace}/${name}`)) this.#remove(kind, namespace, name, touched);
      }
    }
  }

  #writable(kind: Kind, namespace: string): Map<string, KubeObject> {
    let namespaces = this.#objects.get(kind);
    if (namespaces === undefined) this.#objects.set(kind, (namespaces = new Map()));
    const there = namespaces.get(namespace);
    if (there !== undefined && !this.#shared.has(there)) return there;
    const own = new Map(there);
    namespaces.set(namespace, own);
    return own;
  }

  #touchNamespaces(kind: Kind, touched: Set<string> | undefined): void {
    touched?.add(bucket.namespaces(kind));
    this.#sortedOf(kind).namespaces = undefined;
  }

  #touch(kind: Kind, namespace: string, name: string, touched: Set<string> | undefined): void {
    touched
      ?.add(bucket.object(kind, namespace, name))
      .add(bucket.namespace(kind, namespace))
      .add(bucket.kind(kind));
    const sorted = this.#sorted.get(kind);
    if (sorted === undefined) return;
    sorted.all = undefined;
    const own = sorted.byNamespace.get(namespace);
    if (own !== undefined) sorted.byNamespace.set(namespace, { ...own, changed: (own.changed ?? new Set()).add(name) });
  }
}

/** A sorted list is changed where less than one in this many objects changed, and sorted anew where more did. */
const FEW = 8;

const NO_OBJECTS: LongList<never> = LongList.of([]);

function sortedObjects(
  before: SortedObjects | undefined,
  objects: ReadonlyMap<string, KubeObject>,
): LongList<KubeObject> {
  if (before?.changed === undefined || before.changed.size * FEW > before.objects.length) {
    return LongList.of([...objects.values()].sort(byName));
  }
  let sorted = before.objects;
  for (const name of before.changed) {
    const place = sorted.placeOf((one) => one.name < name);
    const now = objects.get(name);
    const gone = sorted.at(place)?.name === name ? 1 : 0;
    sorted = sorted.replaced(place.piece, place.at, gone, now === undefined ? [] : [now]);
  }
  return sorted;
}

function byName(a: KubeObject, b: KubeObject): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
