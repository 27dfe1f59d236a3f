import { pastObject } from '../../kube/past-object.ts';
import { PAST_KINDS, type Listing } from '../../model/observation.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/**
 * What a view holds, as evidence. Kinds that were not read, or of which something could not be used, are left out: the
 * listing then says nothing about which objects there were.
 *
 * @param time milliseconds since the epoch
 */
export function listingOf(view: ClusterView, source: Pick<Listing, 'time' | 'basis' | 'evidence'>): Listing {
  const coverage = view.coverage();
  const kinds = PAST_KINDS.flatMap((kind): Listing['kinds'] => {
    const own = coverage.find((one) => one.kind === kind);
    if (own === undefined || view.broken(kind).length > 0) return [];
    // Of a kind that the server does not serve there is nothing anywhere.
    if (own.status === 'absent') return [{ kind, namespaces: 'all' }];
    return own.status === 'live' ? [{ kind, namespaces: own.namespaces }] : [];
  });
  const objects = kinds.flatMap(({ kind }) => view.list(kind).flatMap((object) => pastObject(object) ?? []));
  return { ...source, kinds, objects };
}
