import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Plugin } from 'esbuild';

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, '..');
/** How what is in `src/assembly` is imported, and the file that is meant. */
const MODULES: Readonly<Record<string, string>> = {
  'assembled:audit-bodies': 'src/assembly/audit-bodies.ts',
  'assembled:audit-lines': 'src/assembly/audit-lines.ts',
  'assembled:pod-page': 'src/assembly/pod-page.ts',
};
const FILTER = /^assembled:/;
/** The first pages of the memory, and the memory itself, are the caller's. */
const OPTIONS =
  '--optimizeLevel 3 --shrinkLevel 0 --noAssert --runtime stub --enable simd --importMemory --memoryBase 20480'.split(
    ' ',
  );

/**
 * Compiles a file of `src/assembly` to WebAssembly.
 *
 * @param name as it is imported, such as `assembled:pod-page`
 * @returns the text of a module whose default export is the code in base64
 * @throws Error with what the compiler says
 */
async function assembledCode(name: string): Promise<string> {
  const source = MODULES[name];
  if (source === undefined) throw new Error(`${name}: there is no such code (${Object.keys(MODULES).join(', ')})`);
  const folder = await mkdtemp(join(tmpdir(), 'k8sec-wasm-'));
  try {
    const file = join(folder, 'code.wasm');
    // Its launcher is a script of Node, whose version must be the one that runs this.
    const compiler = join(ROOT, 'node_modules/assemblyscript/bin/asc.js');
    await run(process.execPath, [compiler, source, '--outFile', file, ...OPTIONS], { cwd: ROOT });
    return `export default '${await readFile(file, 'base64')}';`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Compiles `assembled:` imports of the bundle. */
export const assembledImports: Plugin = {
  name: 'assembled-imports',
  setup(context) {
    context.onResolve({ filter: FILTER }, ({ path }) => ({ path, namespace: 'assembled' }));
    context.onLoad({ filter: FILTER, namespace: 'assembled' }, async ({ path }) => ({
      contents: await assembledCode(path),
    }));
  },
};

/** The same for the tests, which run the sources: a plugin of Vite. */
export const assembledImportsOfTests = {
  name: 'assembled-imports',
  resolveId: (id: string): string | null => (FILTER.test(id) ? `\0${id}` : null),
  load: (id: string): Promise<string> | null => (id.startsWith('\0assembled:') ? assembledCode(id.slice(1)) : null),
};
