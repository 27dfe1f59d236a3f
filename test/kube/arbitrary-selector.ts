import fc from 'fast-check';

const key = fc.constantFrom('a', 'b');
const value = fc.constantFrom('x', 'y', 'z');
const requirement = fc.oneof(
  fc.record({ key, operator: fc.constantFrom('In', 'NotIn'), values: fc.uniqueArray(value, { minLength: 1 }) }),
  fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
);

/** Few keys and values, so that selectors and labels meet. */
export const anyLabels = fc.dictionary(key, value, { maxKeys: 2 });
export const anySelector = fc.record(
  { matchLabels: anyLabels, matchExpressions: fc.array(requirement, { maxLength: 2 }) },
  { requiredKeys: [] },
);
