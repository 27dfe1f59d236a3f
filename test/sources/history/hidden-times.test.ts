import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HiddenTimes, type HiddenTime } from '../../../src/sources/history/hidden-times.ts';

const MINUTE = 60_000;

/** Of a log of events at some minutes, where a dash is a line that could not be used. */
function hiddenIn(log: string, { unordered = 0, isCutShort = false } = {}): readonly HiddenTime[] {
  const finder = new HiddenTimes();
  const minutes: number[] = [];
  for (const word of log.split(' ')) {
    if (word === '-') finder.unusable();
    else {
      minutes.push(Number(word));
      finder.event(Number(word) * MINUTE);
    }
  }
  const notes = {
    first: minutes.length === 0 ? null : Math.min(...minutes) * MINUTE,
    last: minutes.length === 0 ? null : Math.max(...minutes) * MINUTE,
    unordered,
    lines: 1000,
  };
  const inMinutes = (time: number | null): number | null => (time === null ? null : time / MINUTE);
  return finder.ofWhole(notes, isCutShort).map(({ from, to }) => ({ from: inMinutes(from), to: inMinutes(to) }));
}

describe('the times that lines hide which could not be used', () => {
  it.each([
    ['10 20 - 21 30', [{ from: 19, to: 22 }]],
    ['10 20 - - 21 30', [{ from: 19, to: 22 }]],
    [
      '10 20 - 21 - 22 30 40 - 41',
      [
        { from: 19, to: 23 },
        { from: 39, to: 42 },
      ],
    ],
    ['- 10 20', [{ from: 9, to: 11 }]],
    ['10 20 -', [{ from: 19, to: 21 }]],
    // The end of a watch that began long before is no neighbour.
    ['10 20 - 2 21', [{ from: 19, to: 22 }]],
    ['10 20', []],
    ['-', []],
  ])('in %j are %j', (log, expected) => {
    expect(hiddenIn(log)).toEqual(expected);
  });

  it('are all of a log that is not in order', () => {
    expect(hiddenIn('10 20 - 21 5', { unordered: 1 })).toEqual([{ from: 4, to: 22 }]);
    expect(hiddenIn('10 20 21 5', { unordered: 1 })).toEqual([]);
  });

  it('are all after a log whose end is missing', () => {
    expect(hiddenIn('10 20', { isCutShort: true })).toEqual([{ from: 19, to: null }]);
    expect(hiddenIn('10 20 -', { isCutShort: true })).toEqual([{ from: 19, to: null }]);
  });

  it('hold every request that a line told of, in a log in order of the ends of requests', () => {
    const requests = fc.array(
      fc.record({
        gap: fc.integer({ min: 0, max: 90_000 }),
        lasts: fc.integer({ min: 0, max: 30_000 }),
        isBroken: fc.boolean(),
      }),
      { minLength: 3, maxLength: 40 },
    );
    fc.assert(
      fc.property(requests, fc.nat(), (made, cut) => {
        let end = 1e9;
        const log = made.map((one) => {
          end += one.gap;
          return { ...one, begin: end - one.lasts, end };
        });
        const usable = log.filter((one) => !one.isBroken).map((one) => one.begin);
        if (usable.length === 0) return;
        // Read in two parts, as an import that was killed in between.
        const parts = [log.slice(0, cut % log.length), log.slice(cut % log.length)];
        let finder = new HiddenTimes();
        let latest: number | null = null;
        for (const part of parts) {
          finder = new HiddenTimes(finder.soFar, latest);
          for (const { isBroken, begin } of part) {
            if (isBroken) finder.unusable();
            else {
              finder.event(begin);
              latest = Math.max(latest ?? 0, begin);
            }
          }
        }
        const notes = { first: Math.min(...usable), last: Math.max(...usable), unordered: 0, lines: log.length };
        const hidden = finder.ofWhole(notes, false);
        const [from, to] = [Math.min(...usable), Math.max(...usable)];
        for (const one of log.filter(({ isBroken }) => isBroken)) {
          // What lies outside of the log's own time is not covered by it anyway.
          const [begin, last] = [Math.max(one.begin, from), Math.min(one.end, to)];
          if (begin > last) continue;
          expect(hidden.some((time) => (time.from ?? -Infinity) <= begin && last <= (time.to ?? Infinity))).toBe(true);
        }
      }),
    );
  });
});
