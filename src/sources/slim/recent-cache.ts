/** A cache that forgets: at most twice `limit` entries, those not asked for lately are dropped first. */
export interface RecentCache<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
}

/**
 * Two generations instead of one order list: an entry that is asked for moves to the young map, and when that is full
 * the old map is dropped whole. A session that runs for weeks on a cluster with short-lived jobs stays bounded.
 */
export function createRecentCache<V>(limit: number): RecentCache<V> {
  let young = new Map<string, V>();
  let old = new Map<string, V>();
  const set = (key: string, value: V): void => {
    if (young.size >= limit) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  };
  return {
    get(key) {
      const hit = young.get(key);
      if (hit !== undefined) return hit;
      const kept = old.get(key);
      if (kept !== undefined) set(key, kept);
      return kept;
    },
    set,
  };
}
