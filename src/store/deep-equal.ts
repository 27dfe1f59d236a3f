/** Structural equality of plain JSON-like data; shared parts are compared by identity first. Makes no garbage. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (!Array.isArray(a)) return !Array.isArray(b) && sameFields(a as Fields, b as Fields);
  if (!Array.isArray(b) || a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (!deepEqual(a[index], b[index])) return false;
  return true;
}

type Fields = Readonly<Record<string, unknown>>;

function sameFields(a: Fields, b: Fields): boolean {
  let more = 0;
  for (const key in a) {
    if (!Object.hasOwn(b, key) || !deepEqual(a[key], b[key])) return false;
    more += 1;
  }
  for (const _key in b) more -= 1;
  return more === 0;
}
