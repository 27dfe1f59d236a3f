import type { Change } from '../../model/change.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { StoreView } from '../../store/store-view.ts';

/**
 * The same cluster with changes laid over it; the view itself stays as it is. undefined where the view is not one that
 * can be copied (tests with a view of their own).
 */
export function overlay(view: ClusterView, changes: readonly Change[]): ClusterView | undefined {
  if (!(view instanceof StoreView)) return undefined;
  return view.overlay(changes).after;
}
