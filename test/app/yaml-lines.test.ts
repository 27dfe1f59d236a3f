import { expect, test } from 'vitest';
import { lineText } from '../../src/app/span.ts';
import { yamlLines } from '../../src/app/yaml-lines.ts';
import { toYaml } from '../../src/remedy/to-yaml.ts';

const LONG = `Keeps ${'what is declared '.repeat(12)}and no more.`;

test('sentences in comments are broken once, for the screen, however the file breaks them', () => {
  const yaml = toYaml(
    [{ kind: 'Role' }],
    [
      { document: 0, path: [], text: 'Review before you apply this.' },
      { document: 0, path: [], text: LONG },
      { document: 0, path: [], text: 'by evaluation: opens no connection' },
    ],
  );
  const shown = (columns: number): readonly string[] => yamlLines(yaml, columns).map((one) => lineText(one).trim());
  expect(shown(200)).toEqual(yaml.trimEnd().split('\n'));
  for (const columns of [40, 80, 100, 113]) {
    const lines = shown(columns);
    expect(Math.max(...lines.map((one) => one.length))).toBeLessThanOrEqual(columns);
    const sentence = lines.slice(1, lines.indexOf('# by evaluation: opens no connection'));
    expect(sentence.map((one) => one.slice(2)).join(' ')).toBe(LONG);
    // None but the last is shorter than it need be.
    for (const [at, one] of sentence.slice(0, -1).entries()) {
      const next = sentence[at + 1]?.slice(2).split(' ')[0] ?? '';
      expect(one.length + 1 + next.length).toBeGreaterThan(columns - 4);
    }
  }
});
