import { createHash } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { AuditNotes } from '../../../src/model/change.ts';
import { readAuditLog } from '../../../src/sources/audit/read-audit-log.ts';
import { openHistory } from '../../../src/sources/history/history-database.ts';
import { HistoryReader, type EventQuery } from '../../../src/sources/history/history-reader.ts';
import { HistoryWriter } from '../../../src/sources/history/history-writer.ts';
import { importLogs, type ImportedLog } from '../../../src/sources/history/import-logs.ts';
import { snapshotLines } from '../../../src/sources/snapshot/snapshot.ts';
import { apiVersionOf } from '../../../src/model/kind.ts';
import type { Coverage } from '../../../src/model/coverage.ts';
import { PAST_KINDS } from '../../../src/model/observation.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { StoreView } from '../../../src/store/store-view.ts';
import { object } from '../../objects.ts';
import { clusterDay } from '../../analyses/audit/cluster-day.ts';
import { rawEvent, lines } from '../audit/raw-events.ts';
import { run } from '../../bin/fake-world.ts';
import { randomHistory } from './random-history.ts';

let folder = '';
let history = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8sec-history-'));
  history = join(folder, 'history.duckdb');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function log(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function imported(...files: readonly string[]): Promise<readonly ImportedLog[]> {
  const database = await openHistory(history, 'write');
  try {
    return await all(importLogs(files, database));
  } finally {
    database.close();
  }
}

async function asking<T>(ask: (reader: HistoryReader) => Promise<T>): Promise<T> {
  const database = await openHistory(history, 'read');
  try {
    return await ask(new HistoryReader(database));
  } finally {
    database.close();
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

function events(query?: EventQuery): Promise<readonly AuditEvent[]> {
  return asking(async (reader) => (await all(reader.events(query))).flat());
}

async function readPlainly(path: string): Promise<{ events: readonly AuditEvent[]; notes: AuditNotes | undefined }> {
  const found: AuditEvent[] = [];
  const [notes] = await readAuditLog([path], { onEvents: (some) => void found.push(...some) });
  return { events: found, notes };
}

const HOSTILE = [
  rawEvent({
    user: { username: "o'brien\n\u001b[31m", groups: [], extra: { k: ['v', ''] } },
    userAgent: '"; DROP TABLE event',
  }),
  rawEvent({
    objectRef: undefined,
    requestURI: '/healthz',
    responseStatus: undefined,
    annotations: undefined,
    sourceIPs: [],
  }),
  rawEvent({
    impersonatedUser: { username: 'system:admin', groups: ['system:masters'] },
    responseStatus: { code: 403, message: 'no\u0000' },
  }),
  rawEvent({
    stage: 'ResponseStarted',
    user: {},
    objectRef: undefined,
    responseStatus: { code: 401, reason: 'Unauthorized' },
  }),
  rawEvent({
    verb: 'create',
    level: 'Request',
    objectRef: { resource: 'pods', namespace: 'shop', uid: 'u' },
    requestObject: {
      kind: 'Pod',
      metadata: { name: 'x' },
      spec: { containers: [{ name: 'c', securityContext: { privileged: true } }] },
    },
    annotations: { 'failed-open.validating.webhook.admission.k8s.io/round_0_index_0': 'w' },
  }),
];

describe('a history', () => {
  it('gives back the events of a log as reading the log gives them, in its order', async () => {
    const path = await log(
      'audit.log',
      lines(HOSTILE) + clusterDay(Date.parse('2026-01-01T00:00:00Z')).slice(0, 5000).join('\n'),
    );
    await imported(path);
    const plain = await readPlainly(path);
    expect(plain.events.length).toBeGreaterThan(5000);
    expect(await events()).toEqual(plain.events);
    expect(await asking((reader) => reader.sources())).toEqual([
      {
        id: 1,
        position: { bytes: (await readFile(path)).length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        // Its last line has no newline yet.
        isResumable: false,
        isFinished: true,
        hidden: [],
        notes: plain.notes,
      },
    ]);
  });

  it('answers for an actor, an object and a time', async () => {
    const at = (minute: number): string => `2026-11-23T10:0${minute}:00.000000Z`;
    const pod = (name: string): unknown => ({ resource: 'pods', namespace: 'shop', name });
    const made = [
      rawEvent({ auditID: 'a', user: { username: 'ann' }, objectRef: pod('cart'), requestReceivedTimestamp: at(1) }),
      rawEvent({ auditID: 'b', user: { username: 'bob' }, objectRef: pod('cart'), requestReceivedTimestamp: at(2) }),
      rawEvent({
        auditID: 'c',
        user: { username: 'bob' },
        impersonatedUser: { username: 'ann' },
        objectRef: { resource: 'secrets', namespace: 'shop', name: 'pg' },
        requestReceivedTimestamp: at(3),
      }),
    ];
    await imported(await log('audit.log', lines(made)));
    const ids = async (query: EventQuery): Promise<string> => (await events(query)).map((one) => one.auditID).join('');
    expect(await ids({ actor: 'ann' })).toBe('ac');
    expect(await ids({ resource: 'pods', namespace: 'shop', name: 'cart' })).toBe('ab');
    expect(await ids({ namespace: 'other' })).toBe('');
    expect(await ids({ since: Date.parse(at(2)), until: Date.parse(at(3)) })).toBe('b');
  });

  it('takes no event twice, from whatever file it comes, and no two for one', async () => {
    const same = [rawEvent(), rawEvent(), rawEvent()];
    const reused = rawEvent({ auditID: 'mine', verb: 'list', requestReceivedTimestamp: '2026-11-23T10:00:01.000000Z' });
    const again = { ...reused, verb: 'delete', requestReceivedTimestamp: '2026-11-23T10:00:02.000000Z' };
    const first = await log('audit-2026-11-23T10-00-00.000.log', lines([...same, reused]));
    const grown = await log('audit.log', lines([...same.slice(1), reused, again]));
    expect((await imported(first, grown)).map((one) => one.added)).toEqual([4, 1]);
    expect((await imported(first, grown)).map((one) => one.notes)).toEqual([null, null]);
    await writeFile(grown, lines([...same, reused, again, rawEvent({ auditID: 'new' })]));
    expect((await imported(grown)).map((one) => one.added)).toEqual([1]);
    expect((await events()).map((one) => one.verb)).toEqual(['get', 'get', 'get', 'list', 'delete', 'get']);
  });

  it('says what of a log was not read when the import was cut off, and goes on from there', async () => {
    const made = [rawEvent(), rawEvent(), rawEvent()];
    const path = await log('audit.log', lines(made));
    const bytes = lines(made.slice(0, 2)).length;
    const { events: plain, notes } = await readPlainly(await log('beginning.log', lines(made.slice(0, 2))));
    if (notes === undefined) throw new Error('no notes');
    const database = await openHistory(history, 'write');
    const writer = await HistoryWriter.begin(database);
    for (const event of plain) writer.add(event, { observations: [], doubt: null });
    const sha256 = createHash('sha256')
      .update(lines(made.slice(0, 2)))
      .digest('hex');
    await writer.save({ notes, position: { bytes, sha256 }, isResumable: true, hidden: [], isFinished: false });
    // What comes after the last save is lost with the process.
    writer.add({ ...plain[0], auditID: 'lost' } as AuditEvent, { observations: [], doubt: null });
    database.close();
    expect(await events()).toEqual(plain);
    expect((await asking((reader) => reader.sources())).map((one) => one.isFinished)).toEqual([false]);
    const [told] = await imported(path);
    expect({ added: told?.added, lines: told?.notes?.lines }).toEqual({ added: 1, lines: 3 });
    expect(await events()).toEqual((await readPlainly(path)).events);
    expect((await asking((reader) => reader.sources())).map((one) => [one.isFinished, one.notes.lines])).toEqual([
      [true, 3],
    ]);
  });

  it('is made anew where a process was killed before there was one', async () => {
    // What DuckDB has written of its first pages by then opens as no database.
    await writeFile(`${history}.new`, Buffer.alloc(4096));
    await writeFile(`${history}.new.wal`, 'torn');
    const path = await log('audit.log', lines([rawEvent({})]));
    await imported(path);
    expect(await events()).toEqual((await readPlainly(path)).events);
    expect((await readdir(dirname(history))).filter((name) => name.includes('.new'))).toEqual([]);
  });

  it('is whole after an import that was killed at any moment is run again', async () => {
    const day = clusterDay(Date.parse('2026-01-01T00:00:00Z'));
    const path = await log('audit.log', `${day.join('\n')}\n`);
    const { events: plain } = await readPlainly(path);
    const program = join(import.meta.dirname, '../../../dist/k8sec.js');
    const start = (to: string): ChildProcess =>
      spawn(process.execPath, [program, 'audit', 'import', path, '--history', to], { stdio: 'ignore' });
    // The moments are parts of what a whole import takes here: on a fast machine none would be left to kill.
    const begun = performance.now();
    expect(await once(start(`${history}.whole`), 'exit')).toEqual([0, null]);
    const duration = performance.now() - begun;
    let kills = 0;
    for (let part = 1; part <= 5; part += 1) {
      const child = start(history);
      const ended = once(child, 'exit');
      await Promise.race([ended, pause((duration * part) / 6)]);
      if (child.exitCode !== null) break;
      child.kill('SIGKILL');
      await ended;
      kills += 1;
    }
    expect(kills).toBeGreaterThan(0);
    await imported(path);
    expect(await events()).toEqual(plain);
  }, 240_000);

  it('holds no value of a Secret, a variable or a patch of one', async () => {
    const made = [
      rawEvent({
        level: 'RequestResponse',
        verb: 'patch',
        objectRef: { resource: 'secrets', namespace: 'shop', name: 'pg' },
        requestObject: { kind: 'Secret', metadata: { name: 'pg' }, data: { password: 'bWFya2Vy-marker' } },
        responseObject: { kind: 'Secret', metadata: { name: 'pg' }, data: { password: 'bWFya2Vy-marker' } },
        annotations: {
          'patch.webhook.admission.k8s.io/round_0_index_0': '{"patch":[{"op":"add","value":"bWFya2Vy-marker"}]}',
        },
      }),
      rawEvent({
        level: 'RequestResponse',
        verb: 'create',
        objectRef: { resource: 'pods', namespace: 'shop', name: 'x' },
        requestObject: {},
        responseObject: {
          kind: 'Pod',
          metadata: { name: 'x', namespace: 'shop', annotations: { a: 'bWFya2Vy-marker' } },
          spec: {
            containers: [
              { name: 'c', image: 'i', env: [{ name: 'P', value: 'bWFya2Vy-marker' }], args: ['--p=bWFya2Vy-marker'] },
            ],
          },
        },
      }),
    ];
    await imported(await log('audit.log', lines(made)));
    expect((await readFile(history)).includes('bWFya2Vy-marker')).toBe(false);
    expect(JSON.stringify(await events())).not.toContain('marker');
  });
});

describe('k8sec audit import', () => {
  it('names the lines that could not be used', async () => {
    const path = await log(
      'audit.log',
      `${lines([rawEvent()])}{"broken\n${lines([rawEvent()])}not json AUDIT: id="x"\n`,
    );
    const { code, err } = await run(['audit', 'import', path, '--history', history]);
    expect({ code, err: err.replaceAll(path, 'LOG') }).toEqual({
      code: 3,
      err: 'LOG: 2 events added\nLOG: 2 could not be used, and may have held changes: lines 2, 4\n',
    });
    expect((await run(['audit', 'import', path, '--history', history])).err).toBe(`${path}: imported before\n`);
  });

  it('says of a file of other text that it holds no event', async () => {
    const path = await log('notes.txt', 'hello\nworld\n');
    const { code, err } = await run(['audit', 'import', path, '--history', history]);
    expect(err).toContain(`${path}: no audit events: none of its 2 lines is one\n`);
    expect(code).toBe(3);
  });

  it.each([
    [['audit', 'import', '--history', 'h'], 'takes the logs to read'],
    [['audit', 'import', 'missing.log', '--history', 'h'], 'missing.log: no such file or folder'],
    [['audit', 'import', 'package.json'], 'needs --history FILE'],
    [['audit', 'import', 'package.json', '--history', 'h', '--since', '1h'], 'reads whole logs'],
    [['audit', 'import', 'package.json', '--history', 'package.json'], 'is no history of k8sec'],
    [['audit', '--history', 'missing'], 'no such file'],
    [['audit', '--history', 'package.json'], 'is no history of k8sec'],
    [['audit', '--history', 'h', '--audit-log', 'package.json'], 'import the log into the history first'],
    [['--report', '--history', 'h', '--demo'], 'the demo has an audit log of its own'],
    [['--report', '--history', 'h', '--audit-log', 'l', '-f', 'x'], 'import the log into the history first'],
    [['can', 'user:ann', '--history', 'h'], '--history is for audit import'],
    [['--report', '--history', 'missing', '-f', 'test/rules/network'], 'no such file'],
  ])('refuses %j', async (argv, message) => {
    const { code, err } = await run(argv);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(message) });
  });
});

/** A cluster in which some of the objects of the random histories are, made at that time. */
function snapshotAt(time: string): string {
  const created = `${time.slice(0, 19)}Z`;
  const metadata = (name: string): unknown => ({
    name,
    namespace: 'shop',
    uid: `seen-${name}`,
    creationTimestamp: created,
  });
  const contents = {
    capturedAt: Date.parse(time),
    facts: new StoreView(new ClusterStore(), 0).facts(),
    coverage: PAST_KINDS.map((kind): Coverage => {
      const read = { status: 'live', namespaces: 'all', reason: '', since: 0 } as const;
      return { kind, apiVersion: apiVersionOf(kind), ...read };
    }),
    broken: [],
    objects: [
      object('Role', {
        metadata: metadata('a'),
        rules: [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }],
      }),
      object('RoleBinding', {
        metadata: metadata('b'),
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'a' },
        subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'eve' }],
      }),
      object('Pod', { metadata: { ...(metadata('c') as object), labels: { app: 'app-1' } }, spec: { containers: [] } }),
    ],
  };
  return [...snapshotLines(contents)].join('');
}

