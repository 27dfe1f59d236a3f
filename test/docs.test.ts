import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { generatedPages } from '../bin/generated-pages.ts';
import { TOOL } from '../src/model/tool.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('the documentation', () => {
  it.each(generatedPages().map((page) => [page.path, page.text]))(
    '%s is what the tables say (npm run docs)',
    async (path, text) => {
      expect(read(path)).toBe(await format(text, { parser: 'markdown', printWidth: 120 }));
    },
  );

  it('names the version of package.json', () => {
    expect((JSON.parse(read('package.json')) as { version: string }).version).toBe(TOOL.version);
  });

  it('has the two commands of the README in it', () => {
    expect(read('README.md')).toContain('npm ci && npm start');
    expect(read('README.md')).toContain('npm ci && npm test');
    expect(read('.ci/run')).toContain('npm ci && npm test');
  });
});
