import type { JsonObject } from './json-reading.ts';

/**
 * On a raw specification that is a copy of another but for nodeName and the random end of its token volume's name: that
 * other. No JSON has such a key.
 */
export const LIKE = Symbol('like');

/** What a raw specification is a copy of; itself where it is none. */
export function original(spec: JsonObject & { readonly [LIKE]?: JsonObject }): JsonObject {
  return spec[LIKE] ?? spec;
}
