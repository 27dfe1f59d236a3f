import type { BindingObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { actorSteps, shardOf, type ActorSteps, type StepParts } from './escalation-actors.ts';
import {
  incomingAfter,
  incomingOf,
  poolOf,
  poolOfAccount,
  waysTo,
  type Incoming,
  type Onward,
  type Pool,
  type PoolAccounts,
  type Pools,
} from './escalation-pools.ts';
import { stepsIn, type NamespaceSink, type Place, type Sink, type Step } from './escalation-step.ts';
import { ALL_SERVICE_ACCOUNTS, AUTHENTICATED } from '../../kube/rbac-user.ts';
import { NAMESPACE_GROUPS, namespaceGroup } from './namespace-group.ts';
import { accountUsers } from './service-accounts.ts';
import { isPartial } from '../../store/partial-files.ts';

/** One hop of a path: who takes which step to whom. */
export interface Hop {
  /** `u:NAME` or `g:NAME` (`subjectKey`), `node` where root on a node goes on, `p:NAMESPACE/NAME` of a pod. */
  readonly from: string;
  /** The next subject, or the name of the sink. */
  readonly to: string;
  /** null where no permission is used: out of a pod to its node, and from a node to the accounts of its pods. */
  readonly step: Step | null;
  /** What must hold, or what makes the hop possible without a permission. */
  readonly condition: string;
}

export interface EscalationPath<To extends Sink | NamespaceSink = Sink> {
  readonly from: string;
  readonly to: To;
  readonly hops: readonly Hop[];
}

export const SINKS: readonly Sink[] = ['cluster-admin', 'node', 'secrets'];

export const NODE_HOLDS = 'root on a node holds the tokens and Secrets of every pod there';

/** Who can take which step, and the shortest ways on from where steps lead. */
export interface EscalationGraph {
  readonly parts: StepParts;
  readonly actors: ActorSteps;
  /** In order of namespace. */
  readonly pools: Pools;
  /** Single accounts that a step leads to, as `NAMESPACE/NAME`. */
  readonly single: ReadonlySet<string>;
  readonly incoming: Incoming;
  readonly ways: Readonly<Record<Sink, ReadonlyMap<Place, Onward>>>;
  /** What it was made of, by group. */
  readonly inputs: readonly Inputs[];
  /** Namespaces that are in no group, of whose accounts something is granted. */
  readonly strangers: ReadonlySet<string>;
}

const NO_STEPS: readonly Step[] = [];
const EMPTY: EscalationGraph = {
  parts: new Map(),
  actors: new Map(),
  pools: new Map(),
  single: new Set(),
  incoming: { lists: new Map(), common: new Map(), standing: [] },
  ways: { 'cluster-admin': new Map(), node: new Map(), secrets: new Map() },
  inputs: [],
  strangers: new Set(),
};

/** Of what holds in all namespaces, beside the groups of namespaces. */
const EVERYWHERE = 'everywhere';
type Group = number | typeof EVERYWHERE;
const GROUPS: readonly Group[] = [EVERYWHERE, ...NAMESPACE_GROUPS];

/**
 * The graph of all bindings. It depends on the bindings' steps, not on the bindings: most changes leave it as it is, and
 * one that does not costs the namespaces that it touches and a search over pools of accounts, not over accounts.
 *
 * It reads nothing but the inputs of groups, and these nothing but values of their own, so that each of these runs by
 * itself before the graph: a first reading is never one long turn.
 */
export function escalationGraph(view: ClusterView): EscalationGraph {
  return view.derive<EscalationGraph>('rbac/escalation-graph', '', (inner, before = EMPTY) => {
    const inputs = GROUPS.map((group) => groupInputs(inner, group));
    const parts = new Map(before.parts);
    const changes = { parts: new Set<string>(), accounts: new Set<string>() };
    for (const [at, now] of inputs.entries()) {
      const old = before.inputs[at] ?? NO_INPUTS;
      if (old === now) continue;
      for (const namespace of new Set([...old.keys(), ...now.keys()])) {
        const [was, is] = [old.get(namespace), now.get(namespace)];
        if ((was?.accounts ?? null) !== (is?.accounts ?? null)) changes.accounts.add(namespace);
        if (was?.steps === is?.steps) continue;
        changes.parts.add(namespace);
        if (is === undefined || is.steps.length === 0) parts.delete(namespace);
        else parts.set(namespace, is.steps);
      }
    }
    const strangers = new Set<string>();
    const graph = graphOf(before, parts, changes, {
      known: () => inputs.flatMap((group) => [...group.keys()]),
      of: (namespace) => {
        const own = inputs[1 + namespaceGroup(namespace)]?.get(namespace)?.accounts;
        if (own != null) return own;
        strangers.add(namespace);
        return poolAccounts(inner, namespace);
      },
    });
    return { ...graph, inputs, strangers };
  });
}

type Inputs = ReadonlyMap<string, NamespaceInputs>;
const NO_INPUTS: Inputs = new Map();

/** What the graph takes of one namespace. */
interface NamespaceInputs {
  readonly steps: readonly Step[];
  /** null for ''. */
  readonly accounts: PoolAccounts | null;
}

/** What the graph takes of a group of namespaces: it reads these few values, not some of each namespace. */
function groupInputs(view: ClusterView, group: Group): Inputs {
  return view.derive(
    'rbac/graph-inputs',
    `${group}`,
    (inner) =>
      group === EVERYWHERE
        ? new Map([['', { steps: stepsIn(inner, ''), accounts: null }]])
        : new Map(
            namespaceGroups(inner)[group]?.map((namespace) => [
              namespace,
              { steps: stepsIn(inner, namespace), accounts: poolAccounts(inner, namespace) },
            ]),
          ),
    (a, b) =>
      a.size === b.size &&
      [...a].every(([namespace, { steps, accounts }]) => {
        const other = b.get(namespace);
        return other?.steps === steps && other.accounts === accounts;
      }),
  );
}

/** The namespaces with RoleBindings or service accounts, by group. */
function namespaceGroups(view: ClusterView): readonly (readonly string[])[] {
  return view.derive(
    'rbac/namespace-groups',
    '',
    (inner) => {
      const all = new Set([...inner.namespaces('RoleBinding'), ...inner.namespaces('ServiceAccount')]);
      const groups = Map.groupBy(all, namespaceGroup);
      return NAMESPACE_GROUPS.map((group) => groups.get(group) ?? []);
    },
    deepEqual,
  );
}

/** The graph without some bindings. */
export function withoutBindings(
  view: ClusterView,
  graph: EscalationGraph,
  bindings: Iterable<BindingObject>,
): EscalationGraph {
  const removed = new Set(bindings);
  const isLeft = (step: Step): boolean => !removed.has(step.binding) && !step.along.some((one) => removed.has(one));
  const parts = new Map(graph.parts);
  const changed = new Set<string>();
  for (const [namespace, own] of graph.parts) {
    const left = own.filter(isLeft);
    if (left.length === own.length) continue;
    changed.add(namespace);
    if (left.length === 0) parts.delete(namespace);
    else parts.set(namespace, left);
  }
  return graphOf(
    graph,
    parts,
    { parts: changed, accounts: new Set() },
    { known: () => [...graph.pools.keys()], of: (namespace) => poolAccounts(view, namespace) },
  );
}

/** Namespaces of which something may be other than before. */
interface Changes {
  readonly parts: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
}

interface Accounts {
  /** Namespaces that may have accounts. */
  readonly known: () => readonly string[];
  readonly of: (namespace: string) => PoolAccounts;
}

function graphOf(before: EscalationGraph, parts: StepParts, changes: Changes, accounts: Accounts): EscalationGraph {
  const { actors, touched } = actorSteps(parts, before, changes.parts);
  const common = commonSteps(actors, before);
  const groups = actors.get('');
  const single = singleAccounts(parts, before.single);
  const poolOfSingle = (place: string): Pool | undefined => {
    const namespace = namespaceOfSingle(place);
    const group = groups?.get(`g:${ALL_SERVICE_ACCOUNTS}:${namespace}`);
    if (!single.has(place)) return undefined;
    return poolOfAccount(place, actors.get(namespace), group, accounts.of(namespace), before.pools.get(place));
  };
  const poolIn = (namespace: string): Pool | undefined => {
    if (namespace.includes('/')) return poolOfSingle(namespace);
    const shard = actors.get(namespace);
    const group = groups?.get(`g:${ALL_SERVICE_ACCOUNTS}:${namespace}`);
    if (shard === undefined && group === undefined && common.size === 0) return undefined;
    return poolOf(namespace, shard, group, accounts.of(namespace), before.pools.get(namespace));
  };
  const changed = new Set([...touched, ...changes.accounts, ...before.strangers]);
  for (const place of new Set([...before.single, ...single])) {
    const isOther = before.single.has(place) !== single.has(place);
    if (isOther || changed.has(namespaceOfSingle(place))) changed.add(place);
  }
  // What a group is granted may be of every namespace.
  const some = changed.has('') ? undefined : changedPools(before.pools, changed, poolIn);
  // Every namespace has its account `default`, listed or not.
  const pools = some ?? allPools([...accounts.known(), ...parts.keys(), ...actors.keys(), ...single], poolIn);
  const incoming =
    some === undefined
      ? incomingOf(pools, common)
      : incomingAfter(before.incoming, before.pools, pools, changed, common);
  const ways = incoming === before.incoming ? before.ways : waysBy(incoming, before.ways);
  return { ...before, parts, actors, pools, single, incoming, ways };
}

const SINGLE = /^any-account\/([^/]+\/[^/]+)$/;
/** Of steps, the single accounts that they lead to. */
const SINGLES = new WeakMap<readonly Step[], readonly string[]>();

/** The single accounts that steps lead to; the set of before where they are the same. */
function singleAccounts(parts: StepParts, before: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const steps of parts.values()) {
    let own = SINGLES.get(steps);
    if (own === undefined) SINGLES.set(steps, (own = steps.flatMap(({ to }) => SINGLE.exec(to)?.[1] ?? [])));
    for (const place of own) found.add(place);
  }
  return found.size === before.size && [...found].every((place) => before.has(place)) ? before : found;
}

