import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDemoServer, type DemoServer } from '../../src/sources/demo/api-server.ts';
import type { KubeObject } from '../../src/sources/demo/kube-object.ts';
import { auditLine } from './audit-line.ts';
import { findProgram } from './find-program.ts';
import { FORBIDDEN, HOSTILE } from './hostile.ts';
import { PtyTerminal } from './pty-terminal.ts';
import { tmuxCommand } from './tmux.ts';

const PROGRAM = resolve('dist/k8sec.js');

/** A step to a view: keys, and what then stands on the screen. */
type Step = readonly [keys: string, shows: RegExp];

const ROWS = /\d+\/\d+ *$/m;
/** The first row is the cluster itself, for nothing there enforces policies; the second is a workload. */
const NETWORK: Step = ['1gj', ROWS];
const REMEDY: readonly Step[] = [NETWORK, ['f', /apiVersion:/]];

/** An arrow between boxes. */
const BOXES = /[─-][▸>][│|]/;

/** Every way of looking at something, from the overview on. */
const VIEWS: Readonly<Record<string, readonly Step[]>> = {
  overview: [],
  network: [NETWORK],
  rbac: [['2', ROWS]],
  labels: [['3', ROWS]],
  audit: [['4', ROWS]],
  secrets: [['5', ROWS]],
  vigilance: [['6', ROWS]],
  // What is offered before it is known what can be had is more.
  detail: [NETWORK, ['\r', /remedy +f deny everything *$/m]],
  remedy: REMEDY,
  diff: [...REMEDY, ['\t', /\[diff\]/]],
  'what changes': [...REMEDY, ['\t\t', /\[what changes\]/]],
  yaml: [NETWORK, ['y', /apiVersion:/]],
  describe: [NETWORK, ['d', /what k8sec read of it/]],
  reach: [NETWORK, ['t', /may be reached from/]],
  'graph of reach': [NETWORK, [':graph\r', BOXES]],
  related: [NETWORK, ['u', /  related, live *$/m]],
  paths: [
    ['2', ROWS],
    ['t', /escalation paths/],
  ],
  'graph of paths': [
    ['2', ROWS],
    ['t', /leads to no /],
    ['t', /[┌+][─-]{9}/],
  ],
  answer: [[':who-can get secrets\r', /who-can get secrets/]],
  question: [[':who-can read-secrets\r', /read Secrets/]],
  waiver: [NETWORK, [':waive\r', /waivers:/]],
  namespaces: [[':ns\r', /namespaces *$/m]],
  contexts: [[':ctx\r', /contexts *\n+(?! *Reading)./]],
  help: [['?', /keys that work here/]],
  command: [[':who', /:who/]],
  // What stays as it was set comes last.
  wide: [
    ['5', ROWS],
    ['\u0017', /ROTATED BY/],
  ],
  columns: [NETWORK, [':columns workload exposed\r', /2 of 9 columns/]],
  grouped: [NETWORK, [':group owner\r', /grouped by owner/]],
  'no row': [NETWORK, ['/zzz\r', /zzz/]],
};

/** What comes before `overview` where a command line is not opened by `:` alone. */
const LEAVE: Readonly<Record<string, string>> = { help: '?:', command: '\u0015' };

/** The size in which views are opened: each of the others is then drawn anew. */
const FIRST_SIZE = [100, 28] as const;

const SIZES = [
  [120, 30],
  [200, 50],
  [40, 10],
  [80, 24],
] as const;

/** How a session is started. */
interface Mode {
  readonly flags: string;
  readonly env: Readonly<Record<string, string>>;
}

const MODES: Readonly<Record<string, Mode>> = {
  colour: { flags: '', env: { TERM: 'xterm-256color', COLORTERM: 'truecolor' } },
  NO_COLOR: { flags: '', env: { TERM: 'screen-256color', NO_COLOR: '1' } },
  ascii: { flags: '--ascii', env: { TERM: 'tmux-256color', FORCE_COLOR: '1' } },
};

