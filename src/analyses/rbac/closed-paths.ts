import type { ClusterView } from '../../store/cluster-view.ts';
import { escalationGraph } from './escalation-graph.ts';
import { everyPath, pathFrom } from './escalation-paths.ts';

/** How many escalation paths (`everyPath`) there are before a change of RBAC, and how many of them it closes. */
export function closedPaths(before: ClusterView, after: ClusterView): { readonly of: number; readonly closed: number } {
  const paths = before.derive('rbac/every-path', '', (view) => everyPath(view));
  const [old, now] = [escalationGraph(before).parts, escalationGraph(after).parts];
  const isSame = old.size === now.size && [...old].every(([namespace, steps]) => now.get(namespace) === steps);
  const closed = paths.filter(
    // Those of pods hang on the pods too.
    ({ from, to }) => (!isSame || from.startsWith('p:')) && pathFrom(after, from, to) === undefined,
  ).length;
  return { of: paths.length, closed };
}
