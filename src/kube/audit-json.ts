/** Narrow readers of parsed JSON whose shape nobody guarantees. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectAt(value: JsonObject | null, key: string): JsonObject | null {
  const inner = value?.[key];
  return isObject(inner) ? inner : null;
}

export function textAt(value: JsonObject | null, key: string): string {
  const inner = value?.[key];
  return typeof inner === 'string' ? inner : '';
}

export function listAt(value: JsonObject | null, key: string): readonly unknown[] {
  const inner = value?.[key];
  return Array.isArray(inner) ? (inner as readonly unknown[]) : [];
}

export function objectsAt(value: JsonObject | null, key: string): readonly JsonObject[] {
  return listAt(value, key).filter(isObject);
}

export function textsAt(value: JsonObject | null, key: string): readonly string[] {
  return listAt(value, key).filter((one) => typeof one === 'string');
}

/** The object that a text is in JSON; null where it is none. */
export function parseObject(text: string): JsonObject | null {
  try {
    const raw: unknown = JSON.parse(text);
    return isObject(raw) ? raw : null;
  } catch {
    return null;
  }
}
