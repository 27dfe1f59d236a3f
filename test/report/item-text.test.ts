import fc from 'fast-check';
import { expect, test } from 'vitest';
import { itemText } from '../../src/report/item-text.ts';

test('items read as JSON.stringify writes them, whatever they share with the item before', () => {
  const field = fc.constantFrom('name', 'level', '"', '__proto__', 'violations');
  const shared = [{ check: 'a' }, ['x', null], {}, undefined];
  const value = fc.oneof(fc.constantFrom(...shared), fc.jsonValue(), fc.constant(Number.NaN), fc.constant('\ud800'));
  const item = fc.oneof(fc.array(fc.tuple(field, value)).map(Object.fromEntries), fc.jsonValue());
  fc.assert(
    fc.property(fc.array(item), (items) => {
      const text = itemText();
      expect(items.map((one: unknown) => text(one))).toEqual(items.map((one: unknown) => JSON.stringify(one)));
    }),
  );
});
