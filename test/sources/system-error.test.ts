import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeWhole } from '../../bin/world.ts';
import { reasonOf } from '../../src/sources/system-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'k8sec-error-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('what the file system refuses', () => {
  it.each([
    ['ENOSPC', 'no space is left there; free some, or name another place'],
    ['EDQUOT', 'no space is left there; free some, or name another place'],
    ['EISDIR', 'it is a folder, not a file'],
    ['EROFS', 'the file system can only be read; name another place'],
    ['EACCES', 'permission denied'],
  ])('%s is told in words', (code, text) => {
    expect(reasonOf(Object.assign(new Error(`${code}: write`), { code }))).toBe(text);
  });

  it('is told as it is where there are no words for it', () => {
    expect(reasonOf(Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }))).toBe('EIO: i/o error, read');
  });

  it('names the file that could not be written, and leaves nothing of it', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(writeWhole(join(folder, 'file', 'x.yaml'), 'a')).rejects.toThrow(
      `cannot write ${join(folder, 'file', 'x.yaml')}: part of the path is no folder`,
    );
    expect(readdirSync(folder)).toEqual(['file']);
  });
});
