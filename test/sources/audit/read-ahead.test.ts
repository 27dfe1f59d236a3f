import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { AuditNotes } from '../../../src/model/change.ts';
import { auditLogFiles, AuditSourceError, MACHINE_FILES } from '../../../src/sources/audit/audit-files.ts';
import { EventPacker, EventUnpacker } from '../../../src/sources/audit/packed-events.ts';
import { readAhead } from '../../../src/sources/audit/read-ahead.ts';
import { readAuditLog } from '../../../src/sources/audit/read-audit-log.ts';
import { createSeenEvents } from '../../../src/sources/audit/seen-events.ts';
import { clusterDay } from '../../analyses/audit/cluster-day.ts';
import { normalised, rawEvent, rawExec, WRAPPERS } from './raw-events.ts';

const PROGRAM = join(import.meta.dirname, '../../../src/sources/audit/decoding-thread.ts');
const DAY = clusterDay(Date.parse('2026-11-20T00:00:00Z')).slice(0, 2000);
const POD = { kind: 'Pod', metadata: { name: 'x' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const WRITTEN = rawEvent({ verb: 'create', level: 'RequestResponse', requestObject: POD, responseObject: POD });

let folder: string;

/** The logs of some hours as they lie about: rotated, packed, cut short, in other shapes, broken, and partly twice. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8sec-ahead-'));
  await mkdir(join(folder, 'other'));
  const half = DAY.length >> 1;
  const packed = gzipSync(DAY.slice(0, half).join('\n'));
  await writeFile(join(folder, 'audit-2026-11-20T12-00-00.000.log.gz'), packed);
  await writeFile(join(folder, 'audit.log'), `${DAY.slice(half - 100).join('\n')}\nno JSON\n{"kind":\n`);
  await writeFile(join(folder, 'other', 'cut.gz'), packed.subarray(0, packed.length >> 1));
  await writeFile(join(folder, 'other', 'empty.log'), '');
  await writeFile(join(folder, 'other', 'list.json'), WRAPPERS['EventList over lines']?.([WRITTEN, rawExec()]) ?? '');
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface Read {
  readonly notes: readonly AuditNotes[];
  readonly events: readonly AuditEvent[];
  readonly batches: readonly number[];
}

async function read(ahead: boolean, range: { since?: number; until?: number } = {}): Promise<Read> {
  const events: AuditEvent[] = [];
  const batches: number[] = [];
  const options = {
    ...range,
    seen: createSeenEvents(),
    onEvents: (batch: readonly AuditEvent[]): void => {
      events.push(...batch);
      batches.push(batch.length);
    },
  };
  const paths = await auditLogFiles([folder], MACHINE_FILES);
  const notes = ahead ? await readAhead(paths, PROGRAM, options) : await readAuditLog(paths, options);
  return { events, notes, batches };
}

function timeOf(line = ''): number {
  return Date.parse(String((JSON.parse(line) as Record<string, unknown>)['requestReceivedTimestamp']));
}

const texts = (all: readonly object[]): readonly string[] => all.map((one) => JSON.stringify(one));

it('tells the same in the same order as one thread does', async () => {
  const [one, two] = [await read(false), await read(true)];
  expect(one.events.length).toBeGreaterThan(1900);
  expect(one.notes.map(({ broken, duplicates }) => [broken, duplicates > 0])).toEqual([
    [0, false],
    [1, true],
    [1, true],
    [0, false],
    [0, false],
  ]);
  // To the byte, and so to the order of fields.
  expect(texts(two.events)).toEqual(texts(one.events));
  expect(texts(two.notes)).toEqual(texts(one.notes));
  expect(Math.max(...two.batches)).toBeLessThanOrEqual(100);
});

it('tells of a part of the time the same', async () => {
  const range = { since: timeOf(DAY[500]), until: timeOf(DAY[1500]) };
  const [one, two] = [await read(false, range), await read(true, range)];
  expect(one.events.length).toBeGreaterThan(200);
  expect([texts(two.events), two.notes]).toEqual([texts(one.events), one.notes]);
});

it('says what cannot be read, and ends when it is asked to', async () => {
  const options = { seen: createSeenEvents(), onEvents: () => undefined };
  const missing = readAhead([join(folder, 'none.log')], PROGRAM, options);
  await expect(missing).rejects.toThrow(new AuditSourceError(`${join(folder, 'none.log')}: no such file or folder`));
  const ended = readAhead([join(folder, 'audit.log')], PROGRAM, { ...options, signal: AbortSignal.abort() });
  await expect(ended).rejects.toThrow('aborted');
});

it('packs events so that what they share is shared again', () => {
  const events = [WRITTEN, rawEvent(), rawEvent(), rawEvent({ user: {}, objectRef: undefined })].map(normalised);
  const [packer, unpacker] = [new EventPacker(), new EventUnpacker()];
  for (const part of [events.slice(0, 2), events.slice(2)]) {
    packer.add(part);
    expect(unpacker.unpack(structuredClone(packer.take()))).toEqual(part);
  }
  packer.add([...events, ...events]);
  const [first, , , , again] = unpacker.unpack(structuredClone(packer.take()));
  expect(again?.object).toBe(first?.object);
});

it('forgets patterns when there are many, on both sides', () => {
  const [packer, unpacker] = [new EventPacker(), new EventUnpacker()];
  for (let part = 0; part < 5; part += 1) {
    const events = Array.from({ length: 8_000 }, (_, at) => {
      const event = normalised(rawEvent());
      return { ...event, object: { ...event.object, name: `${part}-${at}` } } as AuditEvent;
    });
    packer.add(events);
    const again = unpacker.unpack(structuredClone(packer.take()));
    expect(texts(again)).toEqual(texts(events));
  }
});
