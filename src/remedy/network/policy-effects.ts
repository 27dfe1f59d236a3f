import { connectionDifference, type ConnectionDifference } from '../../analyses/network/connection-difference.ts';
import { flowText } from '../../analyses/network/broken-flows.ts';
import type { DeclaredFlow, UnknownFlow } from '../../analyses/network/declared-flow.ts';
import { declaredFlows } from '../../analyses/network/declared-flows.ts';
import { flowCheck, type FlowCheck } from '../../analyses/network/flow-check.ts';
import { workloadIsolation } from '../../analyses/network/isolation.ts';
import { overlay } from '../../analyses/network/overlay.ts';
import { refText } from '../../kube/object-ref.ts';
import { portsText } from '../../kube/port-set.ts';
import type { Change } from '../../model/change.ts';
import { kindInfo } from '../../model/kind.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { observedEffects } from './observed-effects.ts';

/** Connections named one by one before the rest is counted. */
const NAMED = 5;

/**
 * What policies do to a cluster, by evaluation: which declared flows stay, which connections open and close.
 *
 * @param steps the changes in the order in which they are applied; every prefix of it is evaluated
 */
export function policyEffects(view: ClusterView, steps: readonly Change[]): readonly string[] {
  const after = overlay(view, steps);
  if (after === undefined) return [];
  const { flows, unknown, unread } = declaredFlows(view);
  const before = flowCheck(view);
  const open = flows.filter((flow) => before(flow) === true);
  const allowed = flowCheck(after);
  const closed = closedFlows(view, open, steps, allowed);
  const difference = connectionDifference(view, after);
  return [
    ...[...closed.values()].map((text) => `CLOSES a declared connection: ${text}`),
    `keeps ${open.length - closed.size} of ${open.length} declared flows${steps.length > 1 ? `, after each of the ${steps.length} steps` : ''}`,
    ...(unread.length === 0
      ? []
      : [`what ${unread.map((kind) => kindInfo(kind).resource).join(', ')} declare is unknown: not all could be read`]),
    ...differenceTexts(difference),
    ...observedEffects(view, before, allowed),
    ...unknown.filter((flow) => isOpen(view, flow) && !isOpen(after, flow)).map(unknownText),
  ];
}

/** Whether nothing limits the direction of a flow whose other end is not known. */
function isOpen(view: ClusterView, { workload, direction }: UnknownFlow): boolean {
  const verdict = workloadIsolation(view, workload)?.[direction];
  return verdict?.status !== 'isolated' || verdict.everyone;
}

/** What a direction that closes does to a flow of it that no rule could be written for. */
export function unknownText({ workload, text, isDeclared }: UnknownFlow): string {
  const what = isDeclared === true ? 'MAY CUT a declared connection' : 'unknown flow';
  return `${what}, for you to decide: ${refText(workload.ref)}: ${text}`;
}

/**
 * Declared flows that are closed after any prefix of the steps, each with its text.
 *
 * @param allowed the check after all steps
 */
function closedFlows(
  view: ClusterView,
  open: readonly DeclaredFlow[],
  steps: readonly Change[],
  allowed: FlowCheck,
): ReadonlyMap<DeclaredFlow, string> {
  const closed = new Map<DeclaredFlow, string>();
  for (let length = 1; length <= steps.length; length += 1) {
    const state = length === steps.length ? undefined : overlay(view, steps.slice(0, length));
    const check = state === undefined ? allowed : flowCheck(state);
    for (const flow of open) if (check(flow) === false) closed.set(flow, flowText(flow));
  }
  return closed;
}

function differenceTexts({ opened, closed, undecided }: ConnectionDifference): readonly string[] {
  return [
    closed.length === 0 ? 'closes no connection' : `closes ${closed.length} connections: ${named(closed)}`,
    opened.length === 0 ? 'opens no connection' : `opens ${opened.length} connections: ${named(opened)}`,
    ...(undecided.length === 0 ? [] : [`unknown for ${undecided.join(', ')}: their policies can't be decided`]),
  ];
}

function named(list: ConnectionDifference['opened']): string {
  const texts = list.slice(0, NAMED).map((one) => `${one.source} -> ${one.destination} (${portsText(one.ports)})`);
  return list.length > NAMED ? `${texts.join('; ')} and ${list.length - NAMED} more` : texts.join('; ');
}
