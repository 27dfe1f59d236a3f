import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAuditLineReader } from '../../src/kube/audit-line.ts';
import type { JsonObject } from '../../src/kube/audit-json.ts';
import { createAuditNormaliser } from '../../src/kube/audit-normalise.ts';
import type { AuditEvent } from '../../src/model/audit-event.ts';
import { clusterDay } from '../analyses/audit/cluster-day.ts';

/** The event of a line by parsing all of it; null where it is none. */
function parsedWhole(line: string): AuditEvent | null {
  try {
    return createAuditNormaliser().normalise(JSON.parse(line) as JsonObject);
  } catch {
    return null;
  }
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
      objectRef: fc.record({
        resource: few,
        namespace: few,
        name: fc.oneof(few, text),
        subresource: fc.constantFrom('exec', ''),
      }),
      responseStatus: fc.record({ code: fc.constantFrom(200, 403, 0), message: text }),
      requestObject: fc.option(fc.record({ kind: few, a: text }), { freq: 1, nil: undefined }),
      requestReceivedTimestamp: fc.constantFrom('2026-11-23T10:00:00.123456Z', '2026-11-23T10:00:01Z', 'never'),
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

/** A line in which some characters went, came or changed. */
const damaged = fc
  .tuple(
    lines,
    fc.array(fc.tuple(fc.nat(2000), fc.nat(20), fc.oneof(fc.constantFrom(...MARKS, ''), fc.string())), {
      maxLength: 3,
    }),
  )
  .map(([line, edits]) =>
    edits.reduce((whole, [at, length, put]) => {
      const from = at % (whole.length + 1);
      return whole.slice(0, from) + put + whole.slice(from + length);
    }, line),
  );

const DAY = clusterDay(Date.parse('2026-01-01T00:00:00Z'));

describe('the reader of usual lines', () => {
  it('reads what it reads as parsing all of it does', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(lines, damaged), { maxLength: 20 }), (log) => {
        const reader = createAuditLineReader(createAuditNormaliser());
        // Twice: the second time all parts are known.
        const read = [...log, ...log]
          .map((line) => ({ line, event: reader.read(line) }))
          .filter(({ event }) => event !== null);
        expect(read.map(({ event }) => event)).toEqual(read.map(({ line }) => parsedWhole(line)));
      }),
      { numRuns: 300 },
    );
  });

  it('reads nearly all of a log, and shares what is alike', () => {
    const reader = createAuditLineReader(createAuditNormaliser());
    const log = DAY.slice(0, 10_000);
    const events = log.map((line) => reader.read(line));
    expect(events.filter((event) => event !== null).length).toBeGreaterThan(9500);
    const whole = log.map(parsedWhole);
    expect(events.map((event, at) => event ?? whole[at])).toEqual(whole);
    expect(new Set(events.map((event) => event?.object)).size).toBeLessThan(1500);
  });

  it.each([
    ['a body', (line: string) => line.replace(',"requestReceived', ',"requestObject":{"kind":"Pod"},"requestReceived')],
    ['a field twice', (line: string) => line.replace(',"userAgent"', ',"auditID":"other","userAgent"')],
    [
      'another order',
      (line: string) =>
        line.replace('"kind":"Event","apiVersion":"audit.k8s.io/v1"', '"apiVersion":"audit.k8s.io/v1","kind":"Event"'),
    ],
    ['something behind it', (line: string) => `${line} `],
  ])('leaves a line with %s to the parser', (_, change) => {
    const [line = ''] = DAY;
    const reader = createAuditLineReader(createAuditNormaliser());
    expect(reader.read(line)).not.toBeNull();
    expect(change(line)).not.toBe(line);
    expect(reader.read(change(line))).toBeNull();
  });
});