const tmux = findProgram('tmux');
if (tmux === undefined) console.warn('skipped: every view inside tmux, for there is no tmux on the PATH');

let server: DemoServer;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'k8sec-matrix-'));
  writeFileSync(join(folder, 'audit.log'), `${auditLines().join('\n')}\n`);
  server = await startDemoServer({ bookmarkEveryMs: 200 });
  server.store.load(hostileObjects());
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a terminal that cannot hold a session', () => {
  test.each([
    ['TERM=dumb', { TERM: 'dumb' }],
    ['CI', { CI: 'true' }],
  ])('gets a report: %s', async (_name, env) => {
    const command = [process.execPath, PROGRAM, '--server', server.url, '--rule', 'rbac/cluster-admin'];
    const terminal = new PtyTerminal(command, 80, 24, { KUBECONFIG: '', ...env });
    expect((await terminal.ended()).code).toBe(0);
    await terminal.until((screen) => screen.includes('exit code 0'), 'the last line of a report');
    expect(terminal.bytes).toContain('writing a report (--session insists)');
    expect(terminal.bytes).not.toContain('\u001b[?1049h');
  });
});

describe.concurrent.each(Object.entries(MODES))('%s', (mode, { flags, env }) => {
  test('every view at every size is whole, and looks the same after other sizes', { timeout: 90_000 }, async () => {
    const [columns, rows] = FIRST_SIZE;
    const terminal = new PtyTerminal(['/bin/sh', '-c', session(flags)], columns, rows, { KUBECONFIG: '', ...env });
    try {
      await everythingRead(terminal);
      for (const [view, steps] of Object.entries(VIEWS)) {
        await go(terminal, view, steps);
        const seen = new Map<string, string>();
        for (const [width, height] of [...SIZES, ...SIZES]) {
          terminal.resize(width, height);
          const wanted = seen.get(`${width}×${height}`);
          await terminal.until(
            (screen) => (wanted === undefined ? isWhole(screen, width, height) : screen === wanted),
            `${view} at ${width}×${height}${wanted === undefined ? '' : `, as before:\n${wanted}\n`}`,
          );
          expect([view, width, terminal.brokenLines()]).toEqual([view, width, []]);
          seen.set(`${width}×${height}`, terminal.text());
          const foreign = mode === 'ascii' ? foreignSigns(terminal.text()) : [];
          expect([view, foreign]).toEqual([view, []]);
        }
        terminal.resize(columns, rows);
        await terminal.until((screen) => isWhole(screen, columns, rows), `${view} at its first size`);
        terminal.type(`${LEAVE[view] ?? ':'}overview\r`);
        await terminal.shows('standing risk');
      }
      expect(FORBIDDEN.filter((one) => terminal.bytes.includes(one))).toEqual([]);
      expect([mode, hasColours(terminal.bytes)]).toEqual([mode, mode !== 'NO_COLOR']);
    } finally {
      terminal.type('\u0003');
      terminal.kill('SIGTERM');
      await terminal.ended();
    }
  });
});

describe.concurrent('inside tmux', () => {
  test.skipIf(tmux === undefined)('every view at every size is what it is without', { timeout: 180_000 }, async () => {
    const [columns, rows] = FIRST_SIZE;
    const env = { KUBECONFIG: '', TERM: 'xterm-256color' };
    const direct = new PtyTerminal(['/bin/sh', '-c', session('')], columns, rows, env);
    const inside = new PtyTerminal(tmuxCommand(tmux ?? '', folder, session('')), columns, rows, env);
    const both = [direct, inside];
    try {
      await Promise.all(both.map(everythingRead));
      for (const [view, steps] of Object.entries(VIEWS)) {
        for (const terminal of both) await go(terminal, view, steps);
        for (const [width, height] of SIZES) {
          for (const terminal of both) terminal.resize(width, height);
          await direct.until((screen) => isWhole(screen, width, height), `${view} at ${width}×${height}`);
          // tmux sends a frame in pieces: what counts is that in the end all of it is there.
          await inside.until(
            (screen) => withoutTimes(screen) === withoutTimes(direct.text()),
            `${view} at ${width}×${height} as it is without tmux:\n${direct.text()}\n`,
          );
        }
        for (const terminal of both) {
          terminal.resize(columns, rows);
          await terminal.until((screen) => isWhole(screen, columns, rows), `${view} at its first size`);
          terminal.type(`${LEAVE[view] ?? ':'}overview\r`);
          await terminal.shows('standing risk');
        }
      }
      expect(FORBIDDEN.filter((one) => inside.bytes.includes(one))).toEqual([]);
      expect(hasColours(inside.bytes)).toBe(true);
    } finally {
      for (const terminal of both) terminal.type('\u0003');
      await Promise.all(both.map((terminal) => terminal.ended()));
    }
  });
});

