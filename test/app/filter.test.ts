import { describe, expect, test } from 'vitest';
import { parseFilter } from '../../src/app/filter.ts';
import { row } from './fake-model.ts';

const CART = row('shop', 'cart', 'high');
const POSTGRES = row('data', 'postgres', 'critical');
const PASSED = row('shop', 'web', null);
const ROWS = [CART, POSTGRES, PASSED];

function names(typed: string): readonly string[] {
  const filter = parseFilter(typed);
  return ROWS.filter((one) => filter.test(one)).map((one) => one.name);
}

describe('filter grammar', () => {
  test.each([
    ['', ['cart', 'postgres', 'web']],
    ['  ', ['cart', 'postgres', 'web']],
    ['CART', ['cart']],
    ['^high', ['cart']],
    ['cart|web', ['cart', 'web']],
    ['isolated', ['web']],
    ['!shop', ['postgres']],
    ['-l app=cart', ['cart']],
    ['-l tier!=shop', ['postgres']],
    ['-l app in (cart, web),tier', ['cart', 'web']],
    ['-l app notin (cart)', ['postgres', 'web']],
    ['-l !tier', []],
    ['-f pgs', ['postgres']],
    ['-f deplcrt', ['cart']],
  ])('%s', (typed, expected) => {
    expect(names(typed)).toEqual(expected);
  });

  test('what is no expression is taken literally, and says so', () => {
    const filter = parseFilter('ca(rt');
    expect(filter.problem).toContain('literally');
    expect(ROWS.filter((one) => filter.test(one))).toEqual([]);
    expect(parseFilter('cart(').test(row('shop', 'cart(', 'low'))).toBe(true);
  });

  test('half a label selector hides nothing and says what is missing', () => {
    const filter = parseFilter('-l app in (');
    expect(filter.problem).toContain('label selector');
    expect(ROWS.every((one) => filter.test(one))).toBe(true);
  });

  test('an inverse filter of nothing is no filter', () => {
    expect(parseFilter('!').text).toBe('');
  });
});
