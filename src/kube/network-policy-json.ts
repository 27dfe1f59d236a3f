import type { LabelSelector, LabelSelectorRequirement } from '../model/selector.ts';

/** Policies of other APIs are kept as they came: these read them without trusting their shape. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The objects of a list; [] where the value is no list. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.map((item) => objectOf(item) ?? {}) : [];
}

export function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** A LabelSelector; undefined where the value is none. */
export function selectorOf(value: unknown): LabelSelector | undefined {
  const object = objectOf(value);
  if (object === undefined) return undefined;
  const labels = Object.entries(objectOf(object['matchLabels']) ?? {}).map(([key, one]) => [key, String(one)]);
  const expressions = objectsOf(object['matchExpressions']).map((one): LabelSelectorRequirement => ({
    key: stringOf(one['key']) ?? '',
    operator: stringOf(one['operator']) ?? '',
    values: stringsOf(one['values']),
  }));
  return {
    ...(labels.length > 0 ? { matchLabels: Object.fromEntries(labels) as Record<string, string> } : {}),
    ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
  };
}
