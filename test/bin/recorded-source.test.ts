import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareJournal, RecordedSource } from '../../bin/recorded-source.ts';
import type { SessionClock, SessionSource, SourceSink } from '../../src/app/session-source.ts';
import type { Change } from '../../src/model/change.ts';
import { kindOf } from '../../src/model/kind.ts';
import { openJournal, type JournalWriter } from '../../src/sources/journal/journal-writer.ts';
import { readJournal } from '../../src/sources/journal/read-journal.ts';
import { changeSink } from '../../src/sources/live-changes.ts';
import { createSlimmer } from '../../src/sources/slim/slimmer.ts';
import { pod } from '../objects.ts';
import { run } from './fake-world.ts';

const START = Date.parse('2026-11-01T00:00:00Z');
const MARK = 'mk7Qd0Zt4Rw9Xy2Lb6';
const MARK_BASE64 = Buffer.from(MARK).toString('base64');

let folder: string;
let now: number;
let timers: (() => void)[];
let inner: SourceSink;
let notes: string[];
let passed: Change[];

const clock: SessionClock = {
  now: () => now,
  spent: () => 0,
  after: (_, later) => {
    timers.push(later);
    return () => void (timers = timers.filter((one) => one !== later));
  },
  soon: () => {},
};

const source: SessionSource = {
  hasAuditLog: false,
  start: (sink) => void (inner = sink),
  refresh: () => {},
  fetchYaml: async () => '',
  dryRun: async () => '',
  stop: async () => {},
};

const sink: SourceSink = {
  apply: (changes) => void passed.push(...changes),
  fail: () => {},
  note: (text) => void notes.push(text),
};

const LISTED: Change = {
  type: 'coverage',
  coverage: { kind: 'Pod', apiVersion: 'v1', status: 'live', namespaces: 'all', reason: '', since: START },
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8sec-recorded-'));
  now = START;
  timers = [];
  notes = [];
  passed = [];
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function started(open: () => JournalWriter = () => openJournal(folder, now)): RecordedSource {
  const recorded = new RecordedSource(source, open, clock);
  recorded.start(sink);
  return recorded;
}

function pass(seconds: number): void {
  now += seconds * 1000;
  for (const timer of timers.splice(0)) timer();
}

async function written(): Promise<string> {
  const [name = ''] = await readdir(folder);
  return readFile(join(folder, name), 'utf8');
}

describe('a session with --journal', () => {
  it('records what it sees, within a second', async () => {
    const recorded = started();
    const changes: readonly Change[] = [{ type: 'upsert', object: pod('db', {}) }, LISTED];
    inner.apply(changes);
    pass(1);
    const part = await readJournal([await written()], 'journal');
    expect(part.listings.map(({ time, objects }) => [time, objects.map((one) => one.name)])).toEqual([[START, ['db']]]);
    expect(passed).toEqual(changes);
    await recorded.stop();
    expect(timers).toEqual([]);
  });

  it.each(['refresh', 'fail'] as const)('does not claim to watch from a %s on', async (event) => {
    const recorded = started();
    inner.apply([LISTED]);
    pass(10);
    if (event === 'refresh') recorded.refresh();
    else inner.fail('no connection');
    pass(10);
    await recorded.stop();
    const { windows } = await readJournal([await written()], 'journal');
    expect(windows).toEqual([{ kind: 'Pod', namespaces: 'all', from: START, to: START + 8_000 }]);
  });

  it('says once that the folder cannot be written, and goes on', async () => {
    const recorded = started(() => {
      throw new Error('no space left on device');
    });
    inner.apply([LISTED]);
    pass(1);
    await recorded.stop();
    expect(notes).toEqual(['--journal: nothing is recorded from now on: no space left on device']);
    expect(passed).toEqual([LISTED]);
  });

  it('goes on where the disk fills up later', async () => {
    const flush = (): void => {
      throw new Error('no space left on device');
    };
    const recorded = started(() => ({ ...openJournal(folder, now), flush }));
    pass(1);
    pass(1);
    inner.apply([LISTED]);
    await recorded.stop();
    expect(notes).toHaveLength(1);
    expect(passed).toEqual([LISTED]);
  });

  it('refuses a folder that is a file before anything starts', async () => {
    const path = join(folder, 'file');
    await writeFile(path, '');
    expect(() => prepareJournal(path)).toThrow(`--journal ${path}: nothing can be recorded there`);
  });

  it.each([
    ['a report', ['--report', '--demo', '--journal', 'x']],
    ['a question', ['who-can', 'get', 'secrets', '--demo', '--journal', 'x']],
  ])('is refused by %s, which would record nothing', async (_, argv) => {
    const { code, err } = await run(argv);
    expect([code, err.split('\n')[0]]).toEqual([
      1,
      'k8sec: --journal is for the session and record, which write it, and as-of, which reads it',
    ]);
  });

  it('holds no value of a Secret, wherever an object of the cluster holds one', async () => {
    const recorded = started();
    const live = changeSink(createSlimmer(), (changes) => inner.apply(changes));
    const annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"k":"${MARK_BASE64}"}}`,
      a: MARK,
    };
    const metadata = {
      name: 'db',
      namespace: 'shop',
      uid: 'u',
      annotations,
      managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:data': { 'v:': MARK } } }],
    };
    const container = {
      name: 'main',
      image: 'x',
      env: [{ name: 'DB_PASSWORD', value: MARK }],
      command: ['sh', '-c', `echo ${MARK}`],
      args: [`--password=${MARK}`],
      livenessProbe: { httpGet: { port: 80, httpHeaders: [{ name: 'Authorization', value: MARK }] } },
      lifecycle: { postStart: { exec: { command: [MARK] } } },
    };
    const volumes = [{ name: 'v', csi: { driver: 'd', volumeAttributes: { password: MARK } } }];
    const spec = { containers: [container], initContainers: [container], volumes };
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'db' };
    const objects = [
      ['v1', 'Secret', { data: { k: MARK_BASE64 }, stringData: { k: MARK } }],
      ['v1', 'ConfigMap', { data: { k: MARK } }],
      ['v1', 'Pod', { spec, status: { message: MARK } }],
      ['apps/v1', 'Deployment', { spec: { template: { metadata: { annotations }, spec } } }],
      ['rbac.authorization.k8s.io/v1', 'Role', { rules }],
      ['rbac.authorization.k8s.io/v1', 'RoleBinding', { roleRef, subjects: [] }],
    ] as const;
    for (const [apiVersion, kind, rest] of objects) {
      const of = kindOf(apiVersion, kind);
      if (of === undefined) throw new Error(kind);
      live.upsert(of, { apiVersion, kind, metadata, ...rest });
    }
    await recorded.stop();
    const text = await written();
    expect(text.match(/"up"/g)).toHaveLength(3);
    expect(text).not.toContain(MARK);
    expect(text).not.toContain(MARK_BASE64);
    expect(text).not.toContain('last-applied');
  });
});
