import { isOperatedSelector } from '../../kube/operated-selector.ts';
import type { LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** Whether a selector asks for pods that an operator makes, which are never there in files. */
export function isOperatedElsewhere(view: ClusterView, selector: LabelSelector): boolean {
  return view.facts().source === 'files' && isOperatedSelector(selector);
}
