import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyCutter } from '../../../src/sources/audit/cutting-code.ts';
import { CutLines } from '../../../src/sources/audit/cut-lines.ts';
import { rawEvent } from './raw-events.ts';

/** What comes of a log in chunks of some lengths, again and again. */
function cut(log: Buffer, lengths: readonly number[]): string {
  const all: Buffer[] = [];
  const lines = new CutLines({
    cutter: bodyCutter(),
    readers: 'events',
    mostBytes: MOST,
    write: (bytes) => all.push(Buffer.from(bytes)),
  });
  for (let from = 0, turn = 0; from < log.length; turn += 1) {
    const to = from + (lengths[turn % lengths.length] ?? 1);
    const chunk = Buffer.from(log.subarray(from, to));
    lines.push(chunk);
    chunk.fill('x');
    from = to;
  }
  lines.end();
  return Buffer.concat(all).toString();
}

/** The same, line by line. */
function expected(log: string): string {
  const { length } = Buffer.from(log.slice(log.lastIndexOf('\n') + 1));
  return log
    .split('\n')
    .map((line, at, all) => {
      const bytes = Buffer.from(line);
      // What has no newline yet may go on.
      const isOpen = at === all.length - 1 && length > 0;
      const isShort = bytes.length <= 2048 || bytes.length > MOST;
      return isShort || isOpen ? line : bodyCutter().cut(bytes, 'events').toString();
    })
    .join('\n');
}

const FIRST = JSON.stringify(rawEvent());
const LONG = JSON.stringify(rawEvent({ responseObject: { data: 'ä'.repeat(2000) } }));
const LONGER = JSON.stringify(rawEvent({ responseObject: { data: 'b'.repeat(9000) }, requestObject: 1 }));
/** Longer than any chunk, and than what is cut. */
const TOO_LONG = JSON.stringify(rawEvent({ responseObject: { data: 'c'.repeat(30_000) } }));
const MOST = 25_000;
const piece = fc.constantFrom(
  FIRST,
  LONG,
  LONGER,
  TOO_LONG,
  LONGER.slice(1),
  '',
  '\r',
  `${LONG}\r`,
  'x'.repeat(3000),
  '{}',
);
const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1000, max: 20_000 })), {
  minLength: 1,
  maxLength: 5,
});

describe('lines that are cut', () => {
  it('are those of the log, however it comes in', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), lengths, (pieces, some) => {
        const log = [FIRST, ...pieces].join('\n');
        const [first = 1, ...others] = some;
        // The first chunk has to tell that these are lines.
        expect(cut(Buffer.from(log), [FIRST.length + 1 + first, ...others])).toBe(expected(log));
      }),
    );
  });

  it('are short where bodies were long', () => {
    const log = `${[FIRST, LONG, LONGER].join('\n')}\n`;
    expect(cut(Buffer.from(log), [1 << 20]).length).toBeLessThan(4 * FIRST.length);
  });

  it.each([
    ['a document', `[\n${LONG},\n${LONG}\n]`],
    ['a document of one line', `[${LONG},${LONG}]`],
    ['a line that does not end in the first chunk', `${LONGER}\n${LONGER}\n`],
    ['a text', `hello\n`],
    ['nothing', ''],
  ])('are left as they are: %s', (_, log) => {
    expect(cut(Buffer.from(log), [4000])).toBe(log);
  });
});
