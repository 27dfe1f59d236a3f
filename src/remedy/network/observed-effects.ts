import type { FlowCheck } from '../../analyses/network/flow-check.ts';
import {
  countText,
  endText,
  observedConnections,
  type ObservedConnection,
} from '../../analyses/network/observed-flows.ts';
import type { FlowNotes } from '../../model/observed-flow.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** Connections named one by one before the rest is counted. */
const NAMED = 20;

/**
 * What flow logs say for and against a change of policies: which observed connections it would cut. An observed
 * connection is no reason to allow it, for an intruder's is observed too: a person decides.
 */
export function observedEffects(view: ClusterView, before: FlowCheck, after: FlowCheck): readonly string[] {
  const { notes } = view.flows();
  if (notes.length === 0) return ['undeclared traffic will be cut, and none was observed'];
  const { connections, unresolved } = observedConnections(view);
  const isAllowed = (check: FlowCheck, { source, destination, port }: ObservedConnection): boolean | null =>
    check({ source, destination, ports: [port], why: '' });
  const open = connections.filter((one) => one.verdict === 'forwarded' && isAllowed(before, one) === true);
  const cut = open.filter((one) => isAllowed(after, one) === false);
  return [
    `keeps ${open.length - cut.length} of ${open.length} connections that the flow logs report; what was not observed while they were written may be cut too`,
    ...cut.slice(0, NAMED).map((one) => `CUTS an observed connection, for you to decide: ${connectionText(one)}`),
    ...(cut.length > NAMED ? [`CUTS ${cut.length - NAMED} more observed connections`] : []),
    ...(unresolved === 0 ? [] : [`${unresolved} observed connections have an end that is no longer there`]),
    ...notes.flatMap((one) => noteText(one)),
  ];
}

/** What a flow log could not tell, in one line; nothing where every line was used. */
export function noteText({ source, lines, broken, firstBroken, undirected, beyond }: FlowNotes): readonly string[] {
  const parts = [
    ...(firstBroken === null
      ? []
      : [`${broken} could not be read (first: line ${firstBroken.line}: ${firstBroken.reason})`]),
    ...(undirected === 0 ? [] : [`${undirected} do not tell which end opened the connection`]),
    ...(beyond === 0 ? [] : [`${beyond} are of further connections than are kept`]),
  ];
  return parts.length === 0 ? [] : [`of ${lines} lines of ${source}, ${parts.join(', ')}`];
}

function connectionText({ source, destination, port, count, last }: ObservedConnection): string {
  return `${endText(source)} -> ${endText(destination)} ${port.protocol} ${port.port} (${countText(count, last)})`;
}
