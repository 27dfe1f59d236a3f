import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/** Tries of `name-2.yaml`, `name-3.yaml` … before saving gives up. */
const MAX_NAMES = 100;

/** Writes a file that was not there: `name.yaml`, else `name-2.yaml` and so on. Resolves with its path. */
export async function saveNew(fileName: string, text: string, folder = process.cwd()): Promise<string> {
  for (let copy = 1; copy <= MAX_NAMES; copy += 1) {
    const path = resolve(folder, copy === 1 ? fileName : numbered(fileName, copy));
    try {
      await writeFile(path, text, { flag: 'wx', mode: 0o600 });
      return path;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw new Error(reason(error, path), { cause: error });
    }
  }
  throw new Error(`could not save: ${fileName} and ${MAX_NAMES - 1} numbered names are there already`);
}

function numbered(fileName: string, copy: number): string {
  const dot = fileName.lastIndexOf('.');
  return dot <= 0 ? `${fileName}-${copy}` : `${fileName.slice(0, dot)}-${copy}${fileName.slice(dot)}`;
}

function reason(error: unknown, path: string): string {
  return `could not save ${path}: ${codeOf(error) ?? String(error)}`;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
