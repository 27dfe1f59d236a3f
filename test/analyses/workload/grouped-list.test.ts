import { describe, expect, it } from 'vitest';
import { groupedList } from '../../../src/analyses/workload/grouped-list.ts';

const keyOf = (text: string): string => text.slice(0, 1);

describe('groupedList', () => {
  it('groups in the order in which groups come first', () => {
    const list = groupedList(['b1', 'a1', 'b2'], keyOf, undefined);
    expect(list.items).toEqual([
      { key: 'b', items: ['b1', 'b2'] },
      { key: 'a', items: ['a1'] },
    ]);
    expect(list.get('a')?.items).toEqual(['a1']);
    expect(list.get('c')).toBeUndefined();
  });

  it('keeps the groups whose items stayed, and says which did not', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const before = groupedList(
      names.map((name) => `${name}1`),
      keyOf,
      undefined,
    );
    const after = groupedList([...names.map((name) => `${name}1`), 'c2'], keyOf, before);
    expect(names.filter((name) => after.get(name) !== before.get(name))).toEqual(['c']);
    expect(after.changedSince(before)).toEqual(new Set(['c']));
    expect(after.get('c')?.items).toEqual(['c1', 'c2']);
  });

  it('follows groups that come and go', () => {
    const before = groupedList(['a1', 'b1'], keyOf, undefined);
    const after = groupedList(['b1', 'c1'], keyOf, before);
    expect(after.items.map(({ key }) => key)).toEqual(['b', 'c']);
    expect(after.get('b')).toBe(before.get('b'));
    expect(after.get('a')).toBeUndefined();
  });
});
