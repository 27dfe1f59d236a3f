import type { ServiceAccountObject } from '../../model/objects.ts';
import { serviceAccountUser } from '../../kube/rbac-user.ts';
import { sameItems } from '../../store/same-items.ts';
import type { NamespaceSink, Place, Sink, Step } from './escalation-step.ts';
import type { AccountUsers } from './service-accounts.ts';

/** A way out of a pool of accounts: one of its accounts, and the step that this account takes. */
interface Exit {
  /** `u:system:serviceaccount:…` */
  readonly account: string;
  readonly step: Step;
}

/** What the accounts of a namespace lead to: for each place the first account that has a step there. */
export interface Pool {
  /** What it was made of, by identity. */
  readonly inputs: readonly unknown[];
  /** The accounts that were read, whether or not there are others. */
  readonly listed: readonly ServiceAccountObject[];
  readonly any: readonly Exit[];
  /** Of accounts that a running pod has. */
  readonly running: readonly Exit[];
}

/** The accounts of a namespace; `known` is null where it is not known which exist. */
export interface PoolAccounts {
  readonly known: readonly ServiceAccountObject[] | null;
  /** The accounts that were read. */
  readonly listed: readonly ServiceAccountObject[];
  readonly users: AccountUsers;
}

/** How far it is from a place to a sink, and how to go on from there. */
export interface Onward {
  readonly distance: number;
  readonly exit: Exit;
}

export type Pools = ReadonlyMap<string, Pool>;

/** An exit that leads to a place, with the pool that it belongs to. */
type Entrance = readonly [from: Place, exit: Exit];

/** What leads to each place, in order of namespace. */
export type Incoming = ReadonlyMap<Place, readonly Entrance[]>;

/**
 * The pool of a namespace; the one of before where nothing that it is made of changed.
 *
 * @param shard steps by account
 * @param groups steps of the groups that its accounts are in
 */
export function poolOf(
  namespace: string,
  shard: ReadonlyMap<string, readonly Step[]> | undefined,
  groups: readonly (readonly Step[])[],
  accounts: PoolAccounts,
  before: Pool | undefined,
): Pool {
  const inputs = [shard, accounts, ...groups];
  const { known, listed, users } = accounts;
  if (before !== undefined && sameItems(before.inputs, inputs)) return before;
  const names = known === null ? undefined : new Set(known.map((one) => one.name));
  const any = new Map<Place, Exit>();
  const running = new Map<Place, Exit>();
  const add = (exits: Map<Place, Exit>, account: string, step: Step): void => {
    if (!exits.has(step.to)) exits.set(step.to, { account, step });
  };
  const prefix = `u:${serviceAccountUser(namespace, '')}`;
  // The token of an account that was deleted is refused, whoever still runs with it.
  const isThere = (name: string): boolean => names === undefined || name === 'default' || names.has(name);
  for (const key of [...(shard?.keys() ?? [])].sort()) {
    const name = key.slice(prefix.length);
    if (!isThere(name)) continue;
    for (const step of shard?.get(key) ?? []) {
      add(any, key, step);
      if (users.has(name)) add(running, key, step);
    }
  }
  // What a group is granted each of its accounts holds: one stands for all.
  const [anyName = 'default'] = [...(names ?? [])].sort();
  const [runningName] = [...users.keys()].filter(isThere).sort();
  for (const step of groups.flat()) {
    add(any, `${prefix}${anyName}`, step);
    if (runningName !== undefined) add(running, `${prefix}${runningName}`, step);
  }
  return { inputs, listed, any: keptExits(any, before?.any), running: keptExits(running, before?.running) };
}

/** Exits that are equal to those of before are these, and where all are, so is the list. */
function keptExits(exits: Map<Place, Exit>, before: readonly Exit[] = []): readonly Exit[] {
  for (const old of before) {
    const now = exits.get(old.step.to);
    if (now?.step === old.step && now.account === old.account) exits.set(old.step.to, old);
  }
  const list = [...exits.values()];
  return sameItems(list, before) ? before : list;
}

