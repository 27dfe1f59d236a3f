import { spawn } from 'node:child_process';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { systemClock, type Clock } from './clock.ts';

/** A program to run, such as an exec credential plugin. */
export interface CommandPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether the program gets our terminal; its stderr then goes there too. */
  readonly interactive: boolean;
}

/** How a program ended. */
export interface CommandResult {
  /** null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the connection needs of the machine; tests bring their own. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: string;
  /** @throws an error with the code ENOENT where there is no such file */
  readFile(path: string): Promise<Buffer>;
  /**
   * Rewrites a file of the user's while holding `path.lock`, as client-go locks kubeconfigs (tools/clientcmd/loader.go).
   *
   * @throws an error with the code EEXIST where another program holds the lock, and whatever `change` throws
   */
  rewriteFile(path: string, change: (text: string) => string): Promise<void>;
  /** @throws an error with the code ENOENT where there is no such program */
  run(plan: CommandPlan): Promise<CommandResult>;
  /** Whether a login plugin may ask the person; false as soon as a session owns the terminal. */
  stdin(): 'terminal' | 'no-terminal' | 'in-use';
  readonly clock: Clock;
}

/** The real machine. */
export function nodeHost(options: { readonly stdin?: () => ReturnType<Host['stdin']> } = {}): Host {
  return {
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    readFile: (path) => readFile(path),
    rewriteFile,
    run: runCommand,
    stdin: options.stdin ?? (() => (process.stdin.isTTY ? 'terminal' : 'no-terminal')),
    clock: systemClock(),
  };
}

async function rewriteFile(path: string, change: (text: string) => string): Promise<void> {
  const lock = `${path}.lock`;
  await (await open(lock, 'wx', 0o600)).close();
  try {
    // In place, so that the owner, the mode and links stay.
    await writeFile(path, change(await readFile(path, 'utf8')));
  } finally {
    await rm(lock, { force: true });
  }
}

function runCommand(plan: CommandPlan): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(plan.command, plan.args, {
      env: { ...plan.env },
      stdio: [plan.interactive ? 'inherit' : 'ignore', 'pipe', plan.interactive ? 'inherit' : 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
  });
}

/** Whether a failed file operation says that there is no such file. */
export function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
