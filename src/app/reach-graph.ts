import { graphRow, type Graph, type GraphNode } from './graph.ts';
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

/** Workloads named in one box; the tree names more. */
const MOST = 5;
const WORKLOAD = 'workload';

/**
 * Who may open connections to a workload, on its left, and whom it may reach, on its right.
 *
 * @param title names the workload
 * @param into the answer of `reach --destination WORKLOAD -o json`
 * @param out the answer of `reach --source WORKLOAD -o json`
 */
export function reachGraph(title: string, into: string, out: string): Graph {
  const sources = JSON.parse(into) as ReachAnswer;
  const destinations = JSON.parse(out) as ReachAnswer;
  const isUnknown = isUndecided(title, sources);
  const unknown = isUnknown
    ? [graphRow('not known: its policies', 'unknown'), graphRow('cannot be decided', 'unknown')]
    : [];
  const left = boxes('from', sources, (one) => one.src, [WORKLOAD]);
  const right = boxes('to', destinations, (one) => one.dst, []);
  const reaches = graphRow(
    'may reach',
    'muted',
    right.map((one) => one.key),
  );
  const middle: GraphNode = {
    key: WORKLOAD,
    rows: [graphRow(title, 'title'), ...unknown, ...(right.length === 0 ? [] : [reaches])],
  };
  const none = (key: string, text: string): GraphNode => ({
    key,
    rows: [graphRow(isUnknown ? 'not known' : text, 'muted')],
  });
  return {
    layers: [
      left.length === 0 ? [none('from', 'nobody may reach it')] : left,
      [middle],
      right.length === 0 ? [none('to', 'it may reach nothing')] : right,
    ],
    notes: [...new Set([...sources.caveats, ...destinations.caveats])].map((caveat) => `not judged: ${caveat}`),
  };
}

function boxes(
  side: string,
  answer: ReachAnswer,
  end: (one: Connection) => End,
  to: readonly string[],
): readonly GraphNode[] {
  return groupedByEnd(answer, end).map(({ title, connections }) => {
    const more = connections.length - MOST;
    const shown = connections.slice(0, more === 1 ? MOST + 1 : MOST);
    return {
      key: `${side} ${title}`,
      rows: [
        graphRow(title, 'heading', to),
        ...shown.map((one) => graphRow(endLine(end(one), portsText(one)))),
        ...(more > 1 ? [graphRow(`and ${unitText(more, 'others')}`, 'muted')] : []),
      ],
    };
  });
}

/** The name first: a box may cut what follows. */
function endLine(end: End, ports: string): string {
  return 'range' in end ? `${endText(end)}  ${ports}` : `${end.name}  ${ports}  ${end.kind}`;
}
