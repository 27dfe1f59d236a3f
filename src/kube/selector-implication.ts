import type { LabelSelector, LabelSelectorRequirement } from '../model/selector.ts';
import { isAmong, meets } from './selector.ts';

/**
 * Whether all labels that satisfy one selector satisfy the other too, decided requirement by requirement: true is
 * proven, false may only mean that it could not be shown.
 */
export function impliesSelector(narrow: LabelSelector, wide: LabelSelector): boolean {
  const given = requirementsOf(narrow);
  return requirementsOf(wide).every((wanted) => given.some((one) => implies(one, wanted)));
}

/** All that a selector asks for, the pairs of `matchLabels` as the expressions that they stand for. */
export function requirementsOf(selector: LabelSelector): readonly LabelSelectorRequirement[] {
  const pairs = Object.entries(selector.matchLabels ?? {});
  return [
    ...pairs.map(([key, value]) => ({ key, operator: 'In', values: [value] })),
    ...(selector.matchExpressions ?? []),
  ];
}

function implies(given: LabelSelectorRequirement, wanted: LabelSelectorRequirement): boolean {
  if (given.key !== wanted.key) return false;
  const values = given.values ?? [];
  switch (given.operator) {
    case 'In':
      return values.length > 0 && holdsForAll(wanted, values);
    case 'Exists':
      return wanted.operator === 'Exists';
    case 'DoesNotExist':
      return meets(wanted, {});
    case 'NotIn':
      return wanted.operator === 'NotIn' && isSubset(wanted.values ?? [], values);
    default:
      return false;
  }
}

/** Whether each of these values, of the requirement's own key, meets it. */
function holdsForAll({ operator, values: wanted = [] }: LabelSelectorRequirement, values: readonly string[]): boolean {
  switch (operator) {
    case 'In':
      return isSubset(values, wanted);
    case 'NotIn':
      return !values.some((value) => isAmong(wanted, value));
    default:
      return operator === 'Exists';
  }
}

/** The last is looked at first: lists in order that overlap differ there, or in their first. */
function isSubset(values: readonly string[], of: readonly string[]): boolean {
  const last = values.at(-1);
  return (last === undefined || isAmong(of, last)) && values.every((value) => isAmong(of, value));
}
