/**
 * An import that ends at any moment leaves a file from which it goes on. What a kill leaves is the file as it was then:
 * copies of it are taken while an import runs.
 */
import { copyFileSync, existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openHistory } from '../../../src/sources/history/history-database.ts';
import { HistoryReader } from '../../../src/sources/history/history-reader.ts';
import { importLogs, type ImportedLog, type ImportOptions } from '../../../src/sources/history/import-logs.ts';
import { clusterDay } from '../../analyses/audit/cluster-day.ts';

const EVENTS = clusterDay(Date.parse('2026-01-01T00:00:00Z')).slice(0, 4000);

async function imported(history: string, log: string, options: ImportOptions = {}): Promise<ImportedLog | undefined> {
  const database = await openHistory(history, 'write');
  try {
    for await (const one of importLogs([log], database, options)) return one;
    return undefined;
  } finally {
    database.close();
  }
}

/** What a history tells, whatever path led to it. */
async function told(history: string): Promise<unknown> {
  const database = await openHistory(history, 'read');
  try {
    const reader = new HistoryReader(database);
    const events: string[] = [];
    for await (const some of reader.events()) events.push(...some.map((one) => `${one.auditID} ${one.stage}`));
    const sources = await reader.sources();
    const { runs, ...activity } = await reader.activity({});
    return {
      events,
      activity,
      runs,
      sources: sources.map(({ notes, ...one }) => ({ ...one, id: 0, notes: { ...notes, source: '' } })),
    };
  } finally {
    database.close();
  }
}

function copyOf(history: string, to: string): void {
  copyFileSync(history, to);
  if (existsSync(`${history}.wal`)) copyFileSync(`${history}.wal`, `${to}.wal`);
}

const cases = fc.record({
  isPacked: fc.boolean(),
  /** Of the log, in parts of its lines. */
  broken: fc.array(fc.integer({ min: 0, max: EVENTS.length - 1 }), { maxLength: 3 }),
  batch: fc.integer({ min: 1, max: 1500 }),
  /** The chunk before which the process ends. */
  killed: fc.integer({ min: 1, max: 6 }),
  /** Share of the log that was there when it was first imported. */
  grown: fc.constantFrom(0.4, 0.9, 1),
});

it('holds no event twice and loses none, whenever an import ended and however the log grew and moved since', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ isPacked, broken, batch, killed, grown }) => {
      const folder = await mkdtemp(join(tmpdir(), 'k8sec-resumed-'));
      try {
        const all = EVENTS.map((line, at) => (broken.includes(at) ? line.slice(0, 70) : line));
        const bytes = (lines: readonly string[]): Buffer => {
          const text = Buffer.from(`${lines.join('\n')}\n`);
          return isPacked ? gzipSync(text) : text;
        };
        const log = join(folder, 'audit.log');
        const history = join(folder, 'begun');
        const left = join(folder, 'left');
        await writeFile(log, bytes(isPacked ? all : all.slice(0, all.length * grown)));
        let chunks = 0;
        const onProgress = (): void => {
          chunks += 1;
          if (chunks === killed) copyOf(history, left);
        };
        await imported(history, log, { batch, onProgress });
        if (chunks < killed) copyOf(history, left);
        await writeFile(log, bytes(all));
        const rotated = join(folder, 'audit-2026-01-02T00-00-00.000.log');
        await rename(log, rotated);
        await imported(left, rotated);
        const atOnce = join(folder, 'at-once');
        await imported(atOnce, rotated);
        const [resumed, whole] = [await told(left), await told(atOnce)];
        expect(resumed).toEqual(whole);
        expect((await imported(left, rotated))?.notes).toBe(null);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 6 },
  );
}, 240_000);

it('reads only what is new of a log that grew', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'k8sec-resumed-'));
  try {
    const log = join(folder, 'audit.log');
    const history = join(folder, 'history');
    const read: number[] = [];
    for (const part of [1000, 3000]) {
      await writeFile(log, `${EVENTS.slice(0, part).join('\n')}\n`);
      let events = 0;
      await imported(history, log, { batch: 100, onProgress: (progress) => void (events = progress.events) });
      const result = await told(history);
      expect((result as { events: unknown[] }).events.length).toBe(part);
      read.push(events);
    }
    // Of the 3,000 events the first 1,000 are not read again.
    expect(read[1]).toBeLessThanOrEqual(2000);
    const other = [...EVENTS.slice(1, 2), ...EVENTS.slice(1, 3000)].join('\n');
    await writeFile(log, `${other}\n`);
    expect((await imported(history, log))?.notes?.lines).toBe(3000);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
