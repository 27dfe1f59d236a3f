import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { toYaml } from '../../src/remedy/to-yaml.ts';

const manifest = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'yes', labels: { version: '1.0', mode: 'on' } },
  data: { long: 'word '.repeat(60).trim() },
};

describe('toYaml', () => {
  it('reads back as what was written, ambiguous words and long lines included', () => {
    const documents = parseAllDocuments(toYaml([manifest, { a: null }], []), { version: '1.1' });
    expect(documents.map((document): unknown => document.toJS())).toEqual([manifest, { a: null }]);
  });

  it('puts comments at their place, and no foreign text can leave its comment', () => {
    const text = toYaml(
      [manifest],
      [
        { document: 0, path: [], text: 'why\nkind: Secret' },
        { document: 0, path: ['metadata', 'name'], text: 'the name\u001b[31m' },
        { document: 0, path: ['metadata', 'labels'], text: 'the labels' },
      ],
    );
    expect(text.split('\n').filter((line) => line.includes('#'))).toHaveLength(3);
    expect(text).toContain('# the labels');
    expect(text).not.toContain('\u001b');
    expect(parseAllDocuments(text, { version: '1.1' })[0]?.toJS()).toEqual(manifest);
  });
});
