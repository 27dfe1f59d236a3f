import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const PROGRAM = join(import.meta.dirname, '../../dist/k8sec.js');

it('ends quietly where its reader goes away', () => {
  const line = `"${process.execPath}" "${PROGRAM}" --report --demo -o json | head -c 10; echo " $\{PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toBe('{\n"schemaV 141\n');
});