/**
 * The way on from each place from which the sink can be reached, by breadth-first search from the sink. Root on a node
 * holds the accounts of its pods.
 *
 * @param before the result of last time: what is equal keeps its identity, and so does the whole
 */
export function waysTo(
  sink: Sink | NamespaceSink,
  incoming: Incoming,
  before: ReadonlyMap<Place, Onward> | undefined,
): ReadonlyMap<Place, Onward> {
  let isSame = true;
  const ways = new Map<Place, Onward>();
  const settle = (place: Place, distance: number, exit: Exit, frontier: Place[]): void => {
    if (ways.has(place) || place === sink) return;
    const old = before?.get(place);
    const isKept = old?.distance === distance && old.exit === exit;
    isSame &&= isKept;
    ways.set(place, isKept ? old : { distance, exit });
    frontier.push(place);
    const slash = place.indexOf('/');
    if (slash > 0) settle(`${place.slice(0, slash)}/*` as Place, distance, exit, frontier);
  };
  let frontier: Place[] = [sink];
  for (let distance = 1; frontier.length > 0; distance += 1) {
    const next: Place[] = [];
    for (const place of frontier) {
      for (const [from, exit] of incoming.get(place) ?? []) settle(from, distance, exit, next);
      const way = place === 'running-account/*' ? ways.get(place) : undefined;
      if (way !== undefined) settle('node', distance, way.exit, next);
    }
    frontier = next;
  }
  return isSame && before?.size === ways.size ? before : ways;
}

/** @param pools in order of namespace */
export function incomingOf(pools: Pools): Incoming {
  const incoming = new Map<Place, Entrance[]>();
  for (const [namespace, pool] of pools) {
    for (const one of exitsOf(namespace, pool)) listAt(incoming, one[1].step.to).push(one);
  }
  return incoming;
}

/**
 * What leads where, once the pools of some namespaces have changed. Each list that is touched is made once, however many
 * namespaces changed: the first pods of a cluster change them all.
 *
 * @param before of the pools as they were
 */
export function incomingAfter(before: Incoming, old: Pools, now: Pools, changed: Iterable<string>): Incoming {
  const others = new Set<string>();
  /** By place that is touched: what leads there from the namespaces that changed. */
  const come = new Map<Place, Entrance[]>();
  for (const namespace of [...changed].sort()) {
    const [was, is] = [old.get(namespace), now.get(namespace)];
    if (was?.any === is?.any && was?.running === is?.running) continue;
    others.add(namespace);
    for (const [, { step }] of exitsOf(namespace, was)) listAt(come, step.to);
    for (const one of exitsOf(namespace, is)) listAt(come, one[1].step.to).push(one);
  }
  if (others.size === 0) return before;
  const incoming = new Map(before);
  for (const [place, own] of come) {
    const left = (before.get(place) ?? []).filter(([from]) => !others.has(namespaceOf(from)));
    const list = inOrder(left, own);
    if (list.length === 0) incoming.delete(place);
    else incoming.set(place, list);
  }
  return incoming;
}

function listAt(lists: Map<Place, Entrance[]>, place: Place): Entrance[] {
  let list = lists.get(place);
  if (list === undefined) lists.set(place, (list = []));
  return list;
}

/** Two lists in order of namespace as one; no namespace is in both. */
function inOrder(left: readonly Entrance[], right: readonly Entrance[]): readonly Entrance[] {
  const list: Entrance[] = [];
  let at = 0;
  for (const one of left) {
    const namespace = namespaceOf(one[0]);
    for (let next = right[at]; next !== undefined && namespaceOf(next[0]) < namespace; next = right[(at += 1)]) {
      list.push(next);
    }
    list.push(one);
  }
  return [...list, ...right.slice(at)];
}

function exitsOf(namespace: string, pool: Pool | undefined): readonly Entrance[] {
  if (pool === undefined) return [];
  return [
    ...pool.any.map((exit) => [`any-account/${namespace}`, exit] as const),
    ...pool.running.map((exit) => [`running-account/${namespace}`, exit] as const),
  ];
}

function namespaceOf(place: Place): string {
  return place.slice(place.indexOf('/') + 1);
}