function namespaceOfSingle(place: string): string {
  return place.slice(0, place.indexOf('/'));
}

/** The first step to each place of the groups that every service account is in; those of before where nothing was granted to groups anew. */
function commonSteps(actors: ActorSteps, before: EscalationGraph): Incoming['common'] {
  const shard = actors.get('');
  if (shard === before.actors.get('')) return before.incoming.common;
  const common = new Map<Place, Step>();
  for (const name of [ALL_SERVICE_ACCOUNTS, AUTHENTICATED]) {
    for (const step of shard?.get(`g:${name}`) ?? NO_STEPS) if (!common.has(step.to)) common.set(step.to, step);
  }
  return common;
}

function allPools(names: readonly string[], poolIn: (namespace: string) => Pool | undefined): Pools {
  const pools = new Map<string, Pool>();
  for (const namespace of [...new Set(names)].sort()) {
    const pool = namespace === '' ? undefined : poolIn(namespace);
    if (pool !== undefined) pools.set(namespace, pool);
  }
  return pools;
}

/** The pools of before with those of some namespaces anew; undefined where one comes or goes, for they are in order. */
function changedPools(
  before: Pools,
  changed: ReadonlySet<string>,
  poolIn: (namespace: string) => Pool | undefined,
): Pools | undefined {
  const pools = new Map(before);
  for (const namespace of changed) {
    const pool = poolIn(namespace);
    if ((pool === undefined) === pools.has(namespace)) return undefined;
    if (pool !== undefined) pools.set(namespace, pool);
  }
  return pools;
}

