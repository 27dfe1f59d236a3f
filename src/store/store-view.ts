import type { AuditState } from '../model/audit-state.ts';
import type { FlowState } from '../model/observed-flow.ts';
import type { BrokenObject, Change, ClusterFacts } from '../model/change.ts';
import type { Coverage } from '../model/coverage.ts';
import { kindInfo, type Kind } from '../model/kind.ts';
import type { ObjectOf } from '../model/objects.ts';
import { CellGraph } from './cells.ts';
import { bucket, ClusterStore } from './cluster-store.ts';
import type { ClusterView, Readability } from './cluster-view.ts';
import type { Entries } from './entries.ts';
import type { LongList } from './long-list.ts';

const READABLE: Readability = { ok: true };

/** A store with the computations over it: what rules read is recorded, what changes re-runs its readers. */
export class StoreView implements ClusterView {
  readonly store: ClusterStore;
  readonly graph: CellGraph<ClusterView>;
  #now: number;
  /** Times that a computation asked about and that had not come yet. */
  readonly #alarms = new Set<number>();
  readonly #objectGroups = new Map<Kind, Map<string, string>>();

  /**
   * @param now evaluation time in milliseconds since the epoch
   * @param isLive false for one pass over a store that never changes, which then costs no records of reads
   * @param graph the computations, where they are laid over those of another view
   */
  constructor(store: ClusterStore, now: number, isLive = true, graph?: (view: ClusterView) => CellGraph<ClusterView>) {
    this.store = store;
    this.#now = now;
    this.graph = graph?.(this) ?? new CellGraph<ClusterView>(this, isLive);
  }

  /** This view, settled, as it would be after some changes. Nothing is computed again whose reads stay the same. */
  overlay(changes: readonly Change[]): { readonly after: StoreView; readonly touched: ReadonlySet<string> } {
    const store = this.store.fork();
    const touched = store.apply(changes);
    const after = new StoreView(store, this.#now, false, (view) => this.graph.overlay(view, touched));
    return { after, touched };
  }

  /** Applies changes; computations that read what changed become dirty. Returns the touched buckets. */
  apply(changes: readonly Change[]): ReadonlySet<string> {
    const touched = this.store.apply(changes);
    this.graph.touch(touched);
    return touched;
  }

  /** Moves the clock; computations whose awaited time has come become dirty. */
  tick(now: number): void {
    this.#now = now;
    for (const time of this.#alarms) {
      if (time > now) continue;
      this.#alarms.delete(time);
      this.graph.touch([alarm(time)]);
    }
  }

  /** The next time at which a verdict may change by itself; undefined where none does. */
  nextAlarm(): number | undefined {
    return this.#alarms.size === 0 ? undefined : Math.min(...this.#alarms);
  }

  get now(): number {
    return this.#now;
  }

  isPast(time: number): boolean {
    if (time <= this.#now) return true;
    this.#alarms.add(time);
    this.graph.record(alarm(time));
    return false;
  }

  get<K extends Kind>(kind: K, namespace: string, name: string): ObjectOf<K> | undefined {
    if (this.graph.isRecording) this.graph.recordIn(this.#objectsOf(kind, namespace), name);
    return this.store.get(kind, namespace, name);
  }

  /** The name of what all objects of a kind in a namespace are read in: one text for thousands of them. */
  #objectsOf(kind: Kind, namespace: string): string {
    let names = this.#objectGroups.get(kind);
    if (names === undefined) this.#objectGroups.set(kind, (names = new Map()));
    let name = names.get(namespace);
    if (name === undefined) names.set(namespace, (name = bucket.namespace(kind, namespace)));
    return name;
  }

  list<K extends Kind>(kind: K, namespace?: string): readonly ObjectOf<K>[] {
    if (this.graph.isRecording) {
      this.graph.record(namespace === undefined ? bucket.kind(kind) : bucket.namespace(kind, namespace));
    }
    return this.store.list(kind, namespace);
  }

  longList<K extends Kind>(kind: K, namespace: string): LongList<ObjectOf<K>> {
    if (this.graph.isRecording) this.graph.record(bucket.namespace(kind, namespace));
    return this.store.longList(kind, namespace);
  }

  namespaces(kind: Kind): readonly string[] {
    if (this.graph.isRecording) this.graph.record(bucket.namespaces(kind));
    return this.store.namespaces(kind);
  }

  readable(kind: Kind, namespace?: string): Readability {
    if (this.graph.isRecording) this.graph.record(bucket.coverage(kind));
    const coverage = this.store.coverageOf(kind);
    if (coverage === undefined) return { ok: false, reason: `${kindInfo(kind).resource} were not read` };
    const inScope =
      coverage.namespaces === 'all' || (namespace !== undefined && coverage.namespaces.includes(namespace));
    switch (coverage.status) {
      case 'live':
      case 'stale':
        if (inScope) return READABLE;
        return { ok: false, reason: coverage.reason || `${kindInfo(kind).resource} were not read in every namespace` };
      case 'absent':
        return READABLE;
      case 'syncing':
        return { ok: false, reason: `${kindInfo(kind).resource} are still being read` };
      case 'denied':
      case 'unsupported':
      case 'broken':
        return { ok: false, reason: coverage.reason || `${kindInfo(kind).resource}: ${coverage.status}` };
    }
  }

  coverage(): readonly Coverage[] {
    this.graph.record(bucket.allCoverage);
    return this.store.coverage();
  }

  facts(): ClusterFacts {
    this.graph.record(bucket.facts);
    return this.store.facts();
  }

  broken(kind: Kind): readonly BrokenObject[] {
    if (this.graph.isRecording) this.graph.record(bucket.broken(kind));
    return this.store.broken().filter((problem) => problem.kind === kind);
  }

  allBroken(): readonly BrokenObject[] {
    this.graph.record(bucket.allBroken);
    return this.store.broken();
  }

  audit(): AuditState {
    this.graph.record(bucket.audit);
    return this.store.audit();
  }

  flows(): FlowState {
    this.graph.record(bucket.flows);
    return this.store.flows();
  }

  derive<T>(
    name: string,
    id: string,
    compute: (view: ClusterView, previous: T | undefined, id: string, name: string) => T,
    equals: (a: T, b: T) => boolean = Object.is,
  ): T {
    return this.graph.read<T>(name, id, compute, equals);
  }

  part<W, P>(name: string, id: string, whole: (view: ClusterView) => W, pick: (value: W) => P): P {
    return this.graph.read<P>(name, id, (view) => pick(whole(view)), Object.is, {
      pick: pick as (value: unknown) => P,
    });
  }

  entry<T>(name: string, id: string, whole: (view: ClusterView) => Entries<T>): T | undefined {
    return this.graph.entry(name, id, whole);
  }

  once<T>(key: string, compute: (view: ClusterView) => T): T {
    return this.graph.once(key, compute);
  }
}

function alarm(time: number): string {
  return `clock/${time}`;
}
