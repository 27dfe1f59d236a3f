import type { Labels, LabelSelector, LabelSelectorRequirement } from '../model/selector.ts';

/**
 * Whether labels satisfy a selector (meta/v1 LabelSelector): every pair of `matchLabels` and every expression. An empty
 * selector matches everything; what an absent one means differs per field, so callers decide it.
 *
 * Source: k8s.io/apimachinery pkg/labels/selector.go, `Requirement.Matches`: NotIn is true where the key is absent. An
 * operator that the API server would refuse matches nothing.
 */
export function matches(selector: LabelSelector, labels: Labels): boolean {
  for (const key in selector.matchLabels) {
    if (valueOf(labels, key) !== selector.matchLabels[key]) return false;
  }
  return selector.matchExpressions === undefined || meetsAll(selector.matchExpressions, labels);
}

function meetsAll(requirements: readonly LabelSelectorRequirement[], labels: Labels): boolean {
  return requirements.every((one) => meets(one, labels));
}

/** Whether labels satisfy one expression of a selector. */
export function meets(requirement: LabelSelectorRequirement, labels: Labels): boolean {
  const value = valueOf(labels, requirement.key);
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && isAmong(values, value);
    case 'NotIn':
      return value === undefined || !isAmong(values, value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

/** Long lists are looked up, not walked: a selector may name a thousand values and be held against every pod. */
const MOST_WALKED = 16;
const LOOKED_UP = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Whether a value is in a list of values, of whatever length. */
export function isAmong(values: readonly string[], value: string): boolean {
  if (values.length <= MOST_WALKED) return values.includes(value);
  let known = LOOKED_UP.get(values);
  if (known === undefined) LOOKED_UP.set(values, (known = new Set(values)));
  return known.has(value);
}

/** Whether a selector has no requirement, and so matches everything. */
export function isEmptySelector(selector: LabelSelector): boolean {
  for (const _key in selector.matchLabels) return false;
  return selector.matchExpressions === undefined || selector.matchExpressions.length === 0;
}

/** The label keys that a selector reads, each once. */
export function selectorKeys({ matchLabels = {}, matchExpressions = [] }: LabelSelector): readonly string[] {
  const keys = Object.keys(matchLabels);
  for (const { key } of matchExpressions) if (!keys.includes(key)) keys.push(key);
  return keys;
}

/**
 * A selector as `kubectl get -l` writes it: `app=web,tier in (a,b),!canary`; `everything` for an empty one. Equal
 * selectors have equal texts.
 */
export function selectorText(selector: LabelSelector): string {
  if (isEmptySelector(selector)) return 'everything';
  const pairs = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector.matchExpressions ?? []).map(requirementText);
  return [...pairs.sort(), ...expressions.sort()].join(',');
}

function requirementText({ key, operator, values = [] }: LabelSelectorRequirement): string {
  const list = [...values].sort().join(',');
  switch (operator) {
    case 'In':
      return `${key} in (${list})`;
    case 'NotIn':
      return `${key} notin (${list})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return `${key} ${operator} (${list})`;
  }
}

/** Label maps come from outside: only their own properties are labels (`constructor` is a legal key). */
function valueOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
