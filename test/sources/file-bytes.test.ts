import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fileBytes } from '../../src/sources/file-bytes.ts';

const folder = mkdtempSync(join(tmpdir(), 'k8sec-bytes-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a pipe is read once, and answers whoever asks again', async () => {
  const pipe = join(folder, 'pipe');
  expect(spawnSync('sh', ['-c', `mkfifo ${pipe}`]).status).toBe(0);
  const [first, , second] = await Promise.all([fileBytes(pipe), writeFile(pipe, 'kind: Pod'), fileBytes(pipe)]);
  expect([first.toString(), second.toString(), (await fileBytes(pipe)).toString()]).toEqual(
    Array.from({ length: 3 }, () => 'kind: Pod'),
  );
});

test('a file is read as it is now', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, 'one');
  expect((await fileBytes(file)).toString()).toBe('one');
  writeFileSync(file, 'two');
  expect((await fileBytes(file)).toString()).toBe('two');
});

test('what never ends is refused', async () => {
  await expect(fileBytes('/dev/zero')).rejects.toThrow('larger than 512 MiB');
});

test('what is not there is the error of the file system', async () => {
  await expect(fileBytes(join(folder, 'nothing'))).rejects.toThrow('ENOENT');
  await expect(fileBytes(folder)).rejects.toThrow('EISDIR');
});
