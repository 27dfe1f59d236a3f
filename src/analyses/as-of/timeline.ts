/**
 * What a cluster's objects were at an instant of the past, from evidence that is never complete. Three answers per
 * object: it was there with this content, it was not there, or that is not known, and since when until when. A wrong
 * "no" is the one thing that must not happen: whatever was not watched without a break is unknown.
 */
import { sameIdentity, samePast } from '../../kube/past-object.ts';
import { WIDER_POLICY_KINDS } from '../../model/kind.ts';
import {
  PAST_KINDS,
  type Basis,
  type Doubt,
  type Listing,
  type Observation,
  type PastEvidence,
  type PastKind,
  type PastObject,
  type Window,
} from '../../model/observation.ts';

/** An object as it was. */
export interface PastPresence {
  readonly object: PastObject;
  readonly basis: Basis;
  /** The auditID, or the file. */
  readonly evidence: string;
}

/** Something that is not known, and in which time; null: since or until whenever. */
export interface PastUnknown {
  readonly kind: PastKind;
  /** '' for cluster-scoped objects, or all namespaces. */
  readonly namespace: string;
  /** null: which objects there were. */
  readonly name: string | null;
  /** Whether the object was there, though its content is not known. */
  readonly existed: boolean;
  readonly from: number | null;
  readonly to: number | null;
  readonly reason: string;
  /** What it was later, where it was there: who it is and what a pod mounts stay, labels may not. */
  readonly later: PastPresence | null;
}

/** A cluster at an instant. */
export interface PastState {
  readonly present: readonly PastPresence[];
  readonly unknown: readonly PastUnknown[];
}

interface Entry {
  readonly kind: PastKind;
  readonly namespace: string;
  readonly name: string;
  /** In order of time. */
  readonly observations: Observation[];
  /** The last verdict that holds for a whole time: instants are asked about in order, and most objects rest. */
  settled: Settled | null;
}

/** What is so at every instant from one time until before another. */
interface Settled {
  readonly from: number;
  readonly to: number;
  readonly told: Told;
}

/** What one object adds to the state of an instant. */
type Told =
  | { readonly type: 'present'; readonly presence: PastPresence }
  | { readonly type: 'absent' }
  | { readonly type: 'unknown'; readonly unknown: PastUnknown };

/** The times of a kind's doubts in order, by namespace; '' for all. */
type DoubtsOfKind = ReadonlyMap<string, Readonly<Record<Doubt['type'], Float64Array>>>;

type Verdict = {
  /** Where it is the same at every instant of a time: between two observations that were watched without a break. */
  readonly holds?: { readonly from: number; readonly to: number };
} & (
  | ({ readonly status: 'present' } & PastPresence)
  | { readonly status: 'absent' }
  | {
      readonly status: 'unknown';
      readonly existed: boolean;
      readonly reason: string;
      readonly later?: PastPresence;
    }
);

const ABSENT: Verdict = { status: 'absent' };

/** creationTimestamp and the times of managedFields have no fractions. */
const SECOND = 1000;

/** Evidence in order, to be asked about any instant. */
export class Timeline {
  readonly #entries = new Map<string, Entry>();
  /** The entries by kind and name, whatever order the evidence came in. */
  readonly #inOrder: readonly Entry[];
  readonly #windows = new Map<PastKind, WindowsOfKind>();
  readonly #listings: readonly Listing[];
  readonly #doubts = new Map<PastKind, DoubtsOfKind>();
  /** Kinds of which the log lacks a creation that must have been in it, with that object. */
  readonly #unlogged = new Map<PastKind, string>();
  /** Kinds of which anything names an object. */
  readonly #named: ReadonlySet<PastKind>;

