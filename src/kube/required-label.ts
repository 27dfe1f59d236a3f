import { LABELLED_KINDS, type RequirableKind } from '../model/kind.ts';
import type { RequiredLabel } from '../model/label-convention.ts';
import type { Labels } from '../model/selector.ts';
import { glob } from './glob.ts';

/** The kinds of which an entry requires its label. */
export function kindsOf({ kinds }: RequiredLabel): readonly RequirableKind[] {
  return kinds.length === 0 ? LABELLED_KINDS : kinds;
}

/** What is required of an object: of each key the first entry that fits its namespace and kind. */
export function requiredOf(
  required: readonly RequiredLabel[],
  namespace: string,
  kind: string,
): readonly RequiredLabel[] {
  const fitting = required.filter(
    (entry) =>
      (entry.namespaces.length === 0 || entry.namespaces.some((pattern) => glob(pattern, namespace))) &&
      kindsOf(entry).some((one) => one === kind),
  );
  return fitting.filter((one, index) => fitting.findIndex(({ key }) => key === one.key) === index);
}

/** Whether labels hold the key with a value that is allowed. */
export function meetsRequirement(labels: Labels, { key, values }: RequiredLabel): boolean {
  const value = labels[key];
  return value !== undefined && (values.length === 0 || values.includes(value));
}