describe('answers from a history', () => {
  const answers = async (argv: readonly string[], sources: readonly string[]): Promise<unknown> => {
    const { code, out, err } = await run([...argv, '-o', 'json', ...sources]);
    if (code !== 0 && code !== 3) throw new Error(err);
    const { sources: _, ...answer } = JSON.parse(out) as Record<string, unknown>;
    return { code, answer };
  };

  it('are those of the logs: who could reach what at any instant, and in any period', async () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const shares = fc.tuple(share, share, share);
    await fc.assert(
      fc.asyncProperty(randomHistory, shares, share, fc.option(share), async (made, at, cut, captured) => {
        await rm(history, { force: true });
        const instant = (one: number): string => new Date(made.from + one * (made.to - made.from)).toISOString();
        const middle = Math.floor(made.lines.length * cut);
        const parts = [
          await log('audit-2026-11-01T00-00-00.000.log', `${made.lines.slice(0, middle + 2).join('\n')}\n`),
          await log('audit.log', `${made.lines.slice(middle).join('\n')}\n`),
        ];
        await imported(...parts);
        const others = captured === null ? [] : ['--from', await log('then.k8sec', snapshotAt(instant(captured)))];
        const logs = parts.flatMap((path) => ['--audit-log', path]);
        const [first = '', second = '', last = ''] = at.map(instant).sort();
        for (const question of [[first], [second], [last], ...(first < last ? [['--between', first, last]] : [])]) {
          const argv = ['as-of', ...question, 'app in (app-0, app-1, app-2)', ...others];
          expect(await answers(argv, ['--history', history])).toEqual(await answers(argv, logs));
        }
      }),
      { numRuns: 25 },
    );
  }, 240_000);

  it('are refused about the logs of several clusters together', async () => {
    const account = 'system:serviceaccount:kube-system:replicaset-controller';
    const of = (uid: string): string =>
      lines(
        ['10:00', '11:00'].map((time) =>
          rawEvent({
            user: { username: account, uid, groups: [] },
            requestReceivedTimestamp: `2026-11-23T${time}:00.000000Z`,
          }),
        ),
      );
    const logs = [await log('a.log', of('a')), await log('b.log', of('b'))];
    await imported(...logs);
    const found = `the user ${account} is two service accounts at once (UID a and b)`;
    const question = ['as-of', '2026-11-23T10:30:00Z', 'app=db'];
    for (const [sources, what] of [
      [['--history', history], `${history} is`],
      [logs.flatMap((one) => ['--audit-log', one]), 'the audit logs are'],
    ] as const) {
      const { code, err } = await run([...question, ...sources]);
      expect({ code, err }).toEqual({
        code: 1,
        err: expect.stringContaining(`${what} of several clusters: ${found}: ask about those of each cluster apart`),
      });
      const told = await run(['audit', ...sources]);
      expect(told.code).toBe(3);
      expect(told.out).toContain(`the logs are of several clusters: ${found}: read those of each cluster apart\n`);
    }
    expect((await run([...question, '--audit-log', logs[0] ?? ''])).code).not.toBe(1);
  });

  it('are unknown about the time that a broken line hides, and about no other', async () => {
    const day = clusterDay(Date.parse('2026-01-01T00:00:00Z')).slice(0, 20_000);
    const timeOf = (line: string): number =>
      Date.parse(String((JSON.parse(line) as Record<string, unknown>)['requestReceivedTimestamp']));
    const middle = timeOf(day[10_000] ?? '');
    const whole = await log('whole.log', `${day.join('\n')}\n`);
    const broken = await log(
      'broken.log',
      `${day.map((one, at) => (at === 10_000 ? one.slice(0, 90) : one)).join('\n')}\n`,
    );
    await imported(broken);
    const at = (minutes: number): readonly string[] => [
      'as-of',
      new Date(middle + minutes * 60_000).toISOString(),
      'billing/ledger-0',
    ];
    type Answer = { principals: unknown; unknown: unknown[]; coverage: { kind: string; from: string; to: string }[] };
    const asked = async (minutes: number, source: readonly string[]): Promise<Answer> =>
      ((await answers(at(minutes), source)) as { answer: Answer }).answer;
    for (const source of [
      ['--history', history],
      ['--audit-log', broken],
    ]) {
      const [before, within] = [await asked(-30, source), await asked(0, source)];
      const intact = await asked(-30, ['--audit-log', whole]);
      expect([before.principals, before.unknown.length]).toEqual([intact.principals, intact.unknown.length]);
      expect(within.unknown.length).toBeGreaterThan(before.unknown.length);
      const pods = before.coverage.filter((one) => one.kind === 'Pod');
      expect(pods).toHaveLength(2);
      const hole = Date.parse(pods[1]?.from ?? '') - Date.parse(pods[0]?.to ?? '');
      expect(hole).toBeGreaterThanOrEqual(120_000);
      expect(hole).toBeLessThan(180_000);
    }
  }, 120_000);

  it('are those of the log of a cluster: detections, events and roles', async () => {
    const path = await log('audit.log', clusterDay(Date.parse('2026-01-01T00:00:00Z')).slice(0, 20_000).join('\n'));
    await imported(path);
    for (const argv of [
      ['audit'],
      ['audit', '--since-time', '2026-01-01T02:00:00Z', '--until-time', '2026-01-01T06:00:00Z'],
    ]) {
      expect(await answers(argv, ['--history', history])).toEqual(await answers(argv, ['--audit-log', path]));
    }
    const reported = async (source: readonly string[]): Promise<unknown> => {
      const argv = [
        '--report',
        '-f',
        'test/rules/network',
        '--since-time',
        '2026-01-01T02:00:00Z',
        '-o',
        'json',
        ...source,
      ];
      const { findings, rbac, audit } = JSON.parse((await run(argv)).out) as Record<string, unknown>;
      return { findings, rbac, audit };
    };
    expect(await reported(['--history', history])).toEqual(await reported(['--audit-log', path]));
    for (const argv of [
      ['audit', '--events', '--actor', 'anna@example.org'],
      ['audit', '--events', '--object', 'pods/shop/app-0'],
      ['role', 'user:anna@example.org', '--from', 'test/rules/network'],
    ]) {
      const told = async (source: readonly string[]): Promise<string> => (await run([...argv, ...source])).out;
      expect(await told(['--history', history])).toBe(await told(['--audit-log', path]));
      expect(await told(['--history', history])).not.toBe('');
    }
  }, 120_000);
});
