import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exactText, rawText } from '../../src/kube/exact-text.ts';
import { goQuote, goUnquote } from '../../src/kube/go-quote.ts';
import { isClean, sanitise } from '../../src/kube/sanitise.ts';

const anyUnits = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
const lookAlikes = fc
  .array(
    fc.constantFrom(
      '\\',
      '\\u200b',
      '\u200b',
      'u',
      '200b',
      '{',
      '}',
      '\\u{e0041}',
      '\u{e0041}',
      '\\u005c',
      '…',
      'é',
      '\u001b',
    ),
  )
  .map((parts) => parts.join(''));
const texts = fc.oneof(anyUnits, lookAlikes);

describe('exactText', () => {
  test.each([
    ['shop/cart', 'shop/cart'],
    ['CORP\\ursula', 'CORP\\ursula'],
    ['^[a-z]+\\.example$', '^[a-z]+\\.example$'],
    ['größe 日本', 'größe 日本'],
    ['evil\u200b', 'evil\\u200b'],
    ['evil\\u200b', 'evil\\u005cu200b'],
    ['evil\u001b[2J', 'evil\\u001b[2J'],
    ['evil\\u005cu200b', 'evil\\u005cu005cu200b'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\\u{e0041}', '\\u005cu{e0041}'],
  ])('%j becomes %j', (raw, exact) => expect(exactText(raw)).toBe(exact));

  test('of any text: safe, as short as any text shown, and it can be read back', () => {
    fc.assert(
      fc.property(texts, (raw) => {
        const exact = exactText(raw);
        expect(isClean(exact)).toBe(true);
        expect(sanitise(exact)).toBe(exact);
        expect(rawText(exact)).toBe(raw);
      }),
    );
  });

  test('texts that are too long stay two, also beside a text that looks like one of them', () => {
    const long = ['a', 'b'].map((end) => `${'e'.repeat(1100)}${end}`);
    const all = [...long, ...long.map(exactText), `x…${exactText(long[0] ?? '').slice(-43)}`];
    const exact = all.map(exactText);
    expect(new Set(exact).size).toBe(all.length);
    for (const one of exact) {
      expect(one.length).toBeLessThanOrEqual(1024);
      expect(sanitise(one)).toBe(one);
      expect(rawText(one)).toBeUndefined();
    }
  });
});

describe("Go's %q", () => {
  test.each([
    ['evil\u200b', '"evil\\u200b"'],
    ['evil\\u200b', '"evil\\\\u200b"'],
    ['a"\\\n\u0007\u007f', '"a\\"\\\\\\n\\a\\x7f"'],
    ['\u{e0041}', '"\\U000e0041"'],
    ['größe', '"größe"'],
  ])('of %j is %s', (raw, quoted) => {
    expect(goQuote(exactText(raw))).toBe(quoted);
    expect(goUnquote(quoted.slice(1, -1))).toBe(raw);
  });

  test('a name goes through it and back, whatever it holds', () => {
    // Go knows no lone surrogates, and what is too long is not kept.
    fc.assert(
      fc.property(
        texts.filter((text) => text.isWellFormed()),
        (raw) => {
          const quoted = goQuote(exactText(raw));
          expect(isClean(quoted)).toBe(true);
          expect(goUnquote(quoted.slice(1, -1))).toBe(raw);
        },
      ),
    );
  });
});
