import { serviceAccountGroups, serviceAccountUser } from '../../kube/rbac-user.ts';
import type { BindingObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import {
  bindingKey,
  escalationGraph,
  pathFrom,
  shortestHops,
  SINKS,
  type EscalationGraph,
  type EscalationPath,
  type Hop,
} from './escalation-graph.ts';
import type { Sink } from './escalation-step.ts';
import { accountUsers } from './service-accounts.ts';

/** Bindings whose removal closes paths. */
export interface Cut {
  readonly bindings: readonly BindingObject[];
  /** How many paths it closes. */
  readonly closes: number;
}

/** Rounds of the search for cuts: each removes one binding. */
const MOST_CUTS = 500;

function hopsTo(view: ClusterView, sink: Sink): ReadonlyMap<string, Hop> {
  return view.derive(`rbac/hops/${sink}`, (inner) => shortestHops(escalationGraph(inner), sink));
}

/**
 * The shortest path of a subject to a sink.
 *
 * @param keys what it is: its own key, then those of its groups (`userKeys`)
 */
export function shortestPath(view: ClusterView, keys: readonly string[], sink: Sink): EscalationPath | undefined {
  return shortest(hopsTo(view, sink), keys, sink);
}

function shortest(hops: ReadonlyMap<string, Hop>, keys: readonly string[], sink: Sink): EscalationPath | undefined {
  const [own = ''] = keys;
  return keys
    .flatMap((key) => pathFrom(hops, key, sink) ?? [])
    .sort((a, b) => a.hops.length - b.hops.length)
    .map((path) => ({ ...path, from: own }))[0];
}

/** The keys of a service account: its user, then its groups. */
export function accountKeys(namespace: string, name: string): readonly string[] {
  return [`u:${serviceAccountUser(namespace, name)}`, ...serviceAccountGroups(namespace).map((group) => `g:${group}`)];
}

/**
 * The path of each account of a namespace that is a finding: two hops or more to the worst sink it reaches by what was
 * granted to it by name. A direct grant is the finding of its binding; what a group of everyone is granted is one
 * finding of that group (`everyonePath`), not one of each account.
 */
export function accountPaths(view: ClusterView, namespace: string): ReadonlyMap<string, EscalationPath> {
  return view.derive(
    `rbac/account-paths/${namespace}`,
    (inner) => {
      const found = new Map<string, EscalationPath>();
      for (const { name } of inner.list('ServiceAccount', namespace)) {
        const path = indirectPath(inner, accountKeys(namespace, name).slice(0, 1));
        if (path !== undefined) found.set(name, path);
      }
      return found;
    },
    (a, b) => a.size === b.size && deepEqual([...a], [...b]),
  );
}

/** The path of a group that everybody, or every service account (of a namespace), is in; two hops or more. */
export function everyonePath(view: ClusterView, group: string): EscalationPath | undefined {
  return indirectPath(view, [`g:${group}`]);
}

function indirectPath(view: ClusterView, keys: readonly string[]): EscalationPath | undefined {
  for (const sink of SINKS) {
    const path = shortestPath(view, keys, sink);
    if (path === undefined || path.hops[0]?.step.isDefault === true) continue;
    return path.hops.length === 1 ? undefined : path;
  }
  return undefined;
}

/** Shortest paths of every account that a workload runs as, and of every account that is bound. Defaults are no start. */
export function allPaths(view: ClusterView): readonly EscalationPath[] {
  const starts = startingAccounts(view);
  return SINKS.flatMap((sink) =>
    starts.flatMap((keys) => {
      const path = shortestPath(view, keys, sink);
      return path === undefined || path.hops[0]?.step.isDefault === true ? [] : [path];
    }),
  );
}

function startingAccounts(view: ClusterView): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  for (const namespace of podNamespaces(view)) {
    for (const name of accountUsers(view, namespace).keys()) {
      const keys = accountKeys(namespace, name);
      found.set(keys[0] ?? '', keys);
    }
  }
  for (const { from, isDefault } of escalationGraph(view).steps) {
    if (found.has(from) || isDefault) continue;
    const [, , , namespace, name] = from.split(':');
    const isAccount = from.startsWith('u:system:serviceaccount:') && namespace !== undefined && name !== undefined;
    found.set(from, isAccount ? accountKeys(namespace, name) : [from]);
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, keys]) => keys);
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
export function minimalCut(view: ClusterView, paths: readonly EscalationPath[]): Cut | undefined {
  const graph = escalationGraph(view);
  const wanted = paths.map((path) => ({ keys: keysOfPath(path), to: path.to }));
  const bindings = new Map<string, BindingObject>();
  const removed = new Set<string>();
  let open = paths;
  for (let round = 0; open.length > 0; round += 1) {
    const best = mostTaken(open);
    if (best === undefined || round === MOST_CUTS) return undefined;
    removed.add(best.key);
    bindings.set(best.key, best.binding);
    open = remaining(graph, wanted, removed);
  }
  for (const key of Array.from(removed)) {
    const fewer = new Set(removed);
    fewer.delete(key);
    if (remaining(graph, wanted, fewer).length === 0) removed.delete(key);
  }
  return { bindings: [...removed].flatMap((key) => bindings.get(key) ?? []), closes: paths.length };
}

function keysOfPath({ from, hops }: EscalationPath): readonly string[] {
  const [, , , namespace, name] = from.split(':');
  const isAccount = from.startsWith('u:system:serviceaccount:') && namespace !== undefined && name !== undefined;
  const keys = isAccount ? accountKeys(namespace, name) : [from];
  const first = hops[0]?.from;
  return first === undefined || keys.includes(first) ? keys : [...keys, first];
}

function remaining(
  graph: EscalationGraph,
  wanted: readonly { readonly keys: readonly string[]; readonly to: Sink }[],
  removed: ReadonlySet<string>,
): readonly EscalationPath[] {
  return SINKS.flatMap((sink) => {
    const own = wanted.filter((one) => one.to === sink);
    if (own.length === 0) return [];
    const hops = shortestHops(graph, sink, removed);
    return own.flatMap(({ keys }) => {
      const path = shortest(hops, keys, sink);
      return path === undefined || path.hops.every((hop) => hop.step.isDefault) ? [] : [path];
    });
  });
}

function mostTaken(
  paths: readonly EscalationPath[],
): { readonly key: string; readonly binding: BindingObject } | undefined {
  const counts = new Map<string, { readonly binding: BindingObject; count: number }>();
  for (const { hops } of paths) {
    for (const { step } of hops) {
      if (step.isDefault) continue;
      const key = bindingKey(step);
      const there = counts.get(key);
      if (there === undefined) counts.set(key, { binding: step.binding, count: 1 });
      else there.count += 1;
    }
  }
  let best: { readonly key: string; readonly binding: BindingObject; readonly count: number } | undefined;
  for (const [key, one] of counts) if (best === undefined || one.count > best.count) best = { key, ...one };
  return best;
}
