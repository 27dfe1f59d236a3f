import {
  ALL_SERVICE_ACCOUNTS,
  AUTHENTICATED,
  parseServiceAccountUser,
  serviceAccountGroups,
  serviceAccountUser,
  UNAUTHENTICATED,
} from '../../kube/rbac-user.ts';
import type { BindingObject, ServiceAccountObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import {
  escalationGraph,
  isNamespaceSink,
  NODE_HOLDS,
  pathOf,
  SINKS,
  stepsOfActor,
  waysOf,
  withoutBindings,
  type EscalationGraph,
  type EscalationPath,
  type Hop,
} from './escalation-graph.ts';
import type { Onward } from './escalation-pools.ts';
import type { NamespaceSink, Place, Sink } from './escalation-step.ts';
import { escapeOf, escapingPods } from './pod-escape.ts';
import { NAMESPACE_GROUPS, namespaceGroup } from './namespace-group.ts';
import { accountUsers } from './service-accounts.ts';

export type AnyPath = EscalationPath<Sink | NamespaceSink>;

/** Bindings whose removal closes paths. */
export interface Cut {
  readonly bindings: readonly BindingObject[];
  /** How many paths it closes. */
  readonly closes: number;
}

/** Rounds of the search for cuts: each removes one binding. */
const MOST_CUTS = 500;

/**
 * The shortest path of a subject to a sink.
 *
 * @param keys what it is: its own key, then those of its groups (`userKeys`)
 */
export function shortestPath(view: ClusterView, keys: readonly string[], sink: Sink): EscalationPath | undefined {
  return pathOf(escalationGraph(view), keys, sink);
}

/** The keys of a service account: its user, then its groups. */
export function accountKeys(namespace: string, name: string): readonly string[] {
  return [`u:${serviceAccountUser(namespace, name)}`, ...serviceAccountGroups(namespace).map((group) => `g:${group}`)];
}

/** The paths of the accounts of a namespace, and what of the graph they hang on. */
interface AccountPaths {
  readonly paths: ReadonlyMap<string, EscalationPath>;
  readonly accounts: readonly ServiceAccountObject[];
  readonly shard: unknown;
  readonly passed: ReadonlyMap<Place, readonly (Onward | undefined)[]>;
}

const NO_PATHS: ReadonlyMap<string, EscalationPath> = new Map();

/**
 * The path of each account of a namespace that is a finding: two hops or more to the worst sink it reaches by what was
 * granted to it by name. A direct grant is the finding of its binding; what a group of everyone is granted is one
 * finding of that group (`everyonePath`), not one of each account.
 */
export function accountPaths(view: ClusterView, namespace: string): ReadonlyMap<string, EscalationPath> {
  return view.derive(
    'rbac/account-paths',
    namespace,
    (inner) => pathsByNamespace(inner, namespaceGroup(namespace)).get(namespace) ?? NO_PATHS,
  );
}

/** Those of a group of namespaces in one value: most changes of the graph leave every path as it is, and end here. */
function pathsByNamespace(view: ClusterView, group: number): ReadonlyMap<string, AccountPaths['paths']> {
  return view.derive(
    'rbac/account-paths-of-group',
    `${group}`,
    (inner) => accountPathsOfGraph(inner)[group] ?? new Map<string, AccountPaths['paths']>(),
    (a, b) => a.size === b.size && [...a].every(([namespace, paths]) => b.get(namespace) === paths),
  );
}

/** The paths of each group of namespaces. */
function accountPathsOfGraph(view: ClusterView): readonly ReadonlyMap<string, AccountPaths['paths']>[] {
  return view.derive('rbac/account-paths-by-group', '', (inner) => {
    const groups = NAMESPACE_GROUPS.map(() => new Map<string, AccountPaths['paths']>());
    for (const [namespace, { paths }] of accountPathsInGraph(inner)) {
      if (paths.size > 0) groups[namespaceGroup(namespace)]?.set(namespace, paths);
    }
    return groups;
  });
}

/** A changed graph is looked through once; what it leaves alone of a namespace stays the same. */
function accountPathsInGraph(view: ClusterView): ReadonlyMap<string, AccountPaths> {
  const derived = view.derive<PathsOfGraph>('rbac/account-paths-of-graph', '', (inner, previous) => {
    const graph = escalationGraph(inner);
    const isUnmoved = (paths: AccountPaths): boolean => graph.ways === previous?.ways || areUnmoved(graph, paths);
    const byNamespace = new Map<string, AccountPaths>();
    for (const [namespace, { listed }] of graph.pools) {
      if (!graph.actors.has(namespace)) continue;
      const before = previous?.byNamespace.get(namespace);
      byNamespace.set(namespace, pathsOfAccounts(graph, namespace, listed, before, isUnmoved));
    }
    return { ways: graph.ways, byNamespace };
  });
  return derived.byNamespace;
}

interface PathsOfGraph {
  readonly ways: EscalationGraph['ways'];
  readonly byNamespace: ReadonlyMap<string, AccountPaths>;
}

function pathsOfAccounts(
  graph: EscalationGraph,
  namespace: string,
  accounts: readonly ServiceAccountObject[],
  previous: AccountPaths | undefined,
  isUnmoved: (paths: AccountPaths) => boolean,
): AccountPaths {
  const shard = graph.actors.get(namespace);
  if (previous?.shard === shard && previous?.accounts === accounts && isUnmoved(previous)) return previous;
  const paths = new Map<string, EscalationPath>();
  const passed = new Map<Place, readonly (Onward | undefined)[]>();
  for (const { name } of accounts) {
    const path = indirectPath(graph, accountKeys(namespace, name).slice(0, 1), (place) => {
      if (!passed.has(place)) passed.set(place, waysOn(graph, place));
    });
    if (path !== undefined) paths.set(name, path);
  }
  const isSame = previous !== undefined && deepEqual([...previous.paths], [...paths]);
  return { paths: isSame ? previous.paths : paths, accounts, shard, passed };
}

/** Whether the ways on from all places that the paths pass are those of before. */
function areUnmoved(graph: EscalationGraph, { passed }: AccountPaths): boolean {
  for (const [place, ways] of passed) {
    for (const [at, sink] of SINKS.entries()) if (graph.ways[sink].get(place) !== ways[at]) return false;
  }
  return true;
}

function waysOn(graph: EscalationGraph, place: Place): readonly (Onward | undefined)[] {
  return SINKS.map((sink) => graph.ways[sink].get(place));
}

/** The paths of groups that everybody, or every service account (of a namespace), is in; two hops or more. */
export function everyonePaths(view: ClusterView): readonly EscalationPath[] {
  return view.derive(
    'rbac/everyone-paths',
    '',
    (inner) => everyoneGroups(inner).flatMap((group) => indirectPath(escalationGraph(inner), [`g:${group}`]) ?? []),
    deepEqual,
  );
}

/** Those to which something is granted that leads on. */
function everyoneGroups(view: ClusterView): readonly string[] {
  const granted = escalationGraph(view).actors.get('');
  if (granted === undefined) return [];
  const namespaces = view.namespaces('ServiceAccount').map((name) => `${ALL_SERVICE_ACCOUNTS}:${name}`);
  const all = [AUTHENTICATED, UNAUTHENTICATED, ALL_SERVICE_ACCOUNTS, ...namespaces];
  return all.filter((name) => granted.has(`g:${name}`));
}

function indirectPath(
  graph: EscalationGraph,
  keys: readonly string[],
  passed?: (place: Place) => void,
): EscalationPath | undefined {
  for (const sink of SINKS) {
    const path = pathOf(graph, keys, sink, passed);
    if (path === undefined || path.hops[0]?.step?.isDefault === true) continue;
    return path.hops.length === 1 ? undefined : path;
  }
  return undefined;
}

/**
 * Shortest paths of every account that a workload runs as, of every subject that is bound, and of pods that can escape
 * to a node with powerful pods. Defaults are no start.
 */
export function allPaths(view: ClusterView): readonly EscalationPath[] {
  const starts = startingKeys(view, escalationGraph(view));
  const pods = view
    .namespaces('Pod')
    .flatMap((namespace) => escapingPods(view, namespace).map(({ pods: [name = ''] }) => `p:${namespace}/${name}`));
  return SINKS.flatMap((sink) =>
    // That a privileged pod has its node is said of the workload; here is what else runs there.
    [...starts, ...(sink === 'node' ? [] : pods)].flatMap((from) => pathFrom(view, from, sink) ?? []),
  );
}

/**
 * The path of one start of `allPaths`; undefined where there is none, or where it begins with a default.
 *
 * @param from as `EscalationPath` has it
 */
export function pathFrom<To extends Sink | NamespaceSink>(
  view: ClusterView,
  from: string,
  sink: To,
): EscalationPath<To> | undefined {
  if (from.startsWith('p:')) {
    const [namespace = '', name = ''] = from.slice('p:'.length).split('/');
    return escapePath(view, namespace, name, sink);
  }
  const path = pathOf(escalationGraph(view), keysOfSubject(from), sink);
  return path?.hops[0]?.step?.isDefault === true ? undefined : path;
}

/** The path of a pod that can escape: to its node, and from there on by the accounts of the pods beside it. */
export function escapePath<To extends Sink | NamespaceSink>(
  view: ClusterView,
  namespace: string,
  name: string,
  sink: To,
): EscalationPath<To> | undefined {
  const pod = view.get('Pod', namespace, name);
  const because = pod === undefined ? undefined : escapeOf(view, namespace, pod.spec);
  if (pod === undefined || because === undefined) return undefined;
  const from = `p:${namespace}/${name}`;
  const out: Hop = { from, to: 'node', step: null, condition: `the pod is ${because}` };
  if (sink === 'node') return { from, to: sink, hops: [out] };
  const graph = escalationGraph(view);
  let best: EscalationPath<To> | undefined;
  for (const account of accountsOnNode(view, pod.nodeName)) {
    const path = pathOf(graph, keysOfSubject(account), sink);
    if (path !== undefined && (best === undefined || path.hops.length < best.hops.length)) best = path;
  }
  if (best === undefined) return undefined;
  return {
    from,
    to: sink,
    hops: [out, { from: 'node', to: best.from, step: null, condition: NODE_HOLDS }, ...best.hops],
  };
}

/** The accounts of the pods that run on a node, in order. */
function accountsOnNode(view: ClusterView, node: string): readonly string[] {
  const byNode = view.derive('rbac/accounts-by-node', '', (inner) => {
    const found = new Map<string, Set<string>>();
    for (const pod of inner.list('Pod')) {
      if (pod.nodeName === '' || pod.phase === 'Succeeded' || pod.phase === 'Failed') continue;
      const accounts = found.get(pod.nodeName) ?? new Set();
      found.set(
        pod.nodeName,
        accounts.add(accountKeys(pod.namespace, pod.spec.serviceAccountName || 'default')[0] ?? ''),
      );
    }
    return found;
  });
  return [...(byNode.get(node) ?? [])].sort();
}

/**
 * Every path of `allPaths`, and for who reaches none of its sinks the shortest to all of each namespace: to all of every
 * namespace where there is such a path, else to each.
 */
export function everyPath(view: ClusterView): readonly AnyPath[] {
  const wide = allPaths(view);
  const graph = escalationGraph(view);
  const reaching = new Set(wide.map(({ from }) => from));
  const starts = startingKeys(view, graph).filter((key) => !reaching.has(key));
  return [...wide, ...starts.flatMap((from) => namespacePaths(graph, keysOfSubject(from)))];
}

/**
 * The shortest paths of a subject to all of a namespace: one to every namespace (`*`), else one to each.
 *
 * @param keys what it is: its own key, then those of its groups
 */
export function namespacePaths(
  graph: EscalationGraph,
  keys: readonly string[],
): readonly EscalationPath<NamespaceSink>[] {
  const steps = keys.flatMap((key) => stepsOfActor(graph, key));
  const sinks = new Set(steps.flatMap(({ to }) => namespacesFrom(graph, to)));
  const found = (sinks.has(EVERY_NAMESPACE) ? [EVERY_NAMESPACE] : [...sinks].sort()).flatMap(
    (sink) => pathOf(graph, keys, sink) ?? [],
  );
  return found.filter(({ hops }) => hops[0]?.step?.isDefault !== true);
}

const EVERY_NAMESPACE: NamespaceSink = 'namespace-admin/*';
/** Of each graph, the namespaces that can be taken over at all, and from each place. */
const TAKEN_OVER = new WeakMap<
  EscalationGraph,
  { readonly sinks: readonly NamespaceSink[]; readonly from: Map<Place, readonly NamespaceSink[]> }
>();

/** The namespaces of which a place leads to all. */
function namespacesFrom(graph: EscalationGraph, place: Place): readonly NamespaceSink[] {
  if (isNamespaceSink(place)) return [place];
  let known = TAKEN_OVER.get(graph);
  if (known === undefined) {
    const places = [...graph.parts.values()].flatMap((steps) => steps.map(({ to }) => to));
    known = { sinks: [...new Set(places.filter(isNamespaceSink))], from: new Map() };
    TAKEN_OVER.set(graph, known);
  }
  let sinks = known.from.get(place);
  if (sinks === undefined) {
    sinks = known.sinks.filter((sink) => waysOf(graph, sink).has(place));
    known.from.set(place, sinks);
  }
  return sinks;
}

function startingKeys(view: ClusterView, graph: EscalationGraph): readonly string[] {
  const found = new Set<string>();
  for (const namespace of podNamespaces(view)) {
    for (const name of accountUsers(view, namespace).keys()) found.add(accountKeys(namespace, name)[0] ?? '');
  }
  for (const shard of graph.actors.values()) {
    for (const [key, steps] of shard) if (!steps.every((step) => step.isDefault)) found.add(key);
  }
  return [...found].sort();
}

/** A service account's own key and those of its groups; of anybody else only the own. */
function keysOfSubject(key: string): readonly string[] {
  const account = key.startsWith('u:') ? parseServiceAccountUser(key.slice(2)) : undefined;
  return account === undefined ? [key] : accountKeys(account.namespace, account.name);
}

function podNamespaces(view: ClusterView): readonly string[] {
  return [
    ...new Set(
      (['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job'] as const).flatMap((kind) =>
        view.namespaces(kind),
      ),
    ),
  ];
}

/**
 * A set of bindings whose removal closes every path, none of which can be left out. Found by removing the binding that
 * most paths take, again and again, then dropping what turned out to be needless.
 */
export function minimalCut(view: ClusterView, paths: readonly AnyPath[]): Cut | undefined {
  // Nothing but its one binding closes a path of one step.
  const single = new Set(paths.flatMap(({ hops }) => (hops.length === 1 ? (hops[0]?.step?.binding ?? []) : [])));
  if (single.size > MOST_CUTS) return undefined;
  const removed = new Set<BindingObject>();
  let graph = escalationGraph(view);
  let open = paths;
  for (let round = 0; open.length > 0; round += 1) {
    const best = mostTaken(open);
    if (best === undefined || round === MOST_CUTS) return undefined;
    removed.add(best);
    graph = withoutBindings(view, graph, [best]);
    open = open.flatMap((path) => pathWithin(graph, path) ?? []);
  }
  for (const binding of Array.from(removed)) {
    const fewer = [...removed].filter((one) => one !== binding);
    const without = withoutBindings(view, escalationGraph(view), fewer);
    if (paths.every((path) => pathWithin(without, path) === undefined)) removed.delete(binding);
  }
  return { bindings: [...removed], closes: paths.length };
}

/** The path that is left in a smaller graph to who had one. */
function pathWithin(graph: EscalationGraph, path: AnyPath): AnyPath | undefined {
  const first = path.hops.find((hop) => hop.step !== null);
  if (first?.step === null || first === undefined) return undefined;
  const keys = keysOfSubject(first.from);
  const found = pathOf(graph, keys.includes(first.step.from) ? keys : [...keys, first.step.from], path.to);
  const isOpen = found?.hops.some((hop) => hop.step !== null && !hop.step.isDefault) === true;
  return isOpen ? { ...found, from: path.from } : undefined;
}

function mostTaken(paths: readonly AnyPath[]): BindingObject | undefined {
  const counts = new Map<BindingObject, number>();
  for (const { hops } of paths) {
    for (const { step } of hops) {
      if (step === null || step.isDefault) continue;
      counts.set(step.binding, (counts.get(step.binding) ?? 0) + 1);
    }
  }
  let best: BindingObject | undefined;
  for (const [binding, count] of counts) if (best === undefined || count > (counts.get(best) ?? 0)) best = binding;
  return best;
}
