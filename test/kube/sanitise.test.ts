import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isClean, sanitise, sanitiseBlock } from '../../src/kube/sanitise.ts';

const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]/u;
const anyUnits = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
const nasty = fc
  .array(fc.constantFrom('a', '\u001b[31m', '\u202e', '\u200d', '\ufe0f', '\ud83d', '👩‍🚀', '\n', '\u0085', 'é', '…'))
  .map((parts) => parts.join(''));

describe('sanitise', () => {
  test.each([
    ['clean text', 'clean text'],
    ['größe 日本 🚀', 'größe 日本 🚀'],
    ['\u001b[2Jx', '\\u001b[2Jx'],
    ['a\nb\r\tc', 'a\\u000ab\\u000d\\u0009c'],
    ['\u0000\u0007\u007f', '\\u0000\\u0007\\u007f'],
    ['\u009b31m', '\\u009b31m'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['a\u200bb\ufeffc', 'a\\u200bb\\ufeffc'],
    ['\ud83d', '\\ud83d'],
    ['👩\u200d🚀', '👩\\u200d🚀'],
    ['❤\ufe0f', '❤\\ufe0f'],
    ['x\u2028y', 'x\\u2028y'],
    ['\u{e0041}', '\\u{e0041}'],
  ])('%j becomes %j', (raw, shown) => expect(sanitise(raw)).toBe(shown));

  test('a long text is cut, never inside a surrogate pair', () => {
    expect(sanitise('abcdef', 4)).toBe('abc…');
    expect(sanitise('ab🚀def', 4)).toBe('ab…');
    expect(sanitise('ab🚀', 4)).toBe('ab🚀');
    expect(sanitise('🚀'.repeat(3), 5)).toBe('🚀🚀…');
    expect(sanitise('abc', 0)).toBe('');
  });

  test.each([
    ['any UTF-16', anyUnits],
    ['nasty pieces', nasty],
  ])('of %s: safe, short, the same when done twice', (_name, texts) => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 40 }), (text, length) => {
        const once = sanitise(text, length);
        expect(FORBIDDEN.test(once)).toBe(false);
        expect(once.length).toBeLessThanOrEqual(length);
        expect(sanitise(once, length)).toBe(once);
        expect(isClean(once)).toBe(true);
        expect(text.length <= length || once.endsWith('…')).toBe(true);
      }),
    );
  });
});

test('sanitiseBlock keeps lines, and nothing else that moves the cursor', () => {
  expect(sanitiseBlock('a:\r\n\tb\u001b[0m\n')).toBe('a:\n  b\\u001b[0m\n');
  fc.assert(
    fc.property(fc.oneof(anyUnits, nasty), (text) => {
      const block = sanitiseBlock(text);
      expect(FORBIDDEN.test(block.replaceAll('\n', ''))).toBe(false);
      expect(sanitiseBlock(block)).toBe(block);
    }),
  );
});
