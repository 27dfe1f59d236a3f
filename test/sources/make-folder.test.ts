import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../../src/sources/make-folder.ts';

it('makes what is missing, and ends with a message where nothing can be made', () => {
  const root = mkdtempSync(join(tmpdir(), 'k8sec-folder-'));
  try {
    const path = join(root, 'a', 'b');
    makeFolder(path);
    makeFolder(path);
    expect(statSync(path).isDirectory()).toBe(true);
    writeFileSync(join(root, 'file'), '');
    expect(() => makeFolder(join(root, 'file', 'x'))).toThrow('not a directory');
  } finally {
    rmSync(root, { recursive: true });
  }
});

it.runIf(process.platform === 'linux')(
  'ends where the system says that a folder that cannot be made is missing',
  () => {
    expect(() => makeFolder('/proc/k8sec/journal')).toThrow('no such file or directory');
  },
);
