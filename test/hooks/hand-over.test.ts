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
  await expect(handOver('pager', 'a b.txt', 'text', 0)).rejects.toThrow(
    /^cp -f ended with 1; the file was .*a b\.txt$/,
  );
  vi.stubEnv('PAGER', 'f() { cat "$1" > "$NOTE"; echo "$1" >> "$NOTE"; }; f');
  expect(await handOver('pager', 'a b.txt', 'text\n', 0)).toEqual({ said: '', text: null });
  const [text, path = ''] = (await readFile(join(folder, 'note'), 'utf8')).split('\n');
  expect(text).toBe('text');
  await expect(readFile(path)).rejects.toThrow('ENOENT');
});

test('the editor changes a new file that stays, and what it holds then is read back', async () => {
  vi.stubEnv('KUBE_EDITOR', 'f() { echo more >> "$1"; }; f');
  vi.spyOn(process, 'cwd').mockReturnValue(folder);
  const { said, text } = await handOver('editor', 'policy.yaml', 'text\n', 0);
  expect(text).toBe('text\nmore\n');
  const path = said.replace('edited ', '');
  expect(await readFile(path, 'utf8')).toBe(text);
  await rm(path);
});

test('an editor that changes nothing is told so', async () => {
  vi.stubEnv('KUBE_EDITOR', 'true');
  vi.spyOn(process, 'cwd').mockReturnValue(folder);
  const { said, text } = await handOver('editor', 'policy.yaml', 'text\n', 0);
  expect({ said, text }).toEqual({ said: expect.stringMatching(/^unchanged, in .*policy.*\.yaml$/), text: 'text\n' });
});
