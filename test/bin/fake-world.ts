import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { main } from '../../bin/main.ts';
import { listFiles, readText, type World } from '../../bin/world.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');

/** What one run of the program did. */
export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the program in this process: real files, and everything else of the world pretended. */
export async function run(argv: readonly string[], overrides: Partial<World> = {}): Promise<Run> {
  let out = '';
  let err = '';
  const world: World = {
    argv,
    program: 'k8sec',
    // Nothing of the person who runs the tests: no kubeconfig, no config file.
    env: { HOME: '/nonexistent', XDG_CONFIG_HOME: '/nonexistent' },
    stdinIsTerminal: false,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    columns: undefined,
    now: () => NOW,
    print: (text) => void (out += text),
    warn: (text) => void (err += text),
    readFile: readText,
    exists: async (path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    listFiles,
    readStandardInput: async () => new Uint8Array(),
    writeFile: async (path, text) => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    },
    createFile: async (path) => {
      await mkdir(dirname(path), { recursive: true });
      const pieces: string[] = [];
      return {
        write: (text) => void pieces.push(text),
        done: async () => {
          await writeFile(`${path}.part`, pieces.join(''));
          await rename(`${path}.part`, path);
        },
        discard: () => rm(`${path}.part`, { force: true }),
      };
    },
    ...overrides,
  };
  const code = await main(world);
  return { code, out, err };
}
