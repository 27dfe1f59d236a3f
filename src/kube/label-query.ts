import type { LabelSelector, LabelSelectorRequirement } from '../model/selector.ts';

const REQUIREMENT =
  /^(?:(?<not>!)\s*(?<absent>[^\s!=<>(),]+)|(?<key>[^\s!=<>(),]+)\s*(?:(?<operator>==?|!=)\s*(?<value>[^\s!=<>(),]*)|\s(?<set>in|notin)\s*\((?<values>[^()]*)\))?)$/;

/**
 * A label selector as `kubectl get -l` takes it: `a=b`, `a==b`, `a!=b`, `a`, `!a`, `a in (x,y)`, `a notin (x,y)`,
 * joined by commas (apimachinery pkg/labels `Parse`).
 *
 * @returns undefined where the text is no selector
 */
export function parseLabelQuery(text: string): LabelSelector | undefined {
  const requirements: LabelSelectorRequirement[] = [];
  for (const part of splitOutsideParentheses(text)) {
    const groups = REQUIREMENT.exec(part.trim())?.groups;
    if (groups === undefined) return undefined;
    requirements.push(requirementOf(groups));
  }
  return { matchExpressions: requirements };
}

function requirementOf(groups: Readonly<Record<string, string | undefined>>): LabelSelectorRequirement {
  const { not, absent, key = '', operator, value = '', set, values = '' } = groups;
  if (not !== undefined) return { key: absent ?? '', operator: 'DoesNotExist' };
  if (operator !== undefined) return { key, operator: operator === '!=' ? 'NotIn' : 'In', values: [value] };
  if (set === undefined) return { key, operator: 'Exists' };
  return { key, operator: set === 'in' ? 'In' : 'NotIn', values: values.split(',').map((one) => one.trim()) };
}

function splitOutsideParentheses(text: string): readonly string[] {
  return text.split(/,(?![^(]*\))/);
}
