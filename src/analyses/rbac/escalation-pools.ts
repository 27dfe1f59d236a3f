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
  /** The account that stands for all where a step is everybody's: of those there are, and of those that a running pod has. */
  readonly standing: { readonly any: string; readonly running: string | undefined };
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

/** By namespace; by `NAMESPACE/NAME` those of single accounts that a step leads to. */
export type Pools = ReadonlyMap<string, Pool>;

/** An exit that leads to a place, with the pool that it belongs to. */
type Entrance = readonly [from: Place, exit: Exit];

/** What leads to each place. */
export interface Incoming {
  /** From single pools, in order of namespace. */
  readonly lists: ReadonlyMap<Place, readonly Entrance[]>;
  /** From every pool, by what the groups of all accounts are granted. */
  readonly common: ReadonlyMap<Place, Step>;
  /** Every pool with the accounts that stand for all of it, in order of namespace; none where nothing is common. */
  readonly standing: readonly Standing[];
}

interface Standing {
  readonly namespace: string;
  readonly accounts: Pool['standing'];
}

const NO_STEPS: readonly Step[] = [];
const NO_EXITS: readonly Exit[] = [];
const NO_ACCOUNTS: readonly ServiceAccountObject[] = [];
const NO_ENTRANCES: readonly Entrance[] = [];
const NO_STANDING: readonly Standing[] = [];

/**
 * The pool of a namespace; the one of before where nothing that it is made of changed.
 *
 * @param shard steps by account
 * @param group steps of the group of the namespace's accounts
 */
export function poolOf(
  namespace: string,
  shard: ReadonlyMap<string, readonly Step[]> | undefined,
  group: readonly Step[] = NO_STEPS,
  accounts: PoolAccounts,
  before: Pool | undefined,
): Pool {
  const inputs = [shard, accounts, group];
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
  const standing = {
    any: `${prefix}${anyName}`,
    running: runningName === undefined ? undefined : `${prefix}${runningName}`,
  };
  for (const step of group) {
    add(any, standing.any, step);
    if (standing.running !== undefined) add(running, standing.running, step);
  }
  return {
    inputs,
    listed,
    any: keptExits(any, before?.any),
    running: keptExits(running, before?.running),
    standing,
  };
}

/**
 * The pool of one account, which stands under `NAMESPACE/NAME`: undefined where it is known that there is none.
 *
 * @param shard steps by account, of its namespace
 */
export function poolOfAccount(
  place: string,
  shard: ReadonlyMap<string, readonly Step[]> | undefined,
  group: readonly Step[] = NO_STEPS,
  { known }: PoolAccounts,
  before: Pool | undefined,
): Pool | undefined {
  const [namespace = '', name = ''] = place.split('/');
  if (name !== 'default' && known?.some((one) => one.name === name) === false) return undefined;
  const account = `u:${serviceAccountUser(namespace, name)}`;
  const own = shard?.get(account) ?? NO_STEPS;
  const inputs = [own, group];
  if (before !== undefined && sameItems(before.inputs, inputs)) return before;
  const any = new Map<Place, Exit>();
  for (const step of [...own, ...group]) if (!any.has(step.to)) any.set(step.to, { account, step });
  return {
    inputs,
    listed: NO_ACCOUNTS,
    any: keptExits(any, before?.any),
    running: NO_EXITS,
    standing: { any: account, running: undefined },
  };
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
    const isKept = old?.distance === distance && old.exit.step === exit.step && old.exit.account === exit.account;
    isSame &&= isKept;
    ways.set(place, isKept ? old : { distance, exit });
    frontier.push(place);
    const slash = place.indexOf('/');
    if (slash > 0) settle(`${place.slice(0, slash)}/*` as Place, distance, exit, frontier);
  };
  /** What leads from all pools to one place leads on from all, and nothing common is left to add. */
  let isCommonReached = false;
  let frontier: Place[] = [sink];
  for (let distance = 1; frontier.length > 0; distance += 1) {
    const next: Place[] = [];
    for (const place of frontier) {
      const common: Step | undefined = isCommonReached ? undefined : incoming.common.get(place);
      const own = incoming.lists.get(place) ?? NO_ENTRANCES;
      for (const [from, exit] of common === undefined ? own : withCommon(own, common, incoming.standing)) {
        settle(from, distance, exit, next);
      }
      isCommonReached ||= common !== undefined;
      const way = place === 'running-account/*' ? ways.get(place) : undefined;
      if (way !== undefined) settle('node', distance, way.exit, next);
    }
    frontier = next;
  }
  return isSame && before?.size === ways.size ? before : ways;
}

/** A pool's own way to a place comes before the one that all pools have. */
function* withCommon(
  own: readonly Entrance[],
  step: Step,
  standing: readonly Standing[],
): Generator<Entrance, void, undefined> {
  const byPool = new Map(own);
  for (const { namespace, accounts } of standing) {
    const any = `any-account/${namespace}` as const;
    yield [any, byPool.get(any) ?? { account: accounts.any, step }];
    const running = `running-account/${namespace}` as const;
    const exit =
      byPool.get(running) ?? (accounts.running === undefined ? undefined : { account: accounts.running, step });
    if (exit !== undefined) yield [running, exit];
  }
}

/**
 * @param pools in order of namespace
 * @param common the first step to each place that every account takes
 */
export function incomingOf(pools: Pools, common: Incoming['common']): Incoming {
  const lists = new Map<Place, Entrance[]>();
  for (const [namespace, pool] of pools) {
    for (const one of exitsOf(namespace, pool)) listAt(lists, one[1].step.to).push(one);
  }
  return { lists, common, standing: standingOf(pools, common) };
}

/** @param before the standing of last time, given back where it is the same */
function standingOf(
  pools: Pools,
  common: Incoming['common'],
  before: readonly Standing[] = NO_STANDING,
): readonly Standing[] {
  if (common.size === 0) return NO_STANDING;
  const standing = [...pools].map(([namespace, { standing: accounts }]) => ({ namespace, accounts }));
  const isSame =
    standing.length === before.length &&
    standing.every(({ namespace, accounts }, at) => {
      const old = before[at];
      return (
        old?.namespace === namespace && old.accounts.any === accounts.any && old.accounts.running === accounts.running
      );
    });
  return isSame ? before : standing;
}

/**
 * What leads where, once the pools of some namespaces have changed. Each list that is touched is made once, however many
 * namespaces changed: the first pods of a cluster change them all.
 *
 * @param before of the pools as they were
 * @param changed the namespaces whose pools may be others
 */
export function incomingAfter(
  before: Incoming,
  old: Pools,
  now: Pools,
  changed: Iterable<string>,
  common: Incoming['common'],
): Incoming {
  const lists = listsAfter(before.lists, old, now, changed);
  const standing = standingOf(now, common, before.standing);
  const isSame = lists === before.lists && common === before.common && standing === before.standing;
  return isSame ? before : { lists, common, standing };
}

function listsAfter(before: Incoming['lists'], old: Pools, now: Pools, changed: Iterable<string>): Incoming['lists'] {
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
  const lists = new Map(before);
  for (const [place, own] of come) {
    const left = (before.get(place) ?? []).filter(([from]) => !others.has(namespaceOf(from)));
    const list = inOrder(left, own);
    if (list.length === 0) lists.delete(place);
    else lists.set(place, list);
  }
  return lists;
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
