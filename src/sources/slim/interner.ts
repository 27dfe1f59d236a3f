import { hash } from 'node:crypto';
import { exactText } from '../../kube/exact-text.ts';
import type { Labels } from '../../model/selector.ts';
import { isObject } from './json-reading.ts';
import { createRecentCache } from './recent-cache.ts';

/** Sanitises what objects carry, and keeps one copy of what many of them carry alike. */
export interface Interner {
  /** For text that repeats: namespaces, images, node names, keys. */
  readonly string: (raw: unknown) => string;
  /** A string map with sanitised keys and values; what is no string is left out. No prototype: every key is a key. */
  readonly labels: (raw: unknown) => Labels;
  /** Equal JSON values become one object. It stays the same object for as long as anything holds it. */
  readonly share: <T extends object>(value: T) => T;
}

/** Distinct repeated strings and label maps that one generation of a cache holds. */
const CACHED_STRINGS = 32_768;
const CACHED_MAPS = 16_384;
const SHORT_KEY = 256;

/**
 * Makes objects that inherit nothing. V8 keeps those of `Object.create(null)` as hash tables, and these like any others:
 * in a third of the memory, and quicker to read.
 */
const StringMap = function () {} as unknown as new () => Record<string, string>;
StringMap.prototype = Object.create(null);

export const NO_LABELS: Labels = Object.freeze(emptyMap());

export function createInterner(): Interner {
  const strings = createRecentCache<string>(CACHED_STRINGS);
  const maps = createRecentCache<Labels>(CACHED_MAPS);
  const shared = createSharing();

  const string = (raw: unknown): string => {
    if (typeof raw !== 'string' || raw === '') return '';
    const hit = strings.get(raw);
    if (hit !== undefined) return hit;
    const clean = exactText(raw);
    strings.set(raw, clean);
    return clean;
  };

  const labels = (raw: unknown): Labels => {
    if (!isObject(raw)) return NO_LABELS;
    const key = JSON.stringify(raw);
    if (key === '{}') return NO_LABELS;
    const hit = maps.get(key);
    if (hit !== undefined) return hit;
    const result = emptyMap();
    for (const [name, value] of Object.entries(raw)) {
      if (typeof value === 'string') result[string(name)] = string(value);
    }
    maps.set(key, result);
    return result;
  };

  return { string, labels, share: (value) => shared(JSON.stringify(value), value) };
}

/**
 * Finds an object by a digest of its text. The digest stands in for the text so that a large text is not kept, and
 * SHA-256 because equal digests must mean equal objects even where somebody would like a collision.
 */
export function digestOf(text: string): string {
  return text.length <= SHORT_KEY ? text : hash('sha256', text, 'base64');
}

function createSharing(): <T extends object>(text: string, value: T) => T {
  const alive = new Map<string, WeakRef<object>>();
  const registry = new FinalizationRegistry<string>((key) => {
    if (alive.get(key)?.deref() === undefined) alive.delete(key);
  });
  // The key is the value's own JSON text (or its digest), so what it finds has the value's own type.
  function share<T extends object>(text: string, value: T): T;
  function share(text: string, value: object): object {
    const key = digestOf(text);
    const hit = alive.get(key)?.deref();
    if (hit !== undefined) return hit;
    alive.set(key, new WeakRef(value));
    registry.register(value, key);
    return value;
  }
  return share;
}

function emptyMap(): Record<string, string> {
  return new StringMap();
}
