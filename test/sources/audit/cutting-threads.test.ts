import { existsSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { AuditNotes } from '../../../src/model/change.ts';
import { AuditSourceError, MACHINE_FILES } from '../../../src/sources/audit/audit-files.ts';
import { ThreadError, type ThreadOptions } from '../../../src/sources/audit/cutting-threads.ts';
import { hasBodies } from '../../../src/sources/audit/has-bodies.ts';
import { readAuditLog } from '../../../src/sources/audit/read-audit-log.ts';
import { withBodies } from '../../bench/bodies.ts';
import { clusterDay } from '../../analyses/audit/cluster-day.ts';
import { gkeEntries } from './gke-entries.ts';
import { WRAPPERS } from './raw-events.ts';

const ROOT = join(import.meta.dirname, '../../..');
const THREADS: ThreadOptions = { script: join(ROOT, 'src/sources/audit/cutting-thread.ts'), count: 2, leastBytes: 0 };

interface Read {
  readonly events: readonly AuditEvent[];
  readonly notes: readonly AuditNotes[];
  readonly unusable: readonly number[];
  readonly raw: readonly unknown[];
}

async function read(paths: readonly string[], threads: ThreadOptions | null, hasRaw = false): Promise<Read> {
  const events: AuditEvent[] = [];
  const unusable: number[] = [];
  const raw: unknown[] = [];
  const notes = await readAuditLog(paths, {
    threads,
    onEvents: (batch) => void events.push(...batch),
    onUnusable: (line) => void unusable.push(line),
    ...(hasRaw ? { onRaw: (_, rawOf) => void raw.push(rawOf()['stageTimestamp']) } : {}),
  });
  return { events, notes, unusable, raw };
}

/** Both ways of reading, which must tell the same. */
async function both(paths: readonly string[], hasRaw = false): Promise<Read> {
  const alone = await read(paths, null, hasRaw);
  expect(await read(paths, THREADS, hasRaw)).toEqual(alone);
  return alone;
}

let folder = '';
let files = 0;

beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'k8sec-threads-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** A new folder of files, in the order of their names. */
function written(contents: readonly (string | Buffer)[]): string {
  const path = join(folder, String((files += 1)));
  mkdirSync(path);
  contents.forEach((content, at) => writeFileSync(join(path, `audit-${String(at).padStart(3, '0')}.log`), content));
  return path;
}

const DAY = clusterDay(Date.parse('2026-01-01T00:00:00Z')).map(withBodies);
/** Some requests of each kind, with bodies. */
const SOME = DAY.filter((_, at) => at % 40 === 0).slice(0, 900);
const RAW = SOME.filter((_, at) => at % 6 === 0).map((line) => JSON.parse(line) as Record<string, unknown>);
const LOG = `${SOME.join('\n')}\n`;

describe('logs with bodies that threads read', () => {
  it('hold what they hold for one thread', async () => {
    const { events } = await both([written([LOG])]);
    expect(events).toHaveLength(SOME.length);
    expect(events.filter(({ body }) => body !== null).length).toBeGreaterThan(5);
  });

  it('hold it for readers of objects, too', async () => {
    const { raw } = await both([written([LOG, LOG])], true);
    expect(raw).toHaveLength(SOME.length);
  });

  it('come in the order of their names, plain and packed, with what they have in common once', async () => {
    const pieces = Array.from({ length: 9 }, (_, at) => `${SOME.slice(at * 90, at * 90 + 150).join('\n')}\n`);
    const plain = await both([written(pieces)]);
    const packed = await both([written(pieces.map((piece) => gzipSync(piece)))]);
    expect(packed.events).toEqual(plain.events);
    expect(plain.notes.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBeGreaterThan(400);
    const { notes } = await both([written(pieces.toReversed())]);
    expect(notes.some(({ first }, at) => first !== null && first > (notes[at + 1]?.first ?? first))).toBe(true);
  });

  it.each([...Object.entries(WRAPPERS), ['GKE', gkeEntries] as const])(
    'are known in the shape of %s',
    async (_, wrap) => {
      const text = wrap(RAW);
      const { events } = await both([written([LOG, text, gzipSync(text)])]);
      expect(events.length).toBeGreaterThanOrEqual(SOME.length);
    },
  );

  it('have the same lines that cannot be used, under the same numbers', async () => {
    const [first = '', second = ''] = SOME;
    const list = SOME.find((line) => line.includes('"verb":"list"')) ?? first;
    const texts = [
      first,
      second.slice(0, -1),
      `${list.slice(0, 3000)}[Truncated...]`,
      list.replace('"f:dnsPolicy":{}', '"f:dnsPolicy":{'),
      '',
      '\r',
      `${list}\r`,
      '2026-11-23T10:00:00Z AUDIT: id="a" stage="b"',
      'neither',
      list.replace('"items":[', `"items":["${'x'.repeat(5 << 20)}",`),
      second,
    ];
    const { unusable, notes } = await both([
      written([LOG, texts.join('\n'), `${texts.join('\r\n')}\n${first.slice(0, 500)}`]),
    ]);
    expect(unusable.length).toBeGreaterThan(4);
    expect(notes[1]).toMatchObject({ truncated: 1, legacy: 1, cut: 1 });
  });

  it('are cut short where a packed file is, and go on with the next', async () => {
    const packed = gzipSync(LOG, { level: 0 });
    const torn = Buffer.concat([packed.subarray(0, packed.length >> 1), Buffer.alloc(1000, 0xff)]);
    const { notes, events } = await both([written([LOG, packed.subarray(0, packed.length >> 1), torn, LOG])]);
    expect(notes.map(({ broken }) => broken > 0)).toEqual([false, true, true, false]);
    expect(events).toHaveLength(SOME.length);
  });

  it('end with the same word where one is not there, or cannot be read', async () => {
    const path = written([LOG]);
    const log = join(path, 'audit-000.log');
    // As if they had gone, or become folders, since they were found.
    const files = {
      ...MACHINE_FILES,
      stat: async (name: string) =>
        name === log ? MACHINE_FILES.stat(name) : { isFolder: false, size: 1, identity: name },
    };
    for (const [other, word] of [
      [join(folder, 'gone.log'), 'no such file'],
      [path, 'EISDIR'],
    ] as const) {
      const said = (threads: ThreadOptions | null): Promise<unknown> =>
        readAuditLog([log, other], { threads, files, onEvents: () => undefined }).catch((error: unknown) => error);
      const alone = await said(null);
      expect(alone).toBeInstanceOf(AuditSourceError);
      expect(String(alone)).toContain(`${other}: `);
      expect(String(alone)).toContain(word);
      expect(await said(THREADS)).toEqual(alone);
    }
  });

  it('end when a thread ends, at once', async () => {
    const script = join(folder, 'ends.mjs');
    for (const [text, reason] of [
      ['process.exit(3)', 'exit code 3'],
      ['throw new Error("no more")', 'no more'],
      [
        'import { parentPort } from "node:worker_threads"; parentPort.once("message", () => process.exit(4))',
        'exit code 4',
      ],
    ] as const) {
      writeFileSync(script, text);
      const reading = read([written([LOG])], { ...THREADS, script });
      await expect(reading).rejects.toThrow(ThreadError);
      await expect(reading).rejects.toThrow(reason);
    }
  });

  it('are asked for only where files are long, of long lines, and can be read again', async () => {
    const long = written(['', LOG]);
    const paths = [join(long, 'audit-000.log'), join(long, 'audit-001.log')];
    const size = LOG.length;
    expect(await hasBodies(['-', ...paths], MACHINE_FILES, size)).toBe(true);
    expect(await hasBodies(paths, MACHINE_FILES, size + 1)).toBe(false);
    expect(await hasBodies(['-'], MACHINE_FILES, 0)).toBe(false);
    const short = written([`${clusterDay(0).slice(0, 100).join('\n')}\n`]);
    expect(await hasBodies([join(short, 'audit-000.log')], MACHINE_FILES, 0)).toBe(false);
    const pipe = { ...MACHINE_FILES, stat: async () => ({ isFolder: false, size: 0, identity: 'pipe' }) };
    expect(await hasBodies(paths, pipe, 0)).toBe(false);
  });

  it('are let go of when their reader has enough', async () => {
    const path = written(Array.from({ length: 6 }, () => LOG));
    const stopped = new AbortController();
    const reading = readAuditLog([path], {
      threads: THREADS,
      signal: stopped.signal,
      onEvents: () => undefined,
      onProgress: () => stopped.abort(new Error('stopped')),
    });
    await expect(reading).rejects.toThrow('stopped');
  });

  it('are read by the program that is built, too', async () => {
    const script = join(ROOT, 'dist/cutting-thread.js');
    expect(existsSync(script)).toBe(true);
    const path = written([LOG, gzipSync(LOG)]);
    expect(await read([path], { ...THREADS, script })).toEqual(await read([path], null));
  });
});
