import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Change } from '../../src/model/change.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { differenceOf } from '../../src/store/long-list.ts';
import { pod } from '../objects.ts';

/** Enough names for several pieces of a list. */
const name = fc.nat({ max: 400 }).map((at) => `p-${at}`);
const put = fc.record({ name, app: fc.constantFrom('a', 'b') });
const step = fc.array(fc.record({ put, isGone: fc.boolean() }), { maxLength: 30 });

it('lists objects in order of name after any changes, and what differs is known', () => {
  fc.assert(
    fc.property(
      fc.array(put, { maxLength: 500, size: 'max' }),
      fc.array(fc.record({ changes: step, isListed: fc.boolean() }), { maxLength: 6 }),
      (first, steps) => {
        const store = new ClusterStore();
        const there = new Map<string, string>();
        const changeOf = (one: { readonly name: string; readonly app: string }): Change => {
          there.set(one.name, one.app);
          return { type: 'upsert', object: pod(one.name, { labels: { app: one.app } }) };
        };
        const wanted = (): unknown => [...there].sort(([a], [b]) => (a < b ? -1 : 1));
        const listed = (): unknown => store.list('Pod', 'shop').map((one) => [one.name, one.labels['app']]);
        store.apply(first.map(changeOf));
        expect(listed()).toEqual(wanted());
        let before = store.longList('Pod', 'shop');
        for (const { changes, isListed } of steps) {
          store.apply(
            changes.map((one): Change => {
              if (!one.isGone) return changeOf(one.put);
              there.delete(one.put.name);
              return { type: 'remove', kind: 'Pod', namespace: 'shop', name: one.put.name };
            }),
          );
          if (!isListed) continue;
          expect(listed()).toEqual(wanted());
          const after = store.longList('Pod', 'shop');
          const { gone, come } = differenceOf(before, after);
          expect(gone).toEqual(before.items.filter((one) => !after.items.includes(one)));
          expect(come).toEqual(after.items.filter((one) => !before.items.includes(one)));
          before = after;
        }
      },
    ),
    { numRuns: 60 },
  );
});
