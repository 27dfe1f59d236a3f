import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { PtyTerminal } from './pty-terminal.ts';

const PROGRAM = resolve('dist/k8sec.js');
const MOST_KEYS = 6;

/** What a new user wants to know, the keys one by one, and what answers; each goes on from where the last one ended. */
const GOALS: readonly { readonly goal: string; readonly keys: readonly string[]; readonly answer: RegExp }[] = [
  {
    goal: 'the pod that is exposed to the internet',
    keys: ['1', '/', 'L', 'o', 'a', '\r'],
    answer: /^▸ .*LoadBalancer/m,
  },
  { goal: 'why', keys: ['\r'], answer: /accepts connections from any pod and any address, through LoadBalancer/ },
  { goal: 'the fix', keys: ['f'], answer: /kind: NetworkPolicy/ },
  { goal: 'the fix in a file', keys: ['\u0013'], answer: /saved \S+\.yaml/ },
  {
    goal: 'who could become cluster-admin',
    keys: [':', 'p', 'a', '\t', '\r'],
    answer: /reaches cluster-admin in \d+ step/,
  },
  { goal: 'who read the secret', keys: ['4', '\r'], answer: /allowed by ClusterRoleBinding debug-secrets/ },
];

const folder = mkdtempSync(join(tmpdir(), 'k8sec-first-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a new user on the demo cluster needs at most six keys for each question', async () => {
  const command = `cd ${folder} && exec ${process.execPath} ${PROGRAM} --demo`;
  const terminal = new PtyTerminal(['/bin/sh', '-c', command], 120, 30, { KUBECONFIG: '', HOME: folder });
  try {
    await terminal.until((screen) => /live  \d+ objects/.test(screen), 'everything read');
    for (const { goal, keys, answer } of GOALS) {
      expect([goal, keys.length <= MOST_KEYS]).toEqual([goal, true]);
      terminal.type(keys.join(''));
      await terminal.until((screen) => answer.test(screen), `${goal}: ${answer}`);
    }
  } finally {
    terminal.type('\u0003');
    await terminal.ended();
  }
  const [saved = ''] = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const kinds = parseAllDocuments(readFileSync(join(folder, saved), 'utf8')).map(
    (one) => (one.toJS() as { readonly kind: string }).kind,
  );
  expect(kinds).toContain('NetworkPolicy');
});
