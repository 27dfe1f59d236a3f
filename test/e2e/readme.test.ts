import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { startDemoChild, type DemoChild } from '../../src/sources/demo/start-demo.ts';
import { PRIVILEGED } from '../bin/manifests.ts';
import { auditLine } from './audit-line.ts';
import { PtyTerminal } from './pty-terminal.ts';

const DIST = resolve('dist');

/** The command lines of the README's table, in its order: a later one may read what an earlier one wrote. */
const COMMANDS = [...readFileSync('README.md', 'utf8').matchAll(/^\| `(?<line>k8sec[^`]*)` /gm)].map(
  (match) => match.groups?.['line'] ?? '',
);

/** What each of them ends with on the demo cluster; a session and a recorder end when they are told to. */
const EXIT_CODES: Readonly<Record<string, number>> = {
  k8sec: 0,
  'k8sec --report': 2,
  'k8sec --report -n shop -o json': 2,
  'k8sec --from manifests/ --fail-on medium': 2,
  'k8sec --report --remediate fixes/': 2,
  'k8sec who-can get secrets -n shop': 0,
  'k8sec who-can read-secrets': 0,
  'k8sec can unauthenticated': 0,
  'k8sec can sa:shop/cart': 0,
  'k8sec paths': 0,
  'k8sec reach --destination postgres': 0,
  'k8sec label-map app=web --becomes app=w2': 0,
  'k8sec audit --audit-log audit.log': 0,
  'k8sec as-of 2026-11-23 shop/db': 3,
  'k8sec record --journal days/': 0,
  'k8sec audit import logs/ --history a.db': 0,
  // Without an event of the account nothing is proven.
  'k8sec role sa:shop/cart --audit-log a.log': 3,
  'k8sec access-review -o csv': 0,
  'k8sec authorize < reviews.ndjson': 0,
  'k8sec snapshot today.k8sec': 0,
  'k8sec --from manifests/ --onto today.k8sec': 2,
};

const REVIEW = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  spec: { user: 'carol', resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'shop' } },
};

let folder = '';
let demo: DemoChild | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8sec-readme-'));
  await mkdir(join(folder, 'manifests'));
  await writeFile(join(folder, 'manifests/agent.yaml'), PRIVILEGED);
  await writeFile(join(folder, 'reviews.ndjson'), `${JSON.stringify(REVIEW)}\n`);
  await mkdir(join(folder, 'logs'));
  for (const name of ['audit.log', 'a.log', 'logs/audit.log']) {
    await writeFile(join(folder, name), `${auditLine({ username: 'system:serviceaccount:shop:cart' })}\n`);
  }
  demo = await startDemoChild(join(DIST, 'demo-server.js'));
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'shop',
    contexts: [{ name: 'shop', context: { cluster: 'shop', user: 'viewer' } }],
    clusters: [{ name: 'shop', cluster: { server: demo.url } }],
    users: [{ name: 'viewer', user: { token: demo.token } }],
  };
  await writeFile(join(folder, 'kubeconfig'), stringify(config));
});

afterAll(async () => {
  await demo?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The line in a shell whose `k8sec` is the built program. */
function shellOf(line: string): readonly string[] {
  const program = `k8sec() { "${process.execPath}" "${join(DIST, 'k8sec.js')}" "$@"; }`;
  return ['/bin/sh', '-c', `cd "${folder}"; ${program}; ${line}`];
}

describe('the README', () => {
  test('has no command without a test', () => {
    expect(COMMANDS).toEqual(Object.keys(EXIT_CODES));
  });

  const once = COMMANDS.filter((line) => line !== 'k8sec' && !line.startsWith('k8sec record'));
  test.each(once)('%s', async (line) => {
    const [shell = '', ...args] = shellOf(line);
    const env = {
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: folder,
      KUBECONFIG: join(folder, 'kubeconfig'),
    };
    const { code, out, err } = await new Promise<{ code: number; out: string; err: string }>((done) => {
      const child = execFile(shell, args, { env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
        done({ code: error === null ? 0 : Number(error.code), out: stdout, err: stderr });
      });
      child.stdin?.end();
    });
    expect({ line, code, err }).toMatchObject({ code: EXIT_CODES[line] });
    expect(err).not.toMatch(/unexpected error|unknown flag|^\s+at /m);
    expect([line, out === '']).toEqual([line, /snapshot|import/.test(line)]);
  });

  test.each([
    ['k8sec', '● live', '\u0003'],
    ['k8sec record --journal days/', 'recording', 'SIGTERM'],
  ])('%s runs until it is told to end', async (line, shows, end) => {
    const program = `exec "${process.execPath}" "${join(DIST, 'k8sec.js')}"`;
    const command = `cd "${folder}"; ${line.replace('k8sec', program)}`;
    const terminal = new PtyTerminal(['/bin/sh', '-c', command], 100, 30, {
      HOME: folder,
      KUBECONFIG: join(folder, 'kubeconfig'),
    });
    await terminal.shows(shows);
    if (end === 'SIGTERM') terminal.kill(end);
    else terminal.type(end);
    expect((await terminal.ended()).code).toBe(EXIT_CODES[line]);
  });
});
