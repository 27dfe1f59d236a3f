import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isRecord } from './json-value.ts';

/** A demo cluster in a process of its own. */
export interface DemoChild {
  readonly url: string;
  readonly auditLogPath: string;
  readonly token: string;
  /** Ends the process and waits until it has cleaned up. */
  close(): Promise<void>;
}

/** How long the child may take to be ready; it needs a fraction of a second. */
const START_TIMEOUT_MS = 20_000;
/** How long it may take to clean up before it is killed. */
const CLOSE_TIMEOUT_MS = 3000;

/**
 * Starts the demo cluster as a child process; it ends with this process, whatever happens to it.
 *
 * @param scriptPath the bundled `child.ts`
 * @returns where to reach it, once it answers
 * @throws Error with what the child said where it does not start
 */
export async function startDemoChild(scriptPath: string): Promise<DemoChild> {
  const child = spawn(process.execPath, [scriptPath], { stdio: ['pipe', 'pipe', 'pipe'] });
  // A write to a child that died is no reason to die as well; its exit is reported below.
  child.stdin.on('error', () => undefined);
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2000);
  });
  const lines = createInterface({ input: child.stdout });
  try {
    const line = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('it did not answer in time')), START_TIMEOUT_MS);
      lines.once('line', (text) => {
        clearTimeout(timer);
        resolve(text);
      });
      child.once('error', reject);
      child.once('close', (code) => {
        clearTimeout(timer);
        reject(new Error(complaint.trim() === '' ? `it ended with code ${String(code)}` : complaint.trim()));
      });
    });
    const { url, auditLog, token } = readReady(line);
    return { url, auditLogPath: auditLog, token, close: () => closeChild(child) };
  } catch (error) {
    child.kill();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the demo cluster could not be started: ${reason}`, { cause: error });
  }
}

function readReady(line: string): { url: string; auditLog: string; token: string } {
  const message: unknown = JSON.parse(line);
  if (isRecord(message)) {
    const { url, auditLog, token } = message;
    if (typeof url === 'string' && typeof auditLog === 'string' && typeof token === 'string') {
      return { url, auditLog, token };
    }
  }
  throw new Error('it said something that is not understood');
}

function closeChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.stdin?.end();
  });
}
