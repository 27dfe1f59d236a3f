import { isObject, type JsonObject } from './json-reading.ts';
import { CONTAINER_FIELDS, CONTAINER_LISTS, SPEC_FIELDS } from './pod-spec-signature.ts';

const TOKEN_VOLUME = /^kube-api-access-[a-z0-9]{5}$/;

/**
 * On a raw specification that is a copy of another but for nodeName and the random end of its token volume's name: that
 * other. No JSON has such a key.
 */
export const LIKE = Symbol('like');

/** What a raw specification is a copy of; itself where it is none. */
export function original(spec: JsonObject & { readonly [LIKE]?: JsonObject }): JsonObject {
  return spec[LIKE] ?? spec;
}

/** Whether two raw specifications are equal in all that the slim form is made from. Cheaper than two signatures. */
export function sameSpec(left: JsonObject, right: JsonObject): boolean {
  for (const field of SPEC_FIELDS) if (!same(left[field], right[field])) return false;
  for (const field of CONTAINER_LISTS) if (!sameContainers(left[field], right[field])) return false;
  return true;
}

function sameContainers(left: unknown, right: unknown): boolean {
  if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
  for (let at = 0; at < left.length; at++) {
    const one: unknown = left[at];
    const other: unknown = right[at];
    if (!isObject(one) || !isObject(other)) return false;
    for (const field of CONTAINER_FIELDS) if (!same(one[field], other[field])) return false;
  }
  return true;
}

function same(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left === 'string') {
    return typeof right === 'string' && TOKEN_VOLUME.test(left) && TOKEN_VOLUME.test(right);
  }
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    for (let at = 0; at < left.length; at++) if (!same(left[at], right[at])) return false;
    return true;
  }
  if (!isObject(left) || !isObject(right)) return false;
  let count = 0;
  for (const key in left) {
    if (!same(left[key], right[key])) return false;
    count += 1;
  }
  for (const _ in right) count -= 1;
  return count === 0;
}
