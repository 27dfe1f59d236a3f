import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseObject } from '../../../src/kube/audit-json.ts';
import { createAuditNormaliser } from '../../../src/kube/audit-normalise.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import { bodyCutter } from '../../../src/sources/audit/cutting-code.ts';
import { LinePatterns } from '../../../src/sources/audit/line-patterns.ts';
import { clusterDay } from '../../analyses/audit/cluster-day.ts';

/** The event of a line by parsing all of it; null where it is none. */
function parsedWhole(line: string): AuditEvent | null {
  const raw = parseObject(line);
  return raw === null ? null : createAuditNormaliser().normalise(raw);
}

interface Read {
  /** null for a line that was left to the parser. */
  readonly event: AuditEvent | null;
  /** What it was made from. */
  readonly text: unknown;
}

/** What comes of some lines, in order. */
function read(patterns: LinePatterns, log: readonly string[]): readonly Read[] {
  const all: Read[] = [];
  patterns.read(Buffer.from(log.join('\n')), {
    event: (event, raw) => all.push({ event, text: raw() }),
    line: (text) => all.push({ event: null, text }),
    cut: (line) => line,
  });
  return all;
}

/** The same by parsing every line, where the other left those to the parser that it did. */
function expected(log: readonly string[], like: readonly Read[]): readonly Read[] {
  return Buffer.from(log.join('\n'))
    .toString()
    .split('\n')
    .map((line, at) =>
      like[at]?.event == null ? { event: null, text: line } : { event: parsedWhole(line), text: JSON.parse(line) },
    );
}

/** The events that were not left to the parser. */
function known(all: readonly Read[]): readonly AuditEvent[] {
  return all.flatMap(({ event }) => event ?? []);
}

const MARKS = [
  '","verb":"',
  ',"requestReceivedTimestamp":"',
  '","stageTimestamp":"',
  ',"annotations":{',
  '}',
  '{',
  '?',
];
const text = fc.oneof(
  fc.constantFrom('get', 'pods', 'shop', 'cart', '/api/v1/namespaces/shop/pods?watch=true&limit=5'),
  fc
    .array(fc.oneof(fc.constantFrom(...MARKS, '"', '\\', '\u0000', '\u2028', 'ä'), fc.string({ unit: 'binary' })))
    .map((all) => all.join('')),
);
const few = fc.constantFrom('a', 'b');

