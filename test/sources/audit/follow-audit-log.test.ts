import { describe, expect, it } from 'vitest';
import type { AuditNotes } from '../../../src/model/change.ts';
import { followAuditLog } from '../../../src/sources/audit/follow-audit-log.ts';
import { MemoryFiles } from './memory-files.ts';
import { lines, rawEvent } from './raw-events.ts';

/** Follows while each step changes the files between two looks; returns what arrived after each look. */
async function follow(files: MemoryFiles, paths: readonly string[], steps: readonly (() => void)[]) {
  const abort = new AbortController();
  const looks: string[][] = [];
  const notes = new Map<string, AuditNotes>();
  let seen: string[] = [];
  const left = [...steps];
  await followAuditLog(paths, {
    files,
    signal: abort.signal,
    onEvents: (batch) => void seen.push(...batch.map((event) => event.auditID)),
    onNotes: (note) => void notes.set(note.source, note),
    wait: () => {
      looks.push(seen);
      seen = [];
      const step = left.shift();
      if (step === undefined) abort.abort();
      else step();
      return Promise.resolve();
    },
  });
  return { looks, notes };
}

const id = (event: Record<string, unknown>): unknown => event['auditID'];

describe('following an audit log', () => {
  it('delivers what is appended, half a line only when it is whole', async () => {
    const files = new MemoryFiles();
    const [a, b, c] = [rawEvent(), rawEvent(), rawEvent()];
    files.write('log', lines([a]));
    const half = lines([c]);
    const { looks } = await follow(
      files,
      ['log'],
      [() => files.append('log', lines([b]) + half.slice(0, 50)), () => files.append('log', half.slice(50))],
    );
    expect(looks).toEqual([[id(a)], [id(b)], [id(c)]]);
  });

  it('reads a rotated file to its end and goes on in the new one', async () => {
    const files = new MemoryFiles();
    const [a, b, c, d] = [rawEvent(), rawEvent(), rawEvent(), rawEvent()];
    files.write('log', lines([a]));
    const { looks, notes } = await follow(
      files,
      ['log'],
      [
        () => {
          files.append('log', lines([b]));
          files.rename('log', 'log.1');
          files.write('log', lines([c]));
        },
        () => files.append('log', lines([d])),
      ],
    );
    expect(looks).toEqual([[id(a)], [id(b), id(c)], [id(d)]]);
    expect(notes.get('log')).toMatchObject({ lines: 4, duplicates: 0 });
  });

  it('waits for the new file when there is none for a moment', async () => {
    const files = new MemoryFiles();
    const [a, b] = [rawEvent(), rawEvent()];
    files.write('log', lines([a]));
    const { looks } = await follow(
      files,
      ['log'],
      [() => files.rename('log', 'log.1'), () => files.write('log', lines([b]))],
    );
    expect(looks).toEqual([[id(a)], [], [id(b)]]);
  });

  it('starts again in a file that was cut (copytruncate)', async () => {
    const files = new MemoryFiles();
    const [a, b, c] = [rawEvent(), rawEvent(), rawEvent()];
    files.write('log', lines([a, b]));
    const { looks } = await follow(
      files,
      ['log'],
      [
        () => {
          files.truncate('log');
          files.append('log', lines([c]));
        },
      ],
    );
    expect(looks).toEqual([[id(a), id(b)], [id(c)]]);
  });

  it('follows a folder: rotated files are not read twice, new ones are found', async () => {
    const files = new MemoryFiles();
    const [a, b, c] = [rawEvent(), rawEvent(), rawEvent()];
    files.write('logs/audit.log', lines([a]));
    const { looks, notes } = await follow(
      files,
      ['logs'],
      [
        () => {
          files.rename('logs/audit.log', 'logs/audit-2026-11-23T09-00-00.000.log');
          files.write('logs/audit.log', lines([b]));
        },
        () => files.write('logs/other.log', lines([c])),
      ],
    );
    expect(looks).toEqual([[id(a)], [id(b)], [id(c)]]);
    expect([...notes.values()].map((note) => note.duplicates)).toEqual([0, 0, 0]);
  });

  it('refuses a path that is not there at the beginning', async () => {
    await expect(follow(new MemoryFiles(), ['log'], [])).rejects.toThrow('log: no such file or folder');
  });
});
