import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { whatChanges, type SelectorShift } from './label-map.ts';
import type { Selectable } from './selectable.ts';

/** Labels to set, or to take away where the value is null, as `kubectl label` takes them. */
export type LabelEdits = Readonly<Record<string, string | null>>;

/** A selector that would match other objects than now, and the workloads whose pods those are. */
export interface Relabelling extends SelectorShift {
  /** Workloads, each once, in order. */
  readonly workloads: readonly string[];
}

/** Labels after some edits. */
export function withEdits(labels: Labels, edits: LabelEdits): Labels {
  return Object.fromEntries(
    Object.entries({ ...labels, ...edits }).flatMap(([key, value]): [string, string][] =>
      value === null ? [] : [[key, value]],
    ),
  );
}

/** What would change if everything in `found` carried other labels: the selectors that gain or lose pods. */
export function relabelling(
  view: ClusterView,
  found: readonly Selectable[],
  edits: LabelEdits,
): readonly Relabelling[] {
  const shifts = new Map<string, { readonly shift: SelectorShift; readonly workloads: Set<string> }>();
  for (const { namespace, labels, owner } of found) {
    for (const shift of whatChanges(view, namespace, labels, withEdits(labels, edits))) {
      const { by, path } = shift.referrer;
      const key = JSON.stringify([by, path, shift.change]);
      const there = shifts.get(key) ?? { shift, workloads: new Set<string>() };
      shifts.set(key, there);
      there.workloads.add(owner);
    }
  }
  return [...shifts.values()].map(({ shift, workloads }) => ({ ...shift, workloads: [...workloads].sort() }));
}