function waysBy(incoming: Incoming, before: EscalationGraph['ways']): EscalationGraph['ways'] {
  const to = (sink: Sink): ReadonlyMap<Place, Onward> => waysTo(sink, incoming, before[sink]);
  const ways = { 'cluster-admin': to('cluster-admin'), node: to('node'), secrets: to('secrets') };
  return SINKS.every((sink) => ways[sink] === before[sink]) ? before : ways;
}

/** The accounts of a namespace, in one value. */
function poolAccounts(view: ClusterView, namespace: string): PoolAccounts {
  return view.derive(
    'rbac/pool-accounts',
    namespace,
    (inner) => {
      const isKnown = !isPartial(inner) && inner.readable('ServiceAccount', namespace).ok;
      const listed = inner.list('ServiceAccount', namespace);
      return { known: isKnown ? listed : null, listed, users: accountUsers(inner, namespace) };
    },
    (a, b) => a.known === b.known && a.listed === b.listed && a.users === b.users,
  );
}

/** The steps that a subject takes by what is bound to it by name. */
export function stepsOfActor(graph: EscalationGraph, key: string): readonly Step[] {
  return graph.actors.get(shardOf(key))?.get(key) ?? NO_STEPS;
}

/** What was found of a graph when it was asked for: ways to all of a namespace, which most never ask for. */
const NAMESPACE_WAYS = new WeakMap<EscalationGraph, Map<NamespaceSink, ReadonlyMap<Place, Onward>>>();

