import { afterEach, describe, expect, test } from 'vitest';
import type { SessionSnapshot } from '../../src/app/session-model.ts';
import { startSession, type SessionOptions } from '../../views/session.tsx';
import { FakeMachine, FakeModel, row, snapshotOf } from '../app/fake-model.ts';
import { TestTerminal } from './test-terminal.ts';

const ROWS = [
  row('data', 'postgres', 'critical'),
  row('shop', 'cart', 'high'),
  row('shop', 'cache', 'medium'),
  row('edge', 'gateway', 'unknown'),
  row('kube-system', 'node-agent', null),
  ...Array.from({ length: 40 }, (_, at) => row('batch', `job-${String(at).padStart(2, '0')}`, 'low')),
];

interface Session {
  readonly terminal: TestTerminal;
  readonly model: FakeModel;
  readonly machine: FakeMachine;
  readonly ended: Promise<number>;
}

const running: Session[] = [];

function open(
  columns: number,
  rows: number,
  options: Partial<SessionOptions> = {},
  snapshot?: SessionSnapshot,
): Session {
  const terminal = new TestTerminal(columns, rows);
  const model = new FakeModel(snapshot ?? snapshotOf(ROWS));
  const machine = new FakeMachine();
  const { stdin, stdout } = terminal;
  const ended = startSession({ model, machine, stdin, stdout, stderr: stdout, ...options });
  const session = { terminal, model, machine, ended };
  running.push(session);
  return session;
}

afterEach(async () => {
  for (const { terminal, ended } of running.splice(0)) {
    terminal.type('\u0003');
    await ended;
  }
});

/** The line whose cursor sign is at its start. */
function cursorLine(terminal: TestTerminal): string {
  return terminal.lines().find((one) => one.startsWith('▸')) ?? '';
}

describe('screens', () => {
  test.each([
    [80, 24],
    [120, 30],
    [200, 50],
    [40, 10],
  ])('at %i×%i every place fits and looks as it should', async (columns, rows) => {
    const { terminal } = open(columns, rows);
    await terminal.shows('prod-eu');
    expect(terminal.text()).toMatchSnapshot('overview');
    terminal.type('1');
    await terminal.until((screen) => screen.includes('1/45'), 'the network pane');
    expect(terminal.text()).toMatchSnapshot('network');
    terminal.type('\r');
    await terminal.until((screen) => screen.includes('Deployment data/postgres'), 'the detail');
    expect(terminal.text()).toMatchSnapshot('detail');
    terminal.type('f');
    await terminal.shows('apiVersion');
    expect(terminal.text()).toMatchSnapshot('remedy');
    terminal.type('?');
    await terminal.shows('keys that work here');
    expect(terminal.text()).toMatchSnapshot('help');
    for (const one of terminal.lines()) expect(one.length).toBeLessThanOrEqual(columns);
  });

  test('the first frame stands before anything was read', async () => {
    const connection = { status: 'connecting', done: 0, total: 0, since: 0, reason: '' } as const;
    const { terminal } = open(80, 24, {}, snapshotOf([], { connection, panes: [] }));
    await terminal.shows('connecting');
    expect(terminal.lines()[0]).toContain('k8sec');
  });

  test('after any resizes the screen is the one that a new session of that size shows', async () => {
    const { terminal } = open(80, 24, { startPane: 'network' });
    await terminal.shows('1/45');
    for (const [columns, rows] of [
      [200, 50],
      [40, 10],
      [120, 30],
      [60, 24],
      [200, 12],
      [80, 24],
    ] as const) {
      const fresh = open(columns, rows, { startPane: 'network' });
      await fresh.terminal.shows('1/45');
      terminal.resize(columns, rows);
      const wanted = fresh.terminal.text();
      await terminal.until(
        (screen) => screen === wanted,
        `what a new session shows at ${columns}×${rows}:\n${wanted}\n`,
      );
      expect(terminal.lines()).toHaveLength(rows);
    }
  });

  test('hostile and wide names break no line, and nothing of them reaches the terminal raw', async () => {
    const names = [
      'a\nb\nc',
      '\u001b[31mred\u001b]0;title\u0007',
      '\u202edrowssap',
      '日本語のとても長い名前'.repeat(8),
      '👨‍👩‍👧 family',
      '\r\b\u0000x',
    ];
    const hostile = names.map((name, at) => {
      const made = row('shop', name, 'high', { key: `k${at}` });
      return { ...made, cells: { ...made.cells, WORKLOAD: { text: name, tone: 'plain' as const } } };
    });
    const { terminal } = open(80, 24, { startPane: 'network' }, snapshotOf(hostile));
    await terminal.shows('1/6');
    const rows = terminal.lines().filter((one) => one.includes('high '));
    expect(rows).toHaveLength(names.length);
    const raw = ['\u001b[31mred', '\u001b]0;', '\u0007', '\u202e', '\b', '\u0000'];
    expect(raw.filter((one) => terminal.written.includes(one))).toEqual([]);
    terminal.type('\r');
    await terminal.shows('why');
    expect(terminal.lines()[0]).toContain('k8sec');
  });
});

