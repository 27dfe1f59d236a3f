import type { LabelSelector } from '../../model/selector.ts';
import type { Manifest } from '../remedy.ts';

/** A merge patch of a selector; a list of expressions is replaced as a whole. */
export function selectorPatch(before: LabelSelector, after: LabelSelector): Manifest {
  const labels = mergePatch(before.matchLabels ?? {}, after.matchLabels ?? {});
  const expressions = after.matchExpressions ?? (before.matchExpressions === undefined ? undefined : null);
  return {
    ...(Object.keys(labels).length > 0 ? { matchLabels: labels } : {}),
    ...(expressions === undefined ? {} : { matchExpressions: expressions }),
  };
}

/** A merge patch of a map: what goes is null. */
export function mergePatch(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Record<string, string | null> {
  const gone = Object.keys(before).filter((key) => after[key] === undefined);
  return { ...Object.fromEntries(gone.map((key) => [key, null])), ...after };
}
