import type { ClusterView } from '../../store/cluster-view.ts';
import type { DeclaredFlow } from './declared-flow.ts';
import { declaredFlows } from './declared-flows.ts';
import { flowCheck } from './flow-check.ts';
import { endText } from './observed-flows.ts';

/**
 * Declared connections that a later state of a cluster closes: open in the earlier one, or not declared there. What
 * either can't decide is not among them.
 */
export function brokenFlows(before: ClusterView, after: ClusterView): readonly DeclaredFlow[] {
  const [wasOpen, isOpen] = [flowCheck(before), flowCheck(after)];
  const earlier = new Map(declaredFlows(before).flows.map((flow) => [keyOf(flow), flow]));
  const later = declaredFlows(after).flows.filter((flow) => !earlier.has(keyOf(flow)));
  return [...[...earlier.values()].filter((flow) => wasOpen(flow) === true), ...later].filter(
    (flow) => isOpen(flow) === false,
  );
}

/** `Deployment shop/cart -> StatefulSet data/redis TCP 6379 (env REDIS of container app names redis.data:6379)` */
export function flowText(flow: DeclaredFlow): string {
  return `${keyOf(flow)} (${flow.why})`;
}

function keyOf({ source, destination, ports }: DeclaredFlow): string {
  const list = ports.map((one) => `${one.protocol} ${one.port}`).join(', ');
  return `${endText(source)} -> ${endText(destination)} ${list}`;
}
