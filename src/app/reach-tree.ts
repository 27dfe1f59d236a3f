import { unitText } from './number-text.ts';
import {
  endText,
  groupedByEnd,
  isUndecided,
  portsText,
  type Connection,
  type End,
  type ReachAnswer,
} from './reach-answer.ts';
import { node, type TreeNode } from './tree.ts';

/** Workloads named in one namespace; nobody reads further in a tree. */
const MOST = 40;

/**
 * Who may open connections to a workload, and whom it may reach: outside addresses first, then namespace by namespace.
 *
 * @param title names the workload
 * @param into the answer of `reach --destination WORKLOAD -o json`
 * @param out the answer of `reach --source WORKLOAD -o json`
 */
export function reachTree(title: string, into: string, out: string): TreeNode {
  const sources = JSON.parse(into) as ReachAnswer;
  const destinations = JSON.parse(out) as ReachAnswer;
  const isUnknown = isUndecided(title, sources);
  const nobody = isUnknown ? 'not known: its policies cannot be decided' : 'nobody';
  return node(title, [
    side('may be reached from', sources, (one) => one.src, nobody),
    side('may reach', destinations, (one) => one.dst, isUnknown ? nobody : 'nothing'),
    ...[...new Set([...sources.caveats, ...destinations.caveats])].map((caveat) => node(`not judged: ${caveat}`)),
  ]);
}

function side(title: string, answer: ReachAnswer, end: (one: Connection) => End, none: string): TreeNode {
  const parts = groupedByEnd(answer, end).map((group) => list(group.title, group.connections, end));
  return node(title, parts.length === 0 ? [node(none)] : parts);
}

function list(title: string, connections: readonly Connection[], end: (one: Connection) => End): TreeNode {
  const texts = connections.slice(0, MOST).map((one) => [endText(end(one)), portsText(one)] as const);
  const width = Math.max(...texts.map(([name]) => name.length));
  const parts = texts.map(([name, ports]) => node(`${name.padEnd(width)}  ${ports}`));
  const more = connections.length - MOST;
  return node(title, more > 0 ? [...parts, node(`and ${unitText(more, 'others')}`)] : parts);
}
