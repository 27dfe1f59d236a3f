import type { Direction } from '../../kube/network-policy-rule.ts';
import { isEmptySelector } from '../../kube/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { decisionContext } from './decision-context.ts';
import { allowsEveryone } from './isolation.ts';
import { widerIsolation } from './wider-policies.ts';

/** What becomes of a pod that no policy speaks of in particular. */
export interface DefaultIsolation {
  readonly status: 'isolated' | 'open' | 'unknown';
  /** Why it is unknown, or ''. */
  readonly reason: string;
}

const ISOLATED: DefaultIsolation = { status: 'isolated', reason: '' };
const OPEN: DefaultIsolation = { status: 'open', reason: '' };

/**
 * Whether a namespace isolates its pods by default: by a NetworkPolicy with an empty podSelector, or by a policy of
 * another API that isolates a pod without labels.
 */
export function defaultIsolation(view: ClusterView, namespace: string, direction: Direction): DefaultIsolation {
  const context = decisionContext(view, namespace);
  const isByPolicy = context.policies.some(
    (policy) =>
      policy.problem === null &&
      policy[direction] !== null &&
      isEmptySelector(policy.object.podSelector) &&
      !allowsEveryone([policy], direction),
  );
  if (isByPolicy) return ISOLATED;
  const pod = { namespace, namespaceLabels: context.labels, labels: {}, serviceAccount: 'default' };
  const wider = widerIsolation(view, context, pod, direction);
  if (wider.status === 'isolates') return wider.everyone ? OPEN : ISOLATED;
  const reason = wider.status === 'unknown' ? wider.reason : context.unreadable;
  return reason === '' ? OPEN : { status: 'unknown', reason };
}
