import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/**
 * The import order: a layer may import itself and the layers listed. Everything flows one way, so that rules never know
 * a terminal and `src` never knows React.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/model': [],
  'src/kube': ['src/model'],
  'src/config': ['src/kube', 'src/model'],
  'src/store': ['src/kube', 'src/model'],
  'src/sources': ['src/kube', 'src/model'],
  'src/analyses': ['src/store', 'src/kube', 'src/model'],
  'src/rules': ['src/analyses', 'src/store', 'src/kube', 'src/model'],
  'src/engine': ['src/rules', 'src/analyses', 'src/store', 'src/kube', 'src/model'],
  'src/remedy': ['src/engine', 'src/rules', 'src/analyses', 'src/store', 'src/kube', 'src/model'],
  'src/panes': ['src/analyses', 'src/store', 'src/kube', 'src/model'],
  'src/report': [
    'src/remedy',
    'src/panes',
    'src/config',
    'src/engine',
    'src/rules',
    'src/analyses',
    'src/store',
    'src/kube',
    'src/model',
  ],
  'src/commands': [
    'src/report',
    'src/remedy',
    'src/engine',
    'src/rules',
    'src/analyses',
    'src/store',
    'src/kube',
    'src/model',
  ],
  'src/app': [
    'src/panes',
    'src/remedy',
    'src/config',
    'src/engine',
    'src/rules',
    'src/analyses',
    'src/store',
    'src/kube',
    'src/model',
  ],
  hooks: ['src/app', 'src/panes', 'src/remedy', 'src/kube', 'src/model'],
  views: ['hooks', 'src/app', 'src/panes', 'src/remedy', 'src/kube', 'src/model'],
};

/** Packages that only these folders may import. */
const ONLY_IN: Readonly<Record<string, readonly string[]>> = {
  react: ['hooks', 'views'],
  ink: ['hooks', 'views'],
  '@kubernetes/client-node': ['src/sources/live'],
  'node:fs': ['src/sources', 'bin', 'hooks'],
  'node:fs/promises': ['src/sources', 'bin', 'hooks'],
  'node:child_process': ['src/sources', 'bin', 'hooks'],
  'node:worker_threads': ['src/sources'],
};

interface Import {
  readonly file: string;
  readonly to: string;
}

function imports(): Import[] {
  const files = ['src', 'hooks', 'views', 'bin'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => join(folder, name)),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => {
      const to = match[1] ?? '';
      return {
        file,
        to: to.startsWith('.')
          ? relative(ROOT, join(ROOT, dirname(file), to))
              .split(sep)
              .join('/')
          : to,
      };
    });
  });
}

function layerOf(path: string): string | undefined {
  return Object.keys(MAY_IMPORT).find((layer) => path.startsWith(`${layer}/`));
}

const all = imports();

describe('the import order', () => {
  it('goes one way', () => {
    const wrong = all.filter(({ file, to }) => {
      const from = layerOf(file);
      const target = layerOf(to);
      if (from === undefined || target === undefined || from === target) return false;
      return MAY_IMPORT[from]?.includes(target) !== true;
    });
    expect(wrong).toEqual([]);
  });

  it('keeps rules and panes apart from each other', () => {
    const wrong = all.filter(({ file, to }) => {
      const [, , from] = /^src\/(rules|panes)\/(.+)$/.exec(file) ?? [];
      const isPeer = /^src\/rules\/[a-z]+\//.test(to) && /^src\/rules\/[a-z]+\//.test(file);
      const isPane = /^src\/panes\/(network|rbac|labels|audit|secrets|vigilance)\.ts$/.test(to);
      if (from === undefined || from.startsWith('index')) return false;
      return (isPeer && to.split('/')[2] !== file.split('/')[2]) || (isPane && file.startsWith('src/panes/'));
    });
    expect(wrong).toEqual([]);
  });

  it('keeps packages in their place', () => {
    const wrong = all.filter(({ file, to }) => {
      const places = ONLY_IN[to] ?? ONLY_IN[to.split('/').slice(0, 2).join('/')];
      return places !== undefined && !places.some((place) => file.startsWith(`${place}/`));
    });
    expect(wrong).toEqual([]);
  });
});
