import type { ClusterView } from './cluster-view.ts';

/** Whether a view holds files that are not the whole cluster: what is missing there may be elsewhere. */
export function isPartial(view: Pick<ClusterView, 'facts'>): boolean {
  const { source, complete } = view.facts();
  return source === 'files' && !complete;
}
