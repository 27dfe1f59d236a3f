import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { osc52 } from '../../hooks/clipboard.ts';
import { saveNew } from '../../hooks/save-new.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8sec-save-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('saving never writes over a file: further ones are numbered', async () => {
  expect(await saveNew('a.yaml', 'one', folder)).toBe(join(folder, 'a.yaml'));
  expect(await saveNew('a.yaml', 'two', folder)).toBe(join(folder, 'a-2.yaml'));
  expect(await readFile(join(folder, 'a.yaml'), 'utf8')).toBe('one');
  expect((await stat(join(folder, 'a-2.yaml'))).mode & 0o777).toBe(0o600);
});

test('a folder that is not there is told in a line', async () => {
  await expect(saveNew('a.yaml', 'one', join(folder, 'gone'))).rejects.toThrow(/^could not save .*a\.yaml: ENOENT$/);
});

test('the clipboard sequence holds the text in base64, up to what terminals take', () => {
  expect(osc52('kind: Pod')).toBe(`\u001b]52;c;${Buffer.from('kind: Pod').toString('base64')}\u0007`);
  expect(() => osc52('x'.repeat(60_000))).toThrow('save it with ctrl-s');
});
