import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
      const wanted = path.endsWith('.md') ? await format(text, { parser: 'markdown', printWidth: 120 }) : text;
      expect(read(path)).toBe(wanted);
    },
  );

  it('is in the package as a page of the manual', () => {
    const { man, files } = JSON.parse(read('package.json')) as { man: string; files: readonly string[] };
    expect(files).toContain(man);
    expect(read(man)).toMatch(/^\.TH K8SEC 1 /);
  });

  it.each(['README.md', 'docs/tour.md', 'ARCHITECTURE.md'])('%s links to files that are there', (path) => {
    const links = [...read(path).matchAll(/\]\((?<file>[^)#:]+)(?:#[^)]*)?\)/g)].map(
      (match) => match.groups?.['file'] ?? '',
    );
    for (const link of links) expect([link, existsSync(join(ROOT, dirname(path), link))]).toEqual([link, true]);
  });

  it('names the version of package.json', () => {
    expect((JSON.parse(read('package.json')) as { version: string }).version).toBe(TOOL.version);
  });

  it('has the two commands of the README in it', () => {
    expect(read('README.md')).toContain('npm ci && npm start');
    expect(read('README.md')).toContain('npm ci && npm test');
    expect(read('.ci/run')).toContain('npm ci && npm test');
  });
});
