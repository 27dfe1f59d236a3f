import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, '..');
const SOURCE = 'assembly/pod-page.ts';

/** Where the code is kept that `npm run wasm` writes. */
export const CODE_PATH = join(ROOT, 'src/sources/live/pod-page-code.ts');

/**
 * Compiles what is in `assembly/` to WebAssembly, by `asconfig.json`.
 *
 * @returns the text of a module that holds it
 * @throws Error with what the compiler says
 */
export async function assembledCode(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'k8sec-wasm-'));
  try {
    const file = join(folder, 'pod-page.wasm');
    // Its launcher is a script of Node, whose version must be the one that runs this.
    const compiler = join(ROOT, 'node_modules/assemblyscript/bin/asc.js');
    await run(process.execPath, [compiler, SOURCE, '--outFile', file], { cwd: ROOT });
    return `/** \`${SOURCE}\` as WebAssembly, in base64: written by \`npm run wasm\`. */
export const POD_PAGE_CODE =
  '${await readFile(file, 'base64')}';
`;
  } finally {
    await rm(folder, { recursive: true });
  }
}