/** The way on from each place from which the sink can be reached. */
export function waysOf(graph: EscalationGraph, sink: Sink | NamespaceSink): ReadonlyMap<Place, Onward> {
  if (!isNamespaceSink(sink)) return graph.ways[sink];
  let found = NAMESPACE_WAYS.get(graph);
  if (found === undefined) NAMESPACE_WAYS.set(graph, (found = new Map()));
  let ways = found.get(sink);
  if (ways === undefined) found.set(sink, (ways = waysTo(sink, graph.incoming, undefined)));
  return ways;
}

export function isNamespaceSink(place: string): place is NamespaceSink {
  return place.startsWith('namespace-admin/');
}

/**
 * The shortest path of a subject to a sink; where several are, the one of the first key and binding.
 *
 * @param keys what it is: its own key, then those of its groups (`userKeys`)
 * @param passed called with what the path hangs on besides the subject's own steps
 */
export function pathOf<To extends Sink | NamespaceSink>(
  graph: EscalationGraph,
  keys: readonly string[],
  sink: To,
  passed?: (place: Place) => void,
): EscalationPath<To> | undefined {
  const [own = ''] = keys;
  const ways = waysOf(graph, sink);
  let best: Step | undefined;
  let shortest = Number.POSITIVE_INFINITY;
  for (const key of keys) {
    for (const step of stepsOfActor(graph, key)) {
      if (step.to !== sink) passed?.(step.to);
      const distance = step.to === sink ? 0 : (ways.get(step.to)?.distance ?? Number.POSITIVE_INFINITY);
      if (distance >= shortest) continue;
      shortest = distance;
      best = step;
    }
  }
  return best === undefined ? undefined : { from: own, to: sink, hops: hopsFrom(own, best, sink, ways, passed) };
}

function hopsFrom(
  own: string,
  first: Step,
  sink: Place,
  ways: ReadonlyMap<Place, Onward>,
  passed?: (place: Place) => void,
): readonly Hop[] {
  const hops: Hop[] = [];
  let from = own;
  let step = first;
  while (step.to !== sink) {
    const way = ways.get(step.to);
    if (way === undefined) throw new Error(`No way leads on from ${step.to}.`);
    passed?.(step.to);
    const { account } = way.exit;
    const { condition } = step;
    if (step.to === 'node') {
      hops.push({ from, to: 'node', step, condition });
      hops.push({ from: 'node', to: account, step: null, condition: NODE_HOLDS });
    } else {
      hops.push({ from, to: account, step, condition });
    }
    from = account;
    step = way.exit.step;
  }
  return [...hops, { from, to: sink, step, condition: step.condition }];
}
