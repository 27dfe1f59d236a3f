import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clip, fit, textWidth, wrap } from '../../src/app/text-width.ts';

describe('text width', () => {
  test.each([
    ['', 0],
    ['plain', 5],
    ['für', 3],
    ['日本', 4],
    ['한글', 4],
    ['ﾊﾝｶｸ', 4],
    ['ｆｕｌｌ', 8],
    ['é', 1],
    ['▸●─█▁↑', 6],
  ])('%s is %i columns', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  test('clipped text says so and is never too wide', () => {
    expect(clip('postgres', 5)).toBe('post…');
    expect(clip('日本語', 4)).toBe('日…');
    expect(clip('x', 0)).toBe('');
  });

  test('nothing that a terminal acts on is left', () => {
    expect(clip('a\nb\u001b[31m\u202e', 40)).toBe(String.raw`a\u000ab\u001b[31m\u202e`);
  });

  test('fitted text has exactly its width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, width) => {
        expect(textWidth(fit(text, width))).toBe(width);
        expect(textWidth(fit(text, width, 'right'))).toBe(width);
      }),
    );
  });

  test('wrapped text loses no word and is never too wide', () => {
    expect(wrap('  one two three', 9)).toEqual(['  one two', '  three']);
    expect(wrap('abcdefgh', 3)).toEqual(['abc', 'def', 'gh']);
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/)), fc.integer({ min: 1, max: 20 }), (words, width) => {
        const lines = wrap(words.join(' '), width);
        expect(lines.every((one) => textWidth(one) <= width)).toBe(true);
        expect(lines.join('').replaceAll(' ', '')).toBe(words.join(''));
      }),
    );
  });
});
