import { describe, expect, test } from 'vitest';
import { DirectoryError, parseDirectory } from '../../../src/sources/directory/parse-directory.ts';

const rows = (text: string): readonly string[] =>
  parseDirectory(text, 'people.csv').memberships.map(({ user, group, from, to }) => [user, group, from, to].join('|'));

describe('a directory', () => {
  test('is CSV with a header, its columns in any order', () => {
    expect(rows('group,user\r\ndevs,alice\r\nops,"bob, jr"\r\n')).toEqual(['alice|devs||', 'bob, jr|ops||']);
  });

  test('may be separated by semicolons or tabs, begin with a byte order mark, and hold empty lines', () => {
    expect(rows('\ufeffUser; Group\nalice; devs\n\nbob;\n')).toEqual(['alice|devs||', 'bob|||']);
    expect(rows('user\tgroup\nalice\tdevs\n')).toEqual(['alice|devs||']);
  });

  test('says from and to when a membership holds, a date being midnight UTC', () => {
    const march = Date.UTC(2026, 2, 1);
    expect(rows('user,group,from,to\nalice,devs,2026-03-01,\nbob,devs,,2026-03-01T01:00:00+01:00\n')).toEqual([
      `alice|devs|${march}|`,
      `bob|devs||${march}`,
    ]);
  });

  test.each([
    ['', 'line 1: the header lacks user, group; it has nothing'],
    ['name,team\nalice,devs\n', 'line 1: the header lacks user, group; it has name, team'],
    ['user,group,to\nalice,devs,soon\n', 'line 2: to "soon" is no time such as 2026-11-23'],
    ['user,group\n,devs\n', 'line 2: no user'],
    ['user,group\n"alice,devs\n', 'Quote Not Closed'],
  ])('%j is refused with the reason', (text, reason) => {
    expect(() => parseDirectory(text, 'people.csv')).toThrow(DirectoryError);
    expect(() => parseDirectory(text, 'people.csv')).toThrow(`--directory people.csv: ${reason}`);
  });
});
