import type { LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { LongList } from '../../store/long-list.ts';
import { namespaceLabels } from '../network/namespace-labels.ts';
import { LabelIndex } from './label-index.ts';
import { nearestSelector, type NearestSelector } from './nearest-selector.ts';
import type { Selectable } from './selectable.ts';

/** The namespaces as what a namespaceSelector can select. */
export function selectableNamespaces(view: ClusterView): readonly Selectable[] {
  return view.derive('selectable-namespaces', '', (inner) =>
    inner.list('Namespace').map(({ name }): Selectable => ({
      namespace: '',
      labels: namespaceLabels(inner, name),
      owner: `Namespace ${name}`,
    })),
  );
}

/** The nearest namespaceSelector that would match a namespace; undefined where none is near. */
export function nearestNamespaceSelector(view: ClusterView, selector: LabelSelector): NearestSelector | undefined {
  const index = view.derive('selectable-namespaces-by-label', '', (inner) =>
    LabelIndex.of(LongList.of([selectableNamespaces(inner)])),
  );
  return nearestSelector(selector, '', index);
}
