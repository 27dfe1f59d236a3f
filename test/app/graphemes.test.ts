import xterm from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { GraphemeSegmenter, PLAIN_TEXT } from '../../src/app/graphemes.ts';

const NATIVE = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const OURS = new GraphemeSegmenter();

/** Every character that is plain by our table; the basic plane has them all. */
const PLAIN = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter((one) =>
  PLAIN_TEXT.test(one),
);

describe('plain text', () => {
  test('each character takes one column of a terminal', async () => {
    const terminal = new xterm.Terminal({ cols: PLAIN.length + 1, rows: 1, allowProposedApi: true });
    await new Promise<void>((resolve) => terminal.write(PLAIN.join(''), resolve));
    const line = terminal.buffer.active.getLine(0);
    const cells = PLAIN.map((_, index) => line?.getCell(index));
    expect(cells.map((cell) => [cell?.getChars(), cell?.getWidth()])).toEqual(PLAIN.map((one) => [one, 1]));
    expect(PLAIN).toHaveLength(879);
  });

  test('no two characters are one grapheme, neither beside a letter nor beside their like', () => {
    for (const text of [PLAIN.join('a'), PLAIN.map((one) => one + one).join(''), PLAIN.join('')])
      expect([...NATIVE.segment(text)]).toHaveLength(text.length);
  });

  test.each([
    ['a joiner', 'a\u200db'],
    ['a variation selector', '©\ufe0f'],
    ['a combining mark', 'e\u0301'],
    ['a soft hyphen', 'a\xadb'],
    ['a wide shape', '◾'],
    ['a wide character', '漢'],
    ['a surrogate pair', '😀'],
    ['a lone surrogate', '\ud800'],
    ['a control', '\u0007'],
    ['a line end', '\n'],
    ['an escape', '\x1b[1m'],
  ])('%s is not plain', (_what, text) => {
    expect(PLAIN_TEXT.test(text)).toBe(false);
  });
});

describe('the segmenter', () => {
  const character = fc.oneof(
    fc.constantFrom(...PLAIN),
    fc.constantFrom('\x1b', '\n', '\r', '\u200d', '\ufe0f', '\u0301', '漢', '👩', '🇩', '\u1100', '\u1161', '\ud800'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );

  test('gives what Intl.Segmenter gives, for each text and each place in it', () => {
    fc.assert(
      fc.property(fc.array(character, { maxLength: 12 }), (characters) => {
        const text = characters.join('');
        expect([...OURS.segment(text)]).toEqual([...NATIVE.segment(text)]);
        for (let index = 0; index < text.length; index += 1)
          expect(OURS.segment(text).containing(index)).toEqual(NATIVE.segment(text).containing(index));
      }),
      { numRuns: 2000 },
    );
  });

  test('styled text is cut as Intl.Segmenter cuts it', () => {
    const text = '\x1b[31m│ 3 pods → web\x1b[39m\n';
    expect([...OURS.segment(text)]).toEqual([...NATIVE.segment(text)]);
  });

  test('is for graphemes only', () => {
    expect(() => new GraphemeSegmenter('en', { granularity: 'word' })).toThrow('there is no segmenter for words here');
  });
});
