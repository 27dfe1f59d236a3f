import { constants } from 'node:fs';
import { access, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isatty } from 'node:tty';
import { fileBytes } from '../src/sources/file-bytes.ts';
import { makeFolder } from '../src/sources/make-folder.ts';
import { reasonOf } from '../src/sources/system-error.ts';
import { LoadError } from './load-error.ts';
import { printer } from './print.ts';

/** The process and file system, as far as the program touches them; tests pass their own. */
export interface World {
  readonly argv: readonly string[];
  /** The name that the program was started under. */
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  readonly columns: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Writes to standard output; waits where the reader is slow. */
  readonly print: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly readFile: (path: string) => Promise<string>;
  readonly exists: (path: string) => Promise<boolean>;
  /** The files so deep in a folder (1: in it), by their paths in it; none where it is not there. */
  readonly listFiles: (folder: string, depth: number) => Promise<readonly string[]>;
  readonly readStandardInput: () => Promise<Uint8Array>;
  /** Writes a file whole or not at all. */
  readonly writeFile: (path: string, text: string) => Promise<void>;
  /** A file written piece by piece; `done` puts it in place, `discard` leaves nothing. */
  readonly createFile: (path: string) => Promise<FileInMaking>;
}

export interface FileInMaking {
  readonly write: (text: string) => void;
  readonly done: () => Promise<void>;
  readonly discard: () => Promise<void>;
}

/** The world of this process. */
export function processWorld(): World {
  const script = process.argv[1] ?? 'k8sec';
  return {
    argv: process.argv.slice(2),
    program: script.slice(script.lastIndexOf('/') + 1).startsWith('kubectl-') ? 'kubectl sec' : 'k8sec',
    env: process.env,
    stdinIsTerminal: isatty(0),
    stdoutIsTerminal: isatty(1),
    stderrIsTerminal: isatty(2),
    columns: isatty(1) ? process.stdout.columns : undefined,
    now: () => Date.now(),
    print: printer(),
    warn: (text) => void process.stderr.write(text),
    readFile: readText,
    exists: async (path) =>
      access(path, constants.R_OK).then(
        () => true,
        () => false,
      ),
    listFiles,
    readStandardInput: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    writeFile: writeWhole,
    createFile: (path) => written(path, () => createFile(path)),
  };
}

/** See {@link World.listFiles}. */
export async function listFiles(folder: string, depth: number): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const lists = entries.map(async (entry): Promise<readonly string[]> => {
    if (!entry.isDirectory()) return depth === 1 ? [entry.name] : [];
    const inner = depth === 1 ? [] : await listFiles(join(folder, entry.name), depth - 1);
    return inner.map((path) => join(entry.name, path));
  });
  return (await Promise.all(lists)).flat();
}

/**
 * Writes a file whole or not at all.
 *
 * @throws LoadError that names the file
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = join(dirname(path), `.${process.pid}.unfinished`);
  await written(path, async () => {
    makeFolder(dirname(path));
    try {
      await writeFile(unfinished, text);
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  });
}

async function createFile(path: string): Promise<FileInMaking> {
  const unfinished = `${path}.${process.pid}.unfinished`;
  makeFolder(dirname(path));
  const file = await open(unfinished, 'w');
  let pending: string[] = [];
  let size = 0;
  let chain: Promise<unknown> = Promise.resolve();
  const flush = (): void => {
    const text = pending.join('');
    pending = [];
    size = 0;
    // Unlike `write` this goes on where the system took a part only, as the last bytes of a disk do.
    chain = chain.then(() => file.writeFile(text));
    // Whoever awaits the end of the file hears of it.
    chain.catch(() => undefined);
  };
  return {
    write: (text) => {
      pending.push(text);
      size += text.length;
      if (size > 1 << 20) flush();
    },
    done: () =>
      written(path, async () => {
        flush();
        await chain;
        await file.close();
        await rename(unfinished, path);
      }),
    discard: async () => {
      await chain.catch(() => undefined);
      await file.close();
      await rm(unfinished, { force: true });
    },
  };
}

/** Work on a file; what goes wrong is told with its name. */
async function written<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new LoadError(`cannot write ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * The text of a file that a flag names.
 *
 * @throws LoadError that names the file, with the file system's `code` where it has one
 */
export async function readText(path: string): Promise<string> {
  try {
    return (await fileBytes(path)).toString('utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? { code: error.code } : {};
    throw Object.assign(new LoadError(`cannot read ${path}: ${reasonOf(error)}`, { cause: error }), code);
  }
}
