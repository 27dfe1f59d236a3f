import type { Key } from 'ink';
import { expect, test } from 'vitest';
import { keyNames } from '../../hooks/key-names.ts';

const NO_KEY: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

test.each<[string, Partial<Key>, readonly string[]]>([
  ['j', {}, ['j']],
  ['jjj', {}, ['j', 'j', 'j']],
  ['N', { shift: true }, ['N']],
  [' ', {}, ['space']],
  ['', { downArrow: true }, ['down']],
  ['', { return: true }, ['enter']],
  ['', { tab: true, shift: true }, ['shift-tab']],
  ['', { escape: true }, ['escape']],
  ['j', { meta: true }, ['escape', 'j']],
  ['d', { ctrl: true }, ['ctrl-d']],
  [' ', { ctrl: true }, ['ctrl-space']],
  ['/web\r', {}, ['/', 'w', 'e', 'b', 'enter']],
  ['a\u0013', {}, ['a', 'ctrl-s']],
  ['j', { eventType: 'release' }, []],
])('%j with %j', (input, key, names) => {
  expect(keyNames(input, { ...NO_KEY, ...key })).toEqual(names);
});
