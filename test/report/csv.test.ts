import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseCsv } from '../../src/kube/csv-text.ts';
import { csvRow } from '../../src/report/csv.ts';

it('gives back what was written, whatever begins like a formula or like its guard', () => {
  const start = fc.constantFrom('', '=', '+', '-', '@', "'", "''", '＝', '＋', '－', '＠');
  const text = fc.tuple(start, start, fc.string({ unit: fc.constantFrom('a', '1', '=', "'", '"', ',', ';') }));
  fc.assert(
    fc.property(fc.array(text, { minLength: 2, maxLength: 4 }), (parts) => {
      const texts = parts.map((one) => one.join(''));
      const names = texts.map((_text, at) => `c${at}`);
      fc.pre(texts.some((one) => one !== ''));
      const [record] = parseCsv(csvRow(names) + csvRow(texts), []);
      expect(Object.values(record?.cells ?? {})).toEqual(texts);
    }),
    { numRuns: 2000 },
  );
});

// owasp.org, "CSV Injection": spreadsheets read the wide forms of these characters as they read the plain ones.
it.each(['=1+2', '+1', '-1', '@SUM(1)', '＝1', '＋1', '－1', '＠SUM(1)'])('makes %s a text', (formula) => {
  expect(csvRow([formula])).toBe(`'${formula}\r\n`);
});
