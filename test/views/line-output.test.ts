import fc from 'fast-check';
import Output from '../../node_modules/ink/build/output.js';
import { expect, test } from 'vitest';
import LineOutput from '../../views/line-output.ts';

const SGR = fc.constantFrom('', '\u001b[1m', '\u001b[31m', '\u001b[30;46m', '\u001b[0m', '\u001b[39m');
const PIECE = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('日本', '   ', '👨‍👩‍👧', 'e\u0301', '\n'),
);
const TEXT = fc
  .array(fc.tuple(SGR, PIECE), { maxLength: 6 })
  .map((parts) => parts.map(([code, text]) => code + text).join(''));

const upper = (text: string): string => text.toUpperCase();
const same = (text: string): string => text;

interface Write {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly transformers: readonly ((text: string) => string)[];
}

const WRITE: fc.Arbitrary<Write> = fc.record({
  x: fc.constantFrom(0, 0, 0, 0, 3, -1),
  y: fc.integer({ min: -1, max: 6 }),
  text: TEXT,
  transformers: fc.constantFrom<Write['transformers']>([], [same], [same], [upper]),
});

/** Frames of whole lines, which are put together from memory. */
const LINES: fc.Arbitrary<readonly Write[]> = fc
  .array(TEXT, { maxLength: 6 })
  .map((texts) => texts.map((text, y) => ({ x: 0, y, text, transformers: [same] })));

function both(writes: readonly Write[], clip: boolean) {
  return [new Output({ width: 20, height: 6 }), new LineOutput({ width: 20, height: 6 })].map((output) => {
    if (clip) output.clip({ x1: 0, x2: 10, y1: 1, y2: 4 });
    for (const { x, y, text, transformers } of writes) output.write(x, y, text, { transformers: [...transformers] });
    if (clip) output.unclip();
    return output.get();
  });
}

test('every frame is as Ink draws it, whether it is made of whole lines or not', () => {
  fc.assert(
    fc.property(fc.oneof(LINES, fc.array(WRITE, { maxLength: 8 })), fc.boolean(), (writes, clip) => {
      const [theirs, ours] = both(writes, clip);
      expect(ours).toEqual(theirs);
    }),
    { numRuns: 500 },
  );
});
