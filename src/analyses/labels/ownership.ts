import { ownerOf } from '../../kube/ownership-labels.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';

/** What tells who is responsible for an object: its own label, else that of its namespace. */
export interface Ownership {
  /** The label that the config names for it; null: the usual ones. */
  readonly label: string | null;
  /** The owner of each namespace whose labels name one. */
  readonly byNamespace: ReadonlyMap<string, string>;
}

/** Without a config, and before a namespace was read. */
export const NO_OWNERSHIP: Ownership = { label: null, byNamespace: new Map() };

/** How owners are told in this cluster. */
export function ownership(view: ClusterView): Ownership {
  return view.derive(
    'ownership',
    '',
    (inner): Ownership => {
      const label = inner.facts().labels?.owner ?? null;
      const owners = inner.list('Namespace').flatMap(({ name, labels }): [string, string][] => {
        const owner = ownerOf(labels, label);
        return owner === undefined ? [] : [[name, owner]];
      });
      return { label, byNamespace: new Map(owners) };
    },
    (a, b) => a.label === b.label && deepEqual([...a.byNamespace], [...b.byNamespace]),
  );
}

/** Who is responsible for an object with these labels in a namespace ('' for none); undefined where nothing says it. */
export function responsibleFor(ownership: Ownership, labels: Labels, namespace: string): string | undefined {
  return ownerOf(labels, ownership.label) ?? ownership.byNamespace.get(namespace);
}
