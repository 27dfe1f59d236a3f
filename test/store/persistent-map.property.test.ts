import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PersistentMap } from '../../src/store/persistent-map.ts';

// `Aa` and `BB` have one hash, and so has whatever is made of as many of them in any order.
const key = fc.oneof(
  fc.string({ maxLength: 2 }),
  fc.constantFrom('constructor', '__proto__', 'length'),
  fc.array(fc.constantFrom('Aa', 'BB'), { minLength: 4, maxLength: 4 }).map((parts) => parts.join('')),
);
const step = fc.record({ key, value: fc.option(fc.nat(), { nil: undefined }) });

it('holds what a Map holds, and every earlier state stays as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.nat())), fc.array(step, { maxLength: 60 }), (entries, steps) => {
      const model = new Map(entries);
      let map = PersistentMap.of(new Map(model));
      const states = [{ map, expected: new Map(model) }];
      for (const one of steps) {
        if (one.value === undefined) model.delete(one.key);
        else model.set(one.key, one.value);
        map = one.value === undefined ? map.without(one.key) : map.with(one.key, one.value);
        states.push({ map, expected: new Map(model) });
      }
      for (const { map: state, expected } of states) {
        expect(state.size).toBe(expected.size);
        expect([...state.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const asked of [...expected.keys(), ...steps.map((one) => one.key), 'x']) {
          expect(state.get(asked)).toBe(expected.get(asked));
        }
      }
    }),
  );
});

it('holds many', () => {
  const model = new Map(Array.from({ length: 50_000 }, (_, at) => [`pod-${at}`, at]));
  const map = PersistentMap.of(model);
  expect([...model].filter(([name, at]) => map.get(name) !== at)).toEqual([]);
  expect(map.with('pod-7', -1).get('pod-7')).toBe(-1);
  expect([...map.without('pod-7').keys()]).toHaveLength(49_999);
  expect(map.get('pod-7')).toBe(7);
});