/** Events with their fields in the order of the Go type, as its encoder writes them. */
const lines = fc
  .record(
    {
      level: fc.constantFrom('Metadata', 'Metadata', 'Request', 'RequestResponse', 'None'),
      auditID: fc.oneof({ arbitrary: few, weight: 5 }, text),
      stage: fc.constantFrom('ResponseComplete', 'ResponseComplete', 'ResponseStarted', 'RequestReceived', 'Other'),
      requestURI: text,
      verb: fc.oneof(few, text),
      user: fc.record({
        username: fc.oneof(few, text),
        groups: fc.array(few),
        extra: fc.dictionary(text, fc.array(text)),
      }),
      impersonatedUser: fc.record({ username: few }),
      sourceIPs: fc.array(fc.oneof(few, text), { maxLength: 2 }),
      userAgent: fc.oneof(few, text),
      objectRef: fc.record(
        {
          resource: few,
          namespace: few,
          name: fc.oneof(few, text),
          resourceVersion: fc.oneof(fc.nat().map(String), text),
          subresource: fc.constantFrom('exec', ''),
        },
        { requiredKeys: ['resource', 'namespace'] },
      ),
      responseStatus: fc.record({ code: fc.constantFrom(200, 403, 0), message: text }),
      requestObject: fc.option(fc.record({ kind: few, a: text }), { freq: 1, nil: undefined }),
      requestReceivedTimestamp: fc.constantFrom('2026-11-23T10:00:00.123456Z', '2026-11-23T10:01:01Z', 'never'),
      stageTimestamp: fc.constantFrom(
        '2026-11-23T10:00:00.123456Z',
        '2026-11-23T10:00:02Z',
        '2026-11-23T10:00:03.5Z',
        'never',
      ),
      annotations: fc.dictionary(
        fc.oneof(fc.constantFrom('authorization.k8s.io/decision', 'k'), text),
        fc.oneof(fc.constantFrom('allow'), text),
      ),
    },
    {
      requiredKeys: [
        'level',
        'auditID',
        'stage',
        'requestURI',
        'verb',
        'user',
        'sourceIPs',
        'requestReceivedTimestamp',
        'stageTimestamp',
      ],
    },
  )
  .map((event) =>
    JSON.stringify({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', ...event })
      .replaceAll('&', String.raw`\u0026`)
      .replaceAll('<', String.raw`\u003c`),
  );

const edit = fc.tuple(fc.nat(2000), fc.nat(20), fc.oneof(fc.constantFrom(...MARKS, '', '\n', '?\n'), fc.string()));

/** The line, in which some characters went, came or changed. */
function harmed(line: string, edits: readonly (readonly [number, number, string])[]): string {
  return edits.reduce((whole, [at, length, put]) => {
    const from = at % (whole.length + 1);
    return whole.slice(0, from) + put + whole.slice(from + length);
  }, line);
}

function harm(some: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(some, fc.array(edit, { maxLength: 3 })).map(([line, edits]) => harmed(line, edits));
}

const DAY = clusterDay(Date.parse('2026-01-01T00:00:00Z'));
const [FIRST = ''] = DAY;

/** The same line at another time under another id. */
function again(line: string, number: number): string {
  return line
    .replace(/"auditID":"[^"]*"/, `"auditID":"${number}"`)
    .replace(
      /"requestReceivedTimestamp":"[^"]*"/,
      `"requestReceivedTimestamp":"2026-01-01T00:00:0${number}.${'9876543'.slice(0, number)}Z"`,
    );
}

describe('patterns of lines', () => {
  it('give what parsing gives, of whatever lines', () => {
    const usual = fc.constantFrom(...DAY.slice(0, 400));
    const harmed = harm(usual);
    fc.assert(
      fc.property(fc.array(fc.oneof(lines, harm(lines), usual, harmed), { maxLength: 12 }), (log) => {
        const patterns = new LinePatterns();
        // What was met twice is a pattern the third time, and once more when others came between.
        for (const part of [log, log, log, [...log].reverse()]) {
          const all = read(patterns, part);
          expect(all).toEqual(expected(part, all));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('give what parsing gives when one of two lines of a pattern is harmed', () => {
    const usual = fc.constantFrom(...DAY.slice(0, 400));
    fc.assert(
      fc.property(usual, fc.array(edit, { maxLength: 2 }), (line, edits) => {
        const patterns = new LinePatterns();
        const log = [line, line, harmed(line, edits), again(line, 7), harmed(again(line, 8), edits), again(line, 9)];
        for (const part of [log, log]) {
          const all = read(patterns, part);
          expect(all).toEqual(expected(part, all));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('know nearly all of a log, and share what is alike', () => {
    const patterns = new LinePatterns();
    const all: Read[] = [];
    const log = DAY.slice(0, 20_000);
    for (let at = 0; at < log.length; at += 40) all.push(...read(patterns, log.slice(at, at + 40)));
    expect(all).toEqual(expected(log, all));
    const events = known(all);
    expect(events.length).toBeGreaterThan(15_000);
    expect(new Set(events.map((event) => event.object)).size).toBeLessThan(1500);
  });

  it('know long lines by what is left of them once they are cut', () => {
    const cutter = bodyCutter();
    const body = (bytes: number): string => `"responseObject":{"data":"${'x'.repeat(bytes)}"},`;
    const before = '"requestReceivedTimestamp"';
    const log = [3_000, 70_000, 5, 3_000, 70_000].map((bytes, at) =>
      again(FIRST, at + 1).replace(before, `${body(bytes)}${before}`),
    );
    const patterns = new LinePatterns();
    const events: AuditEvent[] = [];
    for (const lines of [log.slice(0, 1), log.slice(1, 2), log.slice(2, 4), log.slice(4)]) {
      patterns.read(Buffer.from(lines.join('\n')), {
        event: (event) => events.push(event),
        line: () => undefined,
        cut: (line) => cutter.cut(line, 'events'),
      });
    }
    expect(events).toEqual([log[1], log[3], log[4]].map((line = '') => parsedWhole(line)));
  });

  it('hold other queries, times and versions of the object', () => {
    const withVersion = (line: string, version: number): string =>
      line.replace('"apiVersion":"v1"}', `"apiVersion":"v1","resourceVersion":"${version}"}`);
    const plain = DAY.find((line) => line.includes('"requestURI":"/api/v1/nodes/n2?')) ?? '';
    const log = [1, 2, 3, 4, 5, 6].map((at) =>
      withVersion(again(plain, at), at)
        .replace(/\?[^"]*"/, String.raw`?limit=${at % 2}\u0026a=b"`)
        .replace('T00:00:', `T00:0${at}:`),
    );
    const all = read(new LinePatterns(), log);
    expect(known(all).map(({ requestURI, time }) => [requestURI, new Date(time).toISOString()])).toEqual(
      [2, 3, 4, 5, 6].map((at) => [
        `/api/v1/nodes/n2?limit=${at % 2}&a=b`,
        `2026-01-01T00:0${at}:0${at}.${'987'.slice(0, at).padEnd(3, '0')}Z`,
      ]),
    );
    expect(all).toEqual(expected(log, all));
  });

  it.each([
    ['a body', (line: string) => line.replace(',"requestReceived', ',"requestObject":{"kind":"Pod"},"requestReceived')],
    ['a field twice', (line: string) => line.replace(',"userAgent"', ',"auditID":"other","userAgent"')],
    [
      'another order',
      (line: string) =>
        line.replace('"kind":"Event","apiVersion":"audit.k8s.io/v1"', '"apiVersion":"audit.k8s.io/v1","kind":"Event"'),
    ],
    ['a time of another zone', (line: string) => line.replace(/Z","stageT/, '+01:00","stageT')],
    ['a second that is none', (line: string) => line.replace(/\d\.\d+Z","stageT/, 'xZ","stageT')],
    ['no time', (line: string) => line.replace(/2026-01[^"]*","stageT/, 'never","stageT')],
    [
      'a time that is none',
      (line: string) => line.replace(/2026-01-01T[^"]*","stageT/, '2026-13-01T00:00:00Z","stageT'),
    ],
    ['an escape in the path', (line: string) => line.replace('/leases/', String.raw`/l\u0065ases/`)],
    ['an escape in the id', (line: string) => line.replace('"auditID":"', String.raw`"auditID":"\u0065`)],
    ['something behind it', (line: string) => `${line}x`],
  ])('leave a line with %s to the parser', (_, change) => {
    const changed = change(FIRST);
    expect(changed).not.toBe(FIRST);
    const log = [FIRST, FIRST, FIRST, changed, changed, changed];
    const all = read(new LinePatterns(), log);
    expect(all.map(({ event }) => event !== null)).toEqual([false, true, true, false, false, false]);
    expect(all).toEqual(expected(log, all));
  });

  it('leave a query that is no JSON to the parser, and the next one like it', () => {
    const withQuery = (query: string): string => FIRST.replace('","verb"', `?${query}","verb"`);
    const bad = withQuery(String.raw`\q`);
    const log = [withQuery('a'), withQuery('a'), bad, bad, withQuery('b')];
    const all = read(new LinePatterns(), log);
    expect(known(all).map(({ requestURI }) => requestURI.split('?')[1])).toEqual(['a', 'b']);
    expect(all.map(({ event }) => event !== null)).toEqual([false, true, false, false, true]);
  });

  it('end where a line does, though its query does not', () => {
    const [head = '', tail = ''] = FIRST.replace('","verb"', '?a","verb"').split('?a');
    const whole = `${head}?a${tail}`;
    const log = [whole, whole, `${head}?a`, `b${tail}`, whole];
    const all = read(new LinePatterns(), log);
    expect(all.map(({ event }) => event !== null)).toEqual([false, true, false, false, true]);
    expect(all).toEqual(expected(log, all));
  });

  it.each([
    ['auditID', 'probe'],
    ['requestURI', `${parsedWhole(FIRST)?.requestURI}?probe`],
    ['requestReceivedTimestamp', '2001-02-03T04:05:06Z'],
  ])('are not made of lines that say %s again, as it is put to the proof', (field, value) => {
    const twice = (line: string): string =>
      `${line.replace('","verb"', '?a","verb"').slice(0, -1)},"${field}":"${value}"}`;
    const log = [1, 2, 3, 4].map((number) => twice(again(FIRST, number)));
    const all = read(new LinePatterns(), log);
    expect(known(all)).toEqual([]);
    expect(all).toEqual(expected(log, all));
  });

  it('are forgotten when there are many, and learned anew', () => {
    const patterns = new LinePatterns();
    const named = (name: number): string => FIRST.replace('/leases/n2', `/leases/n${name}`);
    const met = (name: number): boolean => read(patterns, [named(name)]).some(({ event }) => event !== null);
    expect([met(0), met(0), met(0)]).toEqual([false, true, true]);
    for (let name = 1; name < 6000; name += 1) {
      read(patterns, [named(name), named(name)]);
    }
    // Its hash is still known, so that it is a pattern at once.
    expect(read(patterns, [named(0)]).map(({ event }) => event?.requestURI)).toEqual([
      parsedWhole(named(0))?.requestURI,
    ]);
    expect(
      known(read(patterns, [named(5999), named(0)])).map(({ requestURI }) => requestURI.split('/').at(-1)),
    ).toEqual(['n5999', 'n0']);
  });
});
