import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { handOver } from '../../hooks/hand-over.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8sec-hand-over-'));
  vi.stubEnv('NOTE', join(folder, 'note'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

test('the pager may have arguments, and reads a file that goes away', async () => {
  vi.stubEnv('PAGER', 'cp -f');
  // `cp -f FILE` lacks its target: what fails is said, and names the program.
  await expect(handOver('pager', 'a b.txt', 'text')).rejects.toThrow(/^cp -f ended with 1; the file was .*a b\.txt$/);
  vi.stubEnv('PAGER', 'f() { cat "$1" > "$NOTE"; echo "$1" >> "$NOTE"; }; f');
  expect(await handOver('pager', 'a b.txt', 'text\n')).toBe('');
  const [text, path = ''] = (await readFile(join(folder, 'note'), 'utf8')).split('\n');
  expect(text).toBe('text');
  await expect(readFile(path)).rejects.toThrow('ENOENT');
});