/** The command line of a session on the cluster of this file. */
function session(flags: string): string {
  const audit = `--audit-log ${join(folder, 'audit.log')} --since-time 2026-01-01`;
  return `cd ${folder} && exec ${process.execPath} ${PROGRAM} --session --server ${server.url} ${audit} ${flags}`;
}

async function everythingRead(terminal: PtyTerminal): Promise<void> {
  await terminal.until(
    (screen) => /6 vigilance \d/.test(screen) && /live  \d+ objects/.test(screen),
    'everything read',
  );
}

/** From the overview to a view. */
async function go(terminal: PtyTerminal, view: string, steps: readonly Step[]): Promise<void> {
  for (const [keys, shows] of steps) {
    terminal.type(keys);
    await terminal.until((screen) => shows.test(screen), `${view}: ${shows}`);
  }
}

/** Two sessions do not start in the same minute always. */
function withoutTimes(screen: string): string {
  return screen.replaceAll(/\b\d\d:\d\d\b/g, 'hh:mm');
}

/** Whether a frame fills the screen: the connection stands at the end of its first line, the keys in its last. */
function isWhole(screen: string, columns: number, rows: number): boolean {
  const lines = screen.split('\n');
  const [first = '', last = ''] = [lines[0], lines.at(-1)];
  return (
    lines.length === rows &&
    !first.includes('judging') &&
    first.startsWith(' k8sec ') &&
    first.length === columns - 1 &&
    last.trim() !== ''
  );
}

/** Signs beyond ASCII that stand in none of the names. */
function foreignSigns(screen: string): readonly string[] {
  const own = new Set(Object.values(HOSTILE).join(''));
  return [...new Set(screen)].filter((sign) => sign > '~' && !own.has(sign));
}

function hasColours(bytes: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return /\u001b\[(?:\d+;)*(?:3[0-7]|4[0-7]|9[0-7])m/.test(bytes);
}

const CREATED = { creationTimestamp: '2026-01-01T00:00:00Z' };

/** A few objects of every pane whose names, labels and values hold what a terminal must not get. */
function hostileObjects(): readonly KubeObject[] {
  const shop: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', ...CREATED } };
  return [shop, ...Object.entries(HOSTILE).flatMap(([what, text], at) => objectsNamed(`${what}-${at}${text}`, text))];
}

function objectsNamed(name: string, text: string): readonly KubeObject[] {
  const metadata = { name, namespace: 'shop', labels: { app: text, team: text }, ...CREATED };
  const containers = [{ name: 'main', image: `registry.test/${text}:1`, env: [{ name: 'TEXT', value: text }] }];
  const rbac = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers }, status: { phase: 'Running', podIP: '10.0.0.9' } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: { matchLabels: { app: text } },
        template: { metadata: { labels: metadata.labels }, spec: { containers } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: `${text}x` }, ports: [{ name: text, port: 80 }] },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: { ...metadata, annotations: { note: text } }, type: text },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name, ...CREATED },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [
        { apiGroup: rbac, kind: 'User', name: text },
        { kind: 'ServiceAccount', namespace: 'shop', name },
      ],
    },
  ];
}

function auditLines(): readonly string[] {
  return Object.values(HOSTILE).map((username, at) => auditLine({ username, at }));
}
