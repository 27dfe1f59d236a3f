import { build } from 'esbuild';
import { chmod, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { assembledImports } from './assembled-code.ts';
import { OWN_PROGRAMS } from './own-program.ts';
import { fasterInk, noDeveloperTools } from './faster-ink.ts';
import { lighterPackages } from './lighter-packages.ts';

/**
 * Bundles the program to `dist/`: ESM with splitting, so that a report never loads React and an old Node only parses
 * the entry. `--if-needed` does nothing where `dist` is newer than every source.
 */
const OUT = 'dist';
/** The programs by name; each has its entry in `bin/`, or is k8sec under another name. */
const PROGRAMS = ['k8sec', 'kubectl-sec', 'kubectl_complete-sec'] as const;
const SOURCES = ['bin', 'src', 'hooks', 'views', 'package.json', 'package-lock.json'] as const;

if (!process.argv.includes('--if-needed') || (await isNeeded())) await bundle();

async function bundle(): Promise<void> {
  await rm(OUT, { recursive: true, force: true });
  const sources = await readdir('bin');
  await build({
    entryPoints: [
      ...PROGRAMS.map((name) => ({
        in: sources.includes(`${name}.ts`) ? `bin/${name}.ts` : 'bin/k8sec.ts',
        out: name,
      })),
      ...Object.entries(OWN_PROGRAMS).map(([out, source]) => ({ in: source, out })),
    ],
    outdir: OUT,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.19',
    minify: true,
    jsx: 'automatic',
    legalComments: 'none',
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: {
      // CommonJS dependencies call require; the shebang must stay the first line.
      js: "#!/usr/bin/env node\nimport { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);",
    },
    // Native, and optional: it stays a package of its own.
    external: ['@duckdb/node-api'],
    plugins: [assembledImports, fasterInk, noDeveloperTools, lighterPackages],
  });
  for (const name of PROGRAMS) await chmod(join(OUT, `${name}.js`), 0o755);
}

async function isNeeded(): Promise<boolean> {
  const built = await Promise.all(PROGRAMS.map((name) => changed(join(OUT, `${name}.js`))));
  const sources = await Promise.all(SOURCES.map(newest));
  return Math.min(...built) < Math.max(...sources);
}

/** The time of the last change in a file or a folder. */
async function newest(path: string): Promise<number> {
  const entry = await stat(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const times = await Promise.all(entries.map((entry) => changed(join(entry.parentPath, entry.name))));
  return Math.max(entry.mtimeMs, ...times);
}

/** 0 where there is no such file. */
async function changed(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