  constructor(evidence: PastEvidence) {
    this.#listings = evidence.listings.toSorted((a, b) => a.time - b.time);
    for (const [kind, doubts] of Map.groupBy(evidence.doubts, (doubt) => doubt.kind)) {
      this.#doubts.set(kind, doubtsOfKind(doubts));
    }
    for (const observation of evidence.observations) this.#entry(observation).observations.push(observation);
    for (const listing of this.#listings) this.#addListing(listing);
    for (const listing of this.#listings) this.#addAbsences(listing);
    for (const { observations } of this.#entries.values()) {
      observations.sort((a, b) => a.time - b.time);
      doubtOverlaps(observations);
    }
    for (const [kind, windows] of Map.groupBy(evidence.windows, (window) => window.kind)) {
      this.#windows.set(kind, windowsOfKind(windows));
    }
    this.#checkCreations();
    this.#inOrder = [...this.#entries.values()].sort(byName);
    this.#named = new Set(this.#inOrder.map(({ kind }) => kind));
  }

  /** Times at which the answer may become another one, within a period; its end is exclusive. */
  changesBetween(from: number, to: number): readonly number[] {
    const times = new Set<number>();
    const byKind = Map.groupBy(this.#entries.values(), (entry) => entry.kind);
    for (const kind of PAST_KINDS) {
      const own = this.#turnsOf(kind, byKind.get(kind) ?? []);
      for (const time of own) if (time > from && time < to) times.add(time);
      for (const time of this.#doubtsBetween(kind, [...own].sort(ascending))) {
        if (time > from && time < to) times.add(time);
      }
    }
    return [...times].sort(ascending);
  }

  /** When an object that was present at a time was made, and when it is known to have gone; null: not known. */
  lifeOf({ kind, namespace, name, created }: PastObject, time: number): { from: number | null; to: number | null } {
    const { observations } = this.#entry({ kind, namespace, name });
    const made = observations.findLast((one) => one.change === 'created' && one.time <= time);
    const ended = observations.find((one) => one.time > time && (one.change === 'deleted' || one.change === 'created'));
    return { from: made?.time ?? created, to: ended?.change === 'deleted' ? ended.time : null };
  }

  /** @param time milliseconds since the epoch */
  at(time: number): PastState {
    const present: PastPresence[] = [];
    const unknown: PastUnknown[] = [];
    for (const entry of this.#inOrder) {
      const told = this.#tell(entry, time);
      if (told.type === 'present') present.push(told.presence);
      else if (told.type === 'unknown') unknown.push(told.unknown);
    }
    return { present, unknown };
  }

  /**
   * Why there may have been objects of a kind that no evidence names; null where all are known.
   *
   * @param namespace '' for cluster-scoped kinds, and for all namespaces
   */
  incompleteAt(kind: PastKind, namespace: string, time: number): PastUnknown | null {
    let before: number | null = null;
    let after: number | null = null;
    for (const listing of this.#listings) {
      if (!covers(listing, kind, namespace)) continue;
      if (listing.time <= time) before = listing.time;
      else after ??= listing.time;
    }
    if (
      before !== null &&
      this.#isWatched(kind, namespace, before, time) &&
      !this.#hasDoubt(kind, namespace, before, time)
    ) {
      return null;
    }
    const isWatchedAfter = after !== null && this.#isWatched(kind, namespace, time, after);
    if (after !== null && isWatchedAfter && !this.#hasDoubt(kind, namespace, time, after, 'swept')) return null;
    if (this.#wasNeverThere(kind, namespace, time)) return null;
    const windows = this.#windowsOf(kind, namespace);
    const window = windows.find((one) => one.from <= time && time <= one.to);
    const lacking = this.#unlogged.get(kind);
    return {
      kind,
      namespace,
      name: null,
      existed: false,
      later: null,
      from: window === undefined ? latest(before, windows.findLast((one) => one.to < time)?.to) : before,
      to: window === undefined ? earliest(after, windows.find((one) => one.from > time)?.from) : after,
      reason:
        lacking !== undefined
          ? `the log does not hold every change of this kind: ${lacking} was created in its time, and is not in it`
          : window === undefined
            ? 'no evidence covers this time without a break'
            : before === null && after === null
              ? 'nothing says which objects there were before the log began'
              : 'objects came or went without their names in the log',
    };
  }

  /**
   * Whether nothing tells of any policy of a kind that most clusters lack: a listing found none, and from it to the time
   * every change of NetworkPolicies is known. Who watches those, or logs their writes, is taken to do the same with
   * these: a policy that came and went in between would have left a trace.
   */
  #wasNeverThere(kind: PastKind, namespace: string, time: number): boolean {
    if (!WIDER_POLICY_KINDS.some((one) => one === kind)) return false;
    if (this.#named.has(kind) || this.#doubts.has(kind)) return false;
    return this.#listings.some(
      (listing) =>
        covers(listing, kind, namespace) &&
        this.#isWatched('NetworkPolicy', namespace, Math.min(listing.time, time), Math.max(listing.time, time)),
    );
  }

  /** The times at which what is known of a kind turns, but for its doubts. */
  #turnsOf(kind: PastKind, entries: readonly Entry[]): ReadonlySet<number> {
    const turns = new Set<number>();
    // What is seen at an instant is known for that instant, and after it only where the kind is watched.
    const see = (time: number, namespace: string): void => {
      turns.add(time);
      if (!this.#isWatched(kind, namespace, time, time + 1)) turns.add(time + 1);
    };
    for (const windows of this.#windows.get(kind)?.values() ?? []) {
      for (const window of windows) turns.add(window.from).add(window.to + 1);
    }
    for (const listing of this.#listings) if (listing.kinds.some((one) => one.kind === kind)) see(listing.time, '');
    for (const { namespace, observations } of entries) {
      for (const { time, object } of observations) {
        see(time, namespace);
        if (object === null) continue;
        const writes = 'managers' in object ? object.managers.map((one) => one.time) : [];
        for (const told of [object.created, ...writes]) {
          if (told !== null && !this.#isWatched(kind, namespace, told, told + SECOND))
            turns.add(told).add(told + SECOND);
        }
      }
    }
    return turns;
  }

  /**
   * The doubts of a kind at which the answer may turn: between two times at which something was seen the first, from
   * which on nothing is known of what came before, and the last, up to which nothing is known of what came after.
   */
  #doubtsBetween(kind: PastKind, turns: readonly number[]): readonly number[] {
    const between = (time: number): number => firstAfter(turns.length, (index) => turns[index] ?? Infinity, time);
    const all = [...(this.#doubts.get(kind)?.values() ?? [])].flatMap(({ unnamed, swept }) => [unnamed, swept]);
    return all.flatMap((times) => {
      const places = Array.from(times, between);
      return [...times].filter((_, at) => places[at] !== places[at - 1] || places[at] !== places[at + 1]);
    });
  }

  #entry({ kind, namespace, name }: Pick<Observation, 'kind' | 'namespace' | 'name'>): Entry {
    const key = `${kind}/${namespace}/${name}`;
    let entry = this.#entries.get(key);
    if (entry === undefined)
      this.#entries.set(key, (entry = { kind, namespace, name, observations: [], settled: null }));
    return entry;
  }

  #addListing({ objects, time, basis, evidence }: Listing): void {
    for (const object of objects) {
      const { kind, namespace, name } = object;
      const seen = { kind, namespace, name, time, begun: time, change: 'seen', object, basis, evidence } as const;
      this.#entry(object).observations.push({ ...seen, type: 'content' });
    }
  }

  /** What a listing does not hold was not there. */
  #addAbsences(listing: Listing): void {
    const { time, basis, evidence } = listing;
    const there = new Set(listing.objects.map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`));
    for (const [key, { kind, namespace, name, observations }] of this.#entries) {
      if (there.has(key) || !covers(listing, kind, namespace)) continue;
      const seen = { kind, namespace, name, time, begun: time, change: 'seen', object: null, basis, evidence } as const;
      observations.push({ ...seen, type: 'gone' });
    }
  }

  /** An object that was made while the log ran, and whose creation is not in it, shows that its policy leaves some out. */
  #checkCreations(): void {
    for (const { kind, namespace, name, observations } of this.#entries.values()) {
      for (const { change, object } of observations) {
        if (change !== 'seen' || object === null || object.created === null) continue;
        const { created } = object;
        if (!this.#isWatched(kind, namespace, created - SECOND, created + 2 * SECOND)) continue;
        const isLogged = observations.some(
          (one) => one.change === 'created' && Math.abs(one.time - created) < 2 * SECOND,
        );
        const isUnnamed = this.#hasDoubt(kind, '', created - 2 * SECOND, created + 2 * SECOND - 1, 'unnamed');
        if (!isLogged && !isUnnamed) this.#unlogged.set(kind, namespace === '' ? name : `${namespace}/${name}`);
      }
    }
    for (const kind of this.#unlogged.keys()) this.#windows.delete(kind);
  }

  /** Whether every change of the kind in a namespace, '' for all, between two times left an observation. */
  #isWatched(kind: PastKind, namespace: string, from: number, to: number): boolean {
    if (from >= to) return from === to;
    return this.#windowsOf(kind, namespace).some((window) => window.from <= from && to <= window.to);
  }

  /** @param namespace '' for cluster-scoped kinds, and for all namespaces */
  #windowsOf(kind: PastKind, namespace: string): readonly Times[] {
    const own = this.#windows.get(kind);
    return own?.get(namespace) ?? own?.get('') ?? [];
  }

  #hasDoubt(kind: PastKind, namespace: string, from: number, to: number, type?: Doubt['type']): boolean {
    const doubts = this.#doubts.get(kind);
    if (doubts === undefined) return false;
    const types: readonly Doubt['type'][] = type === undefined ? ['unnamed', 'swept'] : [type];
    const namespaces = namespace === '' ? doubts.keys() : ['', namespace];
    for (const one of namespaces) {
      const times = doubts.get(one);
      if (times !== undefined && types.some((own) => isAnyIn(times[own], from, to))) return true;
    }
    return false;
  }

  #tell(entry: Entry, time: number): Told {
    const { kind, namespace, name, observations, settled } = entry;
    if (settled !== null && settled.from <= time && time < settled.to) return settled.told;
    const index = lastUntil(observations, time);
    const verdict = this.#judge(entry, index, time);
    const told = toldOf(verdict, {
      kind,
      namespace,
      name,
      from: observations[index]?.time ?? null,
      to: observations[index + 1]?.time ?? null,
    });
    entry.settled = verdict.holds === undefined ? null : { ...verdict.holds, told };
    return told;
  }

  #judge(entry: Entry, index: number, time: number): Verdict {
    const { kind, namespace, observations } = entry;
    const before = observations[index];
    const after = observations[index + 1];
    if (after !== undefined && after.change !== 'seen' && after.begun <= time) {
      return { status: 'unknown', existed: false, reason: 'it was being changed at that instant' };
    }
    const isUnbroken = (from: number, to: number): boolean =>
      this.#isWatched(kind, namespace, from, to) && !this.#hasDoubt(kind, namespace, from, to, 'swept');
    const sinceBefore = before !== undefined && isUnbroken(before.time, time);
    const end = after === undefined ? Infinity : after.change === 'seen' ? after.time : after.begun;
    const untilAfter = after !== undefined && isUnbroken(time, end);
    const holds = sinceBefore && untilAfter ? { holds: { from: before.time, to: end } } : {};
    if (sinceBefore && untilAfter && contradict(before, after)) {
      return { status: 'unknown', existed: false, reason: 'a change in between is not in the log', ...holds };
    }
    if (sinceBefore) {
      if (before.type === 'gone') return { ...ABSENT, ...holds };
      if (before.type === 'content' && before.object !== null) {
        // A listing takes its time: what was made while it ran is in it, though not yet at its beginning.
        if (before.change !== 'seen') return { ...presence(before, before.object), ...holds };
        if (wasMade(before.object, time) !== 'no') return presence(before, before.object);
        return { status: 'unknown', existed: false, reason: 'it was made while the objects were listed' };
      }
    }
    if (untilAfter) {
      const found = backwards(after, time);
      if (found !== null) return found;
    }
    if (sinceBefore) {
      const existed = before.type === 'exists';
      const what = existed ? 'it was written' : 'it may have been changed or deleted';
      return { status: 'unknown', existed, reason: `${what}, and the log holds no body of it` };
    }
    return unwatched(before, after, time);
  }
}

function toldOf(verdict: Verdict, entry: Pick<PastUnknown, 'kind' | 'namespace' | 'name' | 'from' | 'to'>): Told {
  switch (verdict.status) {
    case 'present':
      return { type: 'present', presence: verdict };
    case 'absent':
      return { type: 'absent' };
    case 'unknown': {
      const { existed, reason, later = null } = verdict;
      return { type: 'unknown', unknown: { ...entry, existed, reason, later } };
    }
  }
}

/** What the next observation says about the time before it, when nothing happened in between. */
function backwards(after: Observation, time: number): Verdict | null {
  const { object } = after;
  switch (after.change) {
    case 'created':
      return ABSENT;
    case 'seen':
      if (after.type === 'gone') return ABSENT;
      return object === null || wasMade(object, time) === 'yes' ? known(after) : null;
    case 'deleted':
      return (
        known(after) ?? { status: 'unknown', existed: true, reason: 'what it was when it was deleted is not known' }
      );
    case 'written':
      return { status: 'unknown', existed: true, reason: 'what it was before it was written is not known' };
  }
}

function known(observation: Observation): Verdict | null {
  return observation.object === null ? null : presence(observation, observation.object);
}

/** What can be said of a time that was not watched. */
function unwatched(before: Observation | undefined, after: Observation | undefined, time: number): Verdict {
  const then = before?.type === 'content' ? before.object : null;
  const later = after === undefined || after.change === 'created' ? null : after.object;
  const isAsBefore = after?.change !== 'written' && then !== null && later !== null && samePast(then, later);
  if (before !== undefined && then !== null && isAsBefore) return presence(before, then);
  if (after !== undefined && later !== null) {
    const made = wasMade(later, time);
    if (made === 'no' && (before === undefined || before.type === 'gone')) return ABSENT;
    if (made === 'yes') {
      if (isUnchangedSince(later, time)) return presence(after, later);
      const was = { object: later, basis: after.basis, evidence: after.evidence };
      return { status: 'unknown', existed: true, reason: 'it was there, and may have been changed since', later: was };
    }
  }
  const isGoneAfter =
    after === undefined || after.change === 'created' || (after.change === 'seen' && after.type === 'gone');
  if (before?.type === 'gone' && isGoneAfter) return ABSENT;
  if (before === undefined && after?.change === 'created') return ABSENT;
  if (before === undefined && after?.type === 'gone' && after.change === 'seen') return ABSENT;
  return { status: 'unknown', existed: false, reason: 'changes at this time were not watched' };
}

/** Whether an object that was seen later had been created by then; its creation time has no fractions. */
function wasMade({ created }: PastObject, time: number): 'yes' | 'no' | 'unknown' {
  if (created === null) return 'unknown';
  if (created + SECOND <= time) return 'yes';
  return created > time ? 'no' : 'unknown';
}

/**
 * Whether managedFields prove that an RBAC object did not change since. `rules` and `subjects` are atomic lists: whoever
 * changes one that stays filled owns it, with the time of the change. A list that was emptied leaves no trace, nor do
 * cleared managedFields, so that neither proves anything (KEP-555).
 */
function isUnchangedSince(object: PastObject, time: number): boolean {
  const content = 'rules' in object ? object.rules : 'subjects' in object ? object.subjects : [];
  const { managers } = object;
  return (
    content.length > 0 &&
    managers.length > 0 &&
    managers.every((one) => one.time !== null && one.time + SECOND <= time) &&
    (!('aggregation' in object) || object.aggregation === null)
  );
}

/** Of two writes that were under way at once, which one won is not known. */
function doubtOverlaps(observations: Observation[]): void {
  for (const [index, after] of observations.entries()) {
    const before = observations[index - 1];
    if (before === undefined || before.basis !== 'audit' || after.basis !== 'audit' || after.begun >= before.time)
      continue;
    if (after.change !== 'written' || before.change !== 'written' || after.type !== 'content') continue;
    if (before.object !== null && after.object !== null && samePast(before.object, after.object)) continue;
    observations[index] = { ...after, type: 'exists', object: null };
  }
}

/** Whether two observations that follow each other cannot both be right without a change between them. */
function contradict(before: Observation, after: Observation): boolean {
  const wasThere = before.type === 'content' || before.type === 'exists';
  if (after.change === 'created') return wasThere;
  if (before.type === 'gone') return after.type !== 'gone' || after.change === 'deleted';
  if (after.change === 'seen' && after.type === 'gone') return wasThere;
  if (before.object === null || after.object === null || before.type !== 'content') return false;
  if (after.change === 'seen') return !samePast(before.object, after.object);
  return !sameIdentity(before.object, after.object);
}

function presence({ basis, evidence }: Observation, object: PastObject): Verdict {
  return { status: 'present', object, basis, evidence };
}

/** Index of the last observation at or before a time; -1 where there is none. */
function lastUntil(observations: readonly Observation[], time: number): number {
  return firstAfter(observations.length, (index) => observations[index]?.time ?? Infinity, time) - 1;
}

/** Index of the first of some times in order that lies after a time; their number where none does. */
function firstAfter(length: number, timeAt: (index: number) => number, time: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeAt(middle) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function ascending(a: number, b: number): number {
  return a - b;
}

function covers(listing: Listing, kind: PastKind, namespace: string): boolean {
  return listing.kinds.some(
    (one) =>
      one.kind === kind && (one.namespaces === 'all' || (namespace !== '' && one.namespaces.includes(namespace))),
  );
}

function byName(a: Entry, b: Entry): number {
  if (a.kind !== b.kind) return PAST_KINDS.indexOf(a.kind) - PAST_KINDS.indexOf(b.kind);
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

function doubtsOfKind(doubts: readonly Doubt[]): DoubtsOfKind {
  const times = (all: readonly Doubt[], type: Doubt['type']): Float64Array =>
    Float64Array.from(all.flatMap((one) => (one.type === type ? [one.time] : []))).sort();
  const byNamespace = Map.groupBy(doubts, (doubt) => doubt.namespace);
  return new Map(
    [...byNamespace].map(([namespace, own]) => [
      namespace,
      { unnamed: times(own, 'unnamed'), swept: times(own, 'swept') },
    ]),
  );
}

/** Whether there is a time after `from`, and not after `to`, in a list in order. */
function isAnyIn(times: Float64Array, from: number, to: number): boolean {
  const next = times[firstAfter(times.length, (index) => times[index] ?? Infinity, from)];
  return next !== undefined && next <= to;
}

interface Times {
  readonly from: number;
  readonly to: number;
}

/** By namespace, for those that some windows are of alone, together with the windows of all, which stand under ''. */
type WindowsOfKind = ReadonlyMap<string, readonly Times[]>;

function windowsOfKind(windows: readonly Window[]): WindowsOfKind {
  const named = windows.flatMap(({ namespaces }) => (namespaces === 'all' ? [] : namespaces));
  return new Map(
    ['', ...new Set(named)].map((namespace) => [
      namespace,
      merged(windows.filter(({ namespaces }) => namespaces === 'all' || namespaces.includes(namespace))),
    ]),
  );
}

/** Times that touch or overlap become one. */
function merged(times: readonly Times[]): readonly Times[] {
  const joined: Times[] = [];
  for (const { from, to } of times.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last.to) {
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    } else joined.push({ from, to });
  }
  return joined;
}

function latest(a: number | null, b: number | undefined): number | null {
  return b === undefined ? a : Math.max(a ?? b, b);
}

function earliest(a: number | null, b: number | undefined): number | null {
  return b === undefined ? a : Math.min(a ?? b, b);
}
