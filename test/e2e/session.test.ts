import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PtyTerminal } from './pty-terminal.ts';

const PROGRAM = resolve('dist/k8sec.js');
const QUIT = '\u0003';

let folder = '';
const running: PtyTerminal[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8sec-e2e-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
  for (const terminal of running.splice(0)) {
    terminal.type(QUIT);
    await terminal.ended();
  }
});

/** The session on the demo cluster, in a shell that has a folder of its own. */
function demo(columns: number, rows: number, env: Readonly<Record<string, string>> = {}, flags = ''): PtyTerminal {
  const command = `cd ${folder} && exec ${process.execPath} ${PROGRAM} --demo --session ${flags}`;
  const terminal = new PtyTerminal(['/bin/sh', '-c', command], columns, rows, env);
  running.push(terminal);
  return terminal;
}

describe('the session on the demo cluster', () => {
  test('the first frame fills the screen from its top, before the cluster was read', async () => {
    const terminal = demo(80, 24);
    // The terminal may be looked at in the middle of a frame: it is whole when its first line has arrived at the top.
    await terminal.until((screen) => screen.startsWith(' k8sec '), 'the header in the first line');
    expect(terminal.text()).not.toContain('line of the shell');
    await terminal.shows('live');
    expect(terminal.lines()[0]).toContain('DEMO');
  });

  test('takes keys from the terminal itself where a log comes from standard input, and hands it on', async () => {
    const program = `${process.execPath} ${PROGRAM} --demo --session --audit-log -`;
    const command = `echo hello | PAGER="sh -c 'test -t 0 && head -1 \\"\\$0\\"'" ${program}`;
    const terminal = new PtyTerminal(['/bin/sh', '-c', command], 120, 30);
    running.push(terminal);
    await terminal.shows('live');
    terminal.type('1');
    await terminal.until((screen) => /1\/\d+/.test(screen), 'an answer to a key');
    terminal.type(':pager\r');
    await terminal.until(() => terminal.bytes.includes('SEVERITY,NAMESPACE'), 'the pager');
    await terminal.until((screen) => terminal.usesAlternateScreen && screen.includes('live'), 'the session again');
    expect(terminal.lines()[0]).toContain('DEMO');
  });

  test('says what it needs where there is no terminal to read keys from', async () => {
    const command = `exec setsid --wait ${process.execPath} ${PROGRAM} --demo --session < /dev/null`;
    const terminal = new PtyTerminal(['/bin/sh', '-c', command], 120, 30);
    expect((await terminal.ended()).code).toBe(1);
    expect(terminal.bytes).toContain('a session reads keys from a terminal, and there is none here');
    expect(terminal.usesAlternateScreen).toBe(false);
  });

  test('is stopped by :suspend as a job of the shell, and comes back with fg', async () => {
    const terminal = new PtyTerminal(['/bin/bash', '--noprofile', '--norc', '-i'], 120, 30, { PS1: 'ready> ' });
    try {
      await terminal.until((screen) => screen.trim().endsWith('ready>'), 'the prompt');
      terminal.type(`${process.execPath} ${PROGRAM} --demo --session\r`);
      await terminal.until((screen) => /live {2}[\d,]+ objects/.test(screen), 'the session');
      terminal.type(':suspend\r');
      await terminal.until((screen) => screen.includes('Stopped') && screen.trim().endsWith('ready>'), 'a stopped job');
      expect(terminal.usesAlternateScreen).toBe(false);
      terminal.type('fg\r');
      await terminal.until((screen) => terminal.usesAlternateScreen && screen.includes('live'), 'the session again');
      terminal.type('1');
      await terminal.until((screen) => /1\/\d+/.test(screen), 'an answer to a key');
      terminal.type(QUIT);
      await terminal.until((screen) => screen.trim().endsWith('ready>'), 'the prompt after the session');
    } finally {
      terminal.kill('SIGKILL');
      await terminal.ended();
    }
  });

  test('answers questions of the past and of benchmarks, and says what is wrong with one', async () => {
    const terminal = demo(120, 30);
    await terminal.until((screen) => /live {2}[\d,]+ objects/.test(screen), 'the session');
    terminal.type(':who-can gte secrets -n shop\r');
    await terminal.shows('did you mean get?');
    await terminal.shows('allow gte secrets in shop');
    terminal.type(':as-of yesterday\r');
    await terminal.shows('invalid time "yesterday": write it as 2026-11-23');
    terminal.type('\u001b');
    await terminal.until((screen) => !screen.includes('invalid time'), 'the overview');
    terminal.type(':compliance\r');
    await terminal.until((screen) => /CIS.*\d+ fail/is.test(screen), 'the items of a benchmark');
    expect(terminal.text()).toContain('esc back');
  });

  test('find the worst, read why, save the fix', async () => {
    const terminal = demo(120, 30);
    await terminal.shows('live');
    terminal.type('6');
    await terminal.until((screen) => /1\/\d+/.test(screen), 'the rows of the vigilance pane');
    terminal.type('/buildkit\r');
    await terminal.shows('matching buildkit');
    terminal.type('\r');
    await terminal.shows('why');
    terminal.type('f');
    await terminal.shows('apiVersion:');
    expect(terminal.text()).toMatch(/proven/);
    terminal.type('\u0013');
    await terminal.shows('saved ');
    const files = await readdir(folder);
    const [saved = ''] = files.filter((name) => name.endsWith('.yaml'));
    expect(await readFile(join(folder, saved), 'utf8')).toContain('apiVersion:');
    terminal.type(':waive\r');
    await terminal.until((screen) => screen.includes('nothing to waive') || screen.includes('waivers:'), 'a waiver');
  });

  test('what changed since a baseline is a row of the vigilance pane', async () => {
    const baseline = join(folder, 'baseline.json');
    await writeFile(
      baseline,
      JSON.stringify({ schemaVersion: '1', generatedAt: '2026-11-20T00:00:00Z', findings: [] }),
    );
    const terminal = demo(120, 30, {}, `--baseline ${baseline}`);
    await terminal.shows('live');
    terminal.type('6/Baseline of\r');
    await terminal.until((screen) => /[1-9]\d* new, 0 resolved, 0 unchang/.test(screen), 'the drift');
    terminal.type(':drift\r');
    await terminal.shows('drift since 2026-11-20');
    await terminal.shows('+ critical');
    expect(terminal.text()).not.toContain('RESOLVED');
  });

  test('what files do not hold for k8sec is said after the session, and never into its screen', async () => {
    const file = join(folder, 'beside.yaml');
    const own = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n';
    await writeFile(file, `${own}---\napiVersion: example.com/v1\nkind: Thing\nmetadata: {name: one}\n`);
    const terminal = new PtyTerminal([process.execPath, PROGRAM, '--session', '--from', file], 100, 24);
    await terminal.shows('files');
    terminal.type('6');
    await terminal.shows('Namespace shop');
    expect(terminal.lines()[0]).toMatch(/^ k8sec /);
    expect(terminal.bytes).not.toContain('skipped');
    terminal.type(QUIT);
    await terminal.ended();
    expect(terminal.text()).toContain('skipped 1 of example.com/v1/Thing: k8sec does not judge that kind');
  });

  test('resizes leave whole screens', async () => {
    const terminal = demo(80, 24);
    await terminal.shows('live');
    terminal.type('3');
    await terminal.until((screen) => /1\/\d+/.test(screen), 'the labels pane');
    for (const [columns, rows] of [
      [200, 50],
      [40, 10],
      [120, 30],
    ] as const) {
      terminal.resize(columns, rows);
      await terminal.until((screen) => {
        const lines = screen.split('\n');
        return (
          lines.length === rows && lines[0]?.startsWith(' k8sec ') === true && lines.at(-1)?.includes('? help') === true
        );
      }, `a whole screen of ${columns}×${rows}`);
      expect(terminal.text()).not.toContain('line of the shell');
    }
  });

  test('without colours no colour is written', async () => {
    const terminal = demo(80, 24, { NO_COLOR: '1' });
    await terminal.shows('live');
    expect(terminal.bytes).not.toMatch(/\u001b\[(?:\d+;)*(?:3[0-7]|4[0-7]|9[0-7])m/);
  });
});

describe('however it ends, the terminal is as it was', () => {
  test.each([
    ['ctrl-c', (terminal: PtyTerminal) => terminal.type(QUIT), 0, 0],
    [':q', (terminal: PtyTerminal) => terminal.type(':q\r'), 0, 0],
    ['SIGTERM', (terminal: PtyTerminal) => terminal.kill('SIGTERM'), 0, 15],
    ['SIGHUP', (terminal: PtyTerminal) => terminal.kill('SIGHUP'), 0, 1],
  ])('%s', async (_name, end, code, signal) => {
    const terminal = demo(80, 24);
    await terminal.shows('live');
    end(terminal);
    const result = await terminal.ended();
    running.splice(0);
    expect({ ...result, signal: result.signal ?? 0 }).toEqual({ code, signal });
    await terminal.shows('$ third line of the shell');
    expect(terminal.usesAlternateScreen).toBe(false);
    expect(terminal.bytes.lastIndexOf('\u001b[?25h')).toBeGreaterThan(terminal.bytes.lastIndexOf('\u001b[?25l'));
  });
});
