import { namespacePolicy } from '../../kube/pod-security-namespace.ts';
import { parseServiceAccountUser, serviceAccountGroups } from '../../kube/rbac-user.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { stepsIn, type Sink, type Step } from './escalation-step.ts';
import { accountUsers } from './service-accounts.ts';

/** One hop of a path: who takes which step to whom. */
export interface Hop {
  /** `u:NAME` or `g:NAME` (`subjectKey`). */
  readonly from: string;
  /** The next subject, or the name of the sink. */
  readonly to: string;
  readonly step: Step;
}

export interface EscalationPath {
  readonly from: string;
  readonly to: Sink;
  readonly hops: readonly Hop[];
}

export const SINKS: readonly Sink[] = ['cluster-admin', 'node', 'secrets'];

/** The steps of a cluster, and who can be reached by them. */
export interface EscalationGraph {
  readonly steps: readonly Step[];
  /** Accounts (`u:system:serviceaccount:…`) that a step of that kind reaches. */
  accounts(type: 'any-account' | 'running-account', namespace: string | null): readonly string[];
  /** Whether pod security of the namespace (null: of some namespace) admits a privileged pod. */
  admitsPrivileged(namespace: string | null): boolean;
}

/** The graph of all bindings. Depends on the bindings' steps, not on the bindings: most changes leave it as it is. */
export function escalationGraph(view: ClusterView): EscalationGraph {
  return view.derive('rbac/escalation-graph', buildGraph);
}

function buildGraph(view: ClusterView): EscalationGraph {
  const steps = ['', ...view.namespaces('RoleBinding')].flatMap((namespace) => stepsIn(view, namespace));
  const actors = new Set(steps.map((step) => step.from));
  const groups = [...actors].filter((one) => one.startsWith('g:system:'));
  const any = new Map<string, string[]>();
  const running = new Map<string, string[]>();
  for (const key of actors) {
    const account = key.startsWith('u:') ? parseServiceAccountUser(key.slice(2)) : undefined;
    if (account === undefined || !isThere(view, account.namespace, account.name)) continue;
    push(any, account.namespace, key);
    if (accountUsers(view, account.namespace).has(account.name)) push(running, account.namespace, key);
  }
  // Steps of a group of accounts are open to each of its accounts: one of them stands for all.
  for (const group of groups) {
    for (const namespace of view.namespaces('ServiceAccount')) {
      if (serviceAccountGroups(namespace).includes(group.slice(2))) push(any, namespace, group);
      if (serviceAccountGroups(namespace).includes(group.slice(2))) push(running, namespace, group);
    }
  }
  const all = { any: unique(any), running: unique(running) };
  const namespaces = view.namespaces('Namespace').length === 0 ? [] : view.list('Namespace');
  const privileged = new Map(
    namespaces.map((one) => [one.name, namespacePolicy(one.labels).enforce.level === 'privileged']),
  );
  const isSomeOpen = privileged.size === 0 || [...privileged.values()].includes(true);
  return {
    steps,
    accounts: (type, namespace) => {
      const isAny = type === 'any-account';
      if (namespace === null) return isAny ? all.any : all.running;
      return (isAny ? any : running).get(namespace) ?? [];
    },
    admitsPrivileged: (namespace) => (namespace === null ? isSomeOpen : (privileged.get(namespace) ?? true)),
  };
}

/** An account counts where it exists, or where that is not known. */
function isThere(view: ClusterView, namespace: string, name: string): boolean {
  if (view.get('ServiceAccount', namespace, name) !== undefined || name === 'default') return true;
  const facts = view.facts();
  return (facts.source === 'files' && !facts.complete) || !view.readable('ServiceAccount', namespace).ok;
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

function unique(map: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...new Set([...map.values()].flat())];
}

/**
 * The next hop on a shortest path to the sink, for every subject that has one.
 *
 * @param without bindings that are thought away (`kind/namespace/name`)
 */
export function shortestHops(
  graph: EscalationGraph,
  sink: Sink,
  without: ReadonlySet<string> = new Set(),
): Map<string, Hop> {
  const steps = without.size === 0 ? graph.steps : graph.steps.filter((step) => !without.has(bindingKey(step)));
  const hops = new Map<string, Hop>();
  const reachedBy = reverseEdges(graph, steps);
  let frontier: string[] = [];
  const reach = (hop: Hop): void => {
    if (hops.has(hop.from)) return;
    hops.set(hop.from, hop);
    frontier.push(hop.from);
  };
  for (const step of steps) {
    if (reachesSink(graph, step, sink)) reach({ from: step.from, to: sink, step });
  }
  while (frontier.length > 0) {
    const current = frontier;
    frontier = [];
    for (const target of current) {
      for (const step of reachedBy(target)) {
        if (step.from !== target) reach({ from: step.from, to: target, step });
      }
    }
  }
  return hops;
}

function reachesSink(graph: EscalationGraph, { target }: Step, sink: Sink): boolean {
  if (target.type === 'sink') return target.sink === sink;
  return sink === 'node' && target.type === 'privileged-pod' && graph.admitsPrivileged(target.namespace);
}

/** Steps that lead to an account; each group of accounts is expanded once, at the first account of it that is reached. */
function reverseEdges(graph: EscalationGraph, steps: readonly Step[]): (target: string) => readonly Step[] {
  const byTarget = new Map<string, Step[]>();
  for (const step of steps) {
    const { target } = step;
    if (target.type === 'any-account' || target.type === 'running-account') {
      push(byTarget, `${target.type}/${target.namespace ?? '*'}`, step);
    }
  }
  const pools = new Map<string, string[]>();
  for (const pool of byTarget.keys()) {
    const slash = pool.indexOf('/');
    const namespace = pool.slice(slash + 1);
    const type = pool.slice(0, slash) as 'any-account' | 'running-account';
    for (const account of graph.accounts(type, namespace === '*' ? null : namespace)) push(pools, account, pool);
  }
  const spent = new Set<string>();
  return (target) =>
    (pools.get(target) ?? []).flatMap((pool) => {
      if (spent.has(pool)) return [];
      spent.add(pool);
      return byTarget.get(pool) ?? [];
    });
}

/** The path of a subject along the hops; undefined where it has none. */
export function pathFrom(hops: ReadonlyMap<string, Hop>, from: string, sink: Sink): EscalationPath | undefined {
  const found: Hop[] = [];
  for (let at: string = from; at !== sink;) {
    const hop = hops.get(at);
    if (hop === undefined || found.length > hops.size) return undefined;
    found.push(hop);
    at = hop.to;
  }
  return { from, to: sink, hops: found };
}

/** `kind/namespace/name` of the binding that a step takes. */
export function bindingKey({ binding }: Pick<Step, 'binding'>): string {
  return `${binding.kind}/${binding.namespace}/${binding.name}`;
}
