import type { ObjectRef } from '../../model/finding.ts';
import type { Kind } from '../../model/kind.ts';
import type { ManagerEntry } from '../../model/objects.ts';
import { MANAGED_KINDS } from '../../model/written-kinds.ts';
import { refOf } from '../../kube/object-ref.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** Who wrote an object in an API version that a release removes, and has not written it in another one since. */
export interface RemovedApiWrite {
  readonly object: ObjectRef;
  readonly manager: string;
  readonly apiVersion: string;
  /** Milliseconds since the epoch; null where the entry has no time. */
  readonly time: number | null;
}

/**
 * Writes in removed API versions, by managed fields. An entry stays as it is until its manager writes again, however long
 * that is: it is a hint of what a client still does, and no proof.
 * Source: meta/v1 ManagedFieldsEntry.apiVersion; KEP-555.
 */
export function removedApiWrites(view: ClusterView): readonly RemovedApiWrite[] {
  return MANAGED_KINDS.flatMap((kind) => view.namespaces(kind).flatMap((namespace) => writesOf(view, kind, namespace)));
}

function writesOf(view: ClusterView, kind: Kind, namespace: string): readonly RemovedApiWrite[] {
  return view.derive(
    'removed-api-writes',
    `${kind}/${namespace}`,
    (inner) =>
      inner.list(kind, namespace).flatMap((object) =>
        lastInRemovedApi(object.managers).map(({ manager, apiVersion, time }) => ({
          object: refOf(object),
          manager,
          apiVersion,
          time,
        })),
      ),
    deepEqual,
  );
}

/** The newest write of each manager, where it is in such a version. */
function lastInRemovedApi(managers: readonly ManagerEntry[]): readonly Omit<RemovedApiWrite, 'object'>[] {
  if (!managers.some((one) => one.removedApi !== undefined)) return [];
  return [...Map.groupBy(managers, (one) => one.manager)].flatMap(([manager, entries]) => {
    const [last] = entries.toSorted((a, b) => (b.time ?? 0) - (a.time ?? 0));
    return last?.removedApi === undefined ? [] : [{ manager, apiVersion: last.removedApi, time: last.time }];
  });
}
