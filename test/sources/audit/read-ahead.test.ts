import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { AuditNotes } from '../../../src/model/change.ts';
import { readAuditLog, type ReadAuditLogOptions } from '../../../src/sources/audit/read-audit-log.ts';
import { MemoryFiles } from './memory-files.ts';
import { lines, rawEvent } from './raw-events.ts';

/** Tells what is open, and fails where it is told to. */
class WatchedFiles extends MemoryFiles {
  readonly calls: string[] = [];
  readonly opened = new Set<string>();
  /** Files whose end cannot be read. */
  readonly broken = new Set<string>();

  override async *stream(path: string): AsyncGenerator<Buffer> {
    this.calls.push(`begin ${path}`);
    this.opened.add(path);
    try {
      yield* super.stream(path);
      if (this.broken.has(path)) throw new Error('input/output error');
    } finally {
      this.opened.delete(path);
    }
  }
}

interface Told {
  readonly events: readonly AuditEvent[];
  readonly notes: readonly AuditNotes[];
}

async function read(
  files: MemoryFiles,
  paths: readonly string[],
  options: Partial<ReadAuditLogOptions> = {},
): Promise<Told> {
  const events: AuditEvent[] = [];
  const notes = await readAuditLog(paths, { files, onEvents: (batch) => void events.push(...batch), ...options });
  return { events, notes };
}

const EVENTS = Array.from({ length: 12 }, (_, at) => rawEvent({ auditID: `id-${at}` }));

const anyFile = fc.record({
  events: fc.array(fc.nat(EVENTS.length - 1), { maxLength: 8 }),
  rubbish: fc.constantFrom('', '{"kind":', '[{"a":1}', 'text'),
  isPacked: fc.boolean(),
  isBroken: fc.boolean(),
  cut: fc.nat(40),
});

test('a folder gives the same whether files are begun before their turn or not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyFile, { maxLength: 6 }), fc.integer({ min: 1, max: 300 }), async (made, chunk) => {
      const told = await Promise.all(
        [0, 1, 4].map((begunAhead) => {
          const files = new WatchedFiles();
          files.chunk = chunk;
          files.begunAhead = begunAhead;
          files.write('logs/a', lines(EVENTS));
          made.forEach(({ events, rubbish, isPacked, isBroken, cut }, at) => {
            const text = lines(events.map((one) => EVENTS[one] ?? {})) + rubbish;
            const data = isPacked ? gzipSync(text) : Buffer.from(text);
            files.write(`logs/b${at}`, data.subarray(0, data.length - cut));
            // A file of which nothing comes is an error of its own.
            if (isBroken && data.length > cut) files.broken.add(`logs/b${at}`);
          });
          return read(files, ['logs']);
        }),
      );
      expect(told[1]).toEqual(told[0]);
      expect(told[2]).toEqual(told[0]);
      expect(told[0]?.notes).toHaveLength(made.length + 1);
    }),
    { numRuns: 60 },
  );
});

test('the next files are begun while one is read, as many as may be', async () => {
  const files = new WatchedFiles();
  files.begunAhead = 2;
  for (const name of ['a', 'b', 'c', 'd']) files.write(name, lines([rawEvent()]));
  await read(files, ['a', 'b', 'c', 'd'], { onEvents: (batch) => void files.calls.push(`event of ${batch.length}`) });
  expect(files.calls).toEqual([
    'begin a',
    'begin b',
    'begin c',
    'event of 1',
    'begin d',
    'event of 1',
    'event of 1',
    'event of 1',
  ]);
});

test('a file that cannot be read is told in its turn, and what was begun behind it is closed', async () => {
  const files = new WatchedFiles();
  files.chunk = 64;
  for (const name of ['a', 'c', 'd']) files.write(name, lines([rawEvent()]));
  files.write('b', '');
  files.broken.add('b');
  const before: string[] = [];
  await expect(
    read(files, ['a', 'b', 'c', 'd'], { onEvents: (batch) => void before.push(...batch.map((one) => one.auditID)) }),
  ).rejects.toThrow('b: input/output error');
  expect(before).toHaveLength(1);
  expect([...files.opened]).toEqual([]);
});

test('what was begun is closed when reading is stopped', async () => {
  const files = new WatchedFiles();
  files.chunk = 64;
  for (const name of ['a', 'b', 'c']) files.write(name, lines([rawEvent()]));
  await expect(read(files, ['a', 'b', 'c'], { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  expect(files.calls).toContain('begin b');
  expect([...files.opened]).toEqual([]);
});

test('nobody waits for standard input before its turn', async () => {
  const files = new WatchedFiles();
  files.write('a', '');
  files.broken.add('a');
  const isAsked: boolean[] = [];
  const stdin = new Readable({ read: () => void isAsked.push(true) });
  await expect(read(files, ['a', '-'], { stdin })).rejects.toThrow('a: input/output error');
  expect(isAsked).toEqual([]);
});

test('what came of a packed file before it could not be read any more counts', async () => {
  const files = new WatchedFiles();
  const events = Array.from({ length: 300 }, () => rawEvent());
  const packed = gzipSync(lines(events));
  for (const [chunk, begunAhead] of [
    [packed.length, 0],
    [packed.length, 2],
    [100, 2],
  ] as const) {
    files.chunk = chunk;
    files.begunAhead = begunAhead;
    files.write('a', lines([rawEvent()]));
    files.write('b', packed);
    files.broken.add('b');
    const { events: found, notes } = await read(files, ['a', 'b']);
    expect(found).toHaveLength(301);
    expect(notes[1]).toMatchObject({ broken: 1 });
  }
});

test('small files of a folder are read exactly, also by two readers at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'k8sec-audit-'));
  try {
    const ids: string[] = [];
    for (let file = 0; file < 40; file += 1) {
      const events = Array.from({ length: file % 5 }, (_, at) => rawEvent({ auditID: `id-${file}-${at}` }));
      ids.push(...events.map((one) => String(one['auditID'])));
      const text = lines(events);
      writeFileSync(join(folder, `${100 + file}`), file % 3 === 0 ? gzipSync(text) : text);
    }
    const readers = [1, 2].map(async () => {
      const found: string[] = [];
      await readAuditLog([folder], { onEvents: (batch) => void found.push(...batch.map((one) => one.auditID)) });
      return found;
    });
    expect(await Promise.all(readers)).toEqual([ids, ids]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
