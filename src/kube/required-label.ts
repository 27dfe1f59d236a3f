import type { RequiredLabel } from '../model/label-convention.ts';
import type { Labels } from '../model/selector.ts';
import { glob } from './glob.ts';

/** What is required of a workload: of each key the first entry that fits its namespace and kind. */
export function requiredOf(
  required: readonly RequiredLabel[],
  namespace: string,
  kind: string,
): readonly RequiredLabel[] {
  const fitting = required.filter(
    ({ namespaces, kinds }) =>
      (namespaces.length === 0 || namespaces.some((pattern) => glob(pattern, namespace))) &&
      (kinds.length === 0 || kinds.some((one) => one === kind)),
  );
  return fitting.filter((one, index) => fitting.findIndex(({ key }) => key === one.key) === index);
}

/** Whether labels hold the key with a value that is allowed. */
export function meetsRequirement(labels: Labels, { key, values }: RequiredLabel): boolean {
  const value = labels[key];
  return value !== undefined && (values.length === 0 || values.includes(value));
}