describe('keys', () => {
  test('several keys in one read are several keys', async () => {
    const { terminal } = open(80, 24, { startPane: 'network' });
    await terminal.shows('1/45');
    terminal.type('jjj');
    await terminal.shows('4/45');
    expect(cursorLine(terminal)).toContain('job-00');
    terminal.type('\u001b[A');
    await terminal.shows('3/45');
    terminal.type('G');
    await terminal.shows('45/45');
  });

  test('a filter, the command line, saving and copying', async () => {
    const { terminal, machine, model } = open(120, 30, { startPane: 'network' });
    await terminal.shows('1/45');
    terminal.type('/cart\r');
    await terminal.shows('matching cart');
    terminal.type('c');
    await terminal.shows('copied cart through a test');
    terminal.type('\u0013');
    await terminal.shows('saved /tmp/k8sec-network.csv');
    terminal.type(':who-can get secrets\r');
    await terminal.shows('answer to who-can get secrets');
    expect(machine.done[0]).toBe('copy cart');
    expect(model.asked).toContain('ask who-can get secrets');
  });

  test('an unsuccessful dry run says why', async () => {
    const { terminal } = open(120, 30, { startPane: 'network' });
    await terminal.shows('1/45');
    terminal.type('f');
    await terminal.shows('apiVersion');
    terminal.type('v');
    await terminal.shows('v sends it');
    terminal.type('v');
    await terminal.shows('only a real server validates');
    expect(terminal.lines()[6]).toContain('validate');
  });

  test('rows change around the cursor, which keeps its row and its line', async () => {
    const { terminal, model } = open(80, 24, { startPane: 'network' });
    await terminal.shows('1/45');
    terminal.type('jjjjjjjjjjjjjjjjjjjj');
    await terminal.shows('21/45');
    const before = terminal.lines().findIndex((one) => one.startsWith('▸'));
    const name = cursorLine(terminal);
    model.publish(snapshotOf([...ROWS, row('a', 'new-one', 'critical')], { revision: 2 }));
    await terminal.shows('↑ 1 new');
    expect(cursorLine(terminal)).toBe(name);
    expect(terminal.lines().findIndex((one) => one.startsWith('▸'))).toBe(before);
  });
});

describe('looks', () => {
  test('without colours nothing is coloured, and the cursor and the severities are still told', async () => {
    const { terminal } = open(120, 30, { theme: 'mono', startPane: 'network' });
    await terminal.shows('1/45');
    expect(terminal.written).not.toMatch(/\u001b\[(?:[0-9;]*;)?(?:3[0-7]|4[0-7]|9[0-7]|10[0-7]|38|48)(?:;[0-9;]*)?m/);
    expect(cursorLine(terminal)).toContain('critical');
  });

  test('in ASCII mode every character is ASCII', async () => {
    const { terminal } = open(120, 30, { ascii: true });
    await terminal.shows('prod-eu');
    for (const keys of ['1', '\r', 'f']) {
      terminal.type(keys);
      await terminal.shows(keys === '1' ? '1/45' : keys === 'f' ? 'apiVersion' : 'why');
      expect(terminal.text()).toMatch(/^[\x0a\x20-\x7e]*$/);
    }
  });

  test('a theme can be changed while the session runs', async () => {
    const { terminal } = open(120, 30);
    await terminal.shows('prod-eu');
    terminal.type(':theme colour-blind\r');
    await terminal.shows('theme colour-blind');
    expect(terminal.written).toContain('\u001b[7m');
  });

  test('for a screen reader there are sentences, and no other screen', async () => {
    const { terminal } = open(120, 30, { screenReader: true, startPane: 'network' });
    await terminal.shows('row 1 of 45');
    expect(terminal.usesAlternateScreen).toBe(false);
    expect(terminal.text()).toContain('workload Deployment postgres');
    terminal.type('j');
    await terminal.shows('row 2 of 45');
    terminal.type('\r');
    await terminal.until((screen) => /Deployment shop\/cart {2}high/.test(screen), 'the detail, its severity apart');
  });
});

describe('the end', () => {
  test('quitting leaves the alternate screen, shows the cursor, and ends the model', async () => {
    const { terminal, model, ended } = open(80, 24);
    await terminal.shows('prod-eu');
    expect(terminal.usesAlternateScreen).toBe(true);
    terminal.type(':q\r');
    expect(await ended).toBe(0);
    expect(terminal.usesAlternateScreen).toBe(false);
    expect(
      terminal.written.endsWith('\u001b[?25h') ||
        terminal.written.lastIndexOf('\u001b[?25h') > terminal.written.lastIndexOf('\u001b[?25l'),
    ).toBe(true);
    expect(model.asked).toContain('stop');
  });

  test('a defect restores the terminal, is told in a line, and is exit code 1', async () => {
    const { terminal, model, ended } = open(80, 24, { startPane: 'network' });
    await terminal.shows('1/45');
    const broken = { ...snapshotOf(ROWS, { revision: 2 }), coverage: null } as unknown as SessionSnapshot;
    model.publish(broken);
    expect(await ended).toBe(1);
    expect(terminal.usesAlternateScreen).toBe(false);
    await terminal.shows('the session stopped:');
  });
});
