import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRecentCache } from '../../../src/sources/slim/recent-cache.ts';

it('a recent cache holds at most twice its limit, and the newest always', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.integer({ min: 0, max: 60 })), (limit, keys) => {
      const cache = createRecentCache<number>(limit);
      for (const key of keys) if (cache.get(String(key)) === undefined) cache.set(String(key), key);
      const newest = [...new Set(keys.toReversed())].slice(0, limit);
      expect(newest.filter((key) => cache.get(String(key)) !== key)).toEqual([]);
      const held = [...new Set(keys)].filter((key) => cache.get(String(key)) !== undefined);
      expect(held.length).toBeLessThanOrEqual(2 * limit);
    }),
  );
});
