import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HandedOver, OtherProgram } from '../src/app/session-model.ts';
import { saveNew } from './save-new.ts';

/**
 * Runs the person's pager or editor, as git and kubectl choose it, on a text. The editor gets a new file in the working
 * folder that stays; the pager one that only its owner may read, and that goes away.
 *
 * @param keys the file descriptor that the program reads keys from
 * @throws Error where the program cannot be run, or fails
 */
export async function handOver(to: OtherProgram, fileName: string, text: string, keys: number): Promise<HandedOver> {
  if (to === 'editor') {
    const path = await saveNew(fileName, text);
    await run(chosen('KUBE_EDITOR', 'VISUAL', 'EDITOR') ?? 'vi', path, keys);
    const now = await readFile(path, 'utf8');
    return { said: now === text ? `unchanged, in ${path}` : `edited ${path}`, text: now };
  }
  const folder = await mkdtemp(join(tmpdir(), 'k8sec-'));
  try {
    const path = join(folder, fileName);
    await writeFile(path, text, { mode: 0o600 });
    await run(chosen('PAGER') ?? 'less', path, keys);
    return { said: '', text: null };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function chosen(...names: readonly string[]): string | undefined {
  return names.map((name) => process.env[name]).find((value) => value !== undefined && value !== '');
}

/** The program may be named with arguments, so that a shell runs it; the path comes apart from its text. */
function run(program: string, path: string, keys: number): Promise<void> {
  const file = process.platform === 'win32' ? '"%K8SEC_FILE%"' : '"$K8SEC_FILE"';
  return new Promise((resolve, reject) => {
    const child = spawn(`${program} ${file}`, {
      shell: true,
      stdio: [keys, 'inherit', 'inherit'],
      env: { ...process.env, K8SEC_FILE: path },
    });
    child.once('error', (error) => reject(new Error(`could not run ${program}: ${error.message}`)));
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${code ?? 'a signal'}; the file was ${path}`));
    });
  });
}
