import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PtyTerminal } from '../e2e/pty-terminal.ts';

/** What a session costs and how fast it answers. Milliseconds, and a share of one processor. */
export interface SessionFigures {
  readonly firstFrame: number;
  readonly loaded: number;
  readonly blocked: number;
  readonly idleCpu: number;
  readonly keyP50: number;
  readonly keyP99: number;
}

const COLUMNS = 120;
const ROWS = 30;
const KEYS = 200;
const BETWEEN_KEYS = 60;
const IDLE_SECONDS = 10;
/** After everything was read and judged, so that timers of loading are over. */
const CALM = 3000;
const LONGEST_LOAD = 120_000;
const STARTS = 5;
const CTRL_C = '\x03';
const TICK = 10;

/** Runs a session in a pseudo-terminal of 120×30 against a server. */
export async function measureSession(program: string, server: string): Promise<SessionFigures> {
  await startAndQuit(program, server);
  const starts: number[] = [];
  for (let start = 0; start < STARTS; start += 1) starts.push(await timeToFirstFrame(program, server));
  const folder = await mkdtemp(join(tmpdir(), 'k8sec-bench-'));
  const probe = join(folder, 'probe');
  const command = [process.execPath, '--import', join(import.meta.dirname, 'loop-probe.ts'), program];
  const started = performance.now();
  const terminal = new PtyTerminal([...command, '--server', server], COLUMNS, ROWS, { BENCH_PROBE: probe });
  try {
    await terminal.until((text) => text.includes('reading') || text.includes('connecting'), 'a first frame');
    terminal.kill('SIGUSR2');
    await untilLive(terminal);
    const loaded = performance.now() - started;
    terminal.kill('SIGUSR2');
    await sleep(CALM);
    const idleCpu = await idleShare(terminal.pid);
    const keys = await keyTimes(terminal);
    return {
      firstFrame: percentile(starts, 0.5),
      loaded,
      blocked: blockedWhileLoading(probe),
      idleCpu,
      keyP50: percentile(keys, 0.5),
      keyP99: percentile(keys, 0.99),
    };
  } finally {
    terminal.kill('SIGKILL');
    await terminal.ended();
    await rm(folder, { recursive: true });
  }
}

/** One session whose end keeps the compiled code, as with everybody who starts k8sec more than once. */
async function startAndQuit(program: string, server: string): Promise<void> {
  const terminal = new PtyTerminal([process.execPath, program, '--server', server], COLUMNS, ROWS);
  await untilLive(terminal);
  terminal.type(CTRL_C);
  await terminal.ended();
}

async function untilLive(terminal: PtyTerminal): Promise<void> {
  const started = performance.now();
  while (!/● live|live {2}/.test(terminal.text())) {
    if (performance.now() - started > LONGEST_LOAD) throw new Error(`not loaded in time:\n${terminal.text()}`);
    await sleep(20);
  }
}

/** From the start of the program to the first text on the alternate screen; without the probe. */
async function timeToFirstFrame(program: string, server: string): Promise<number> {
  const started = performance.now();
  const terminal = new PtyTerminal([process.execPath, program, '--server', server], COLUMNS, ROWS);
  try {
    await terminal.until((text) => terminal.usesAlternateScreen && text.trim() !== '', 'a first frame');
    return performance.now() - started;
  } finally {
    terminal.kill('SIGKILL');
    await terminal.ended();
  }
}

/** The second entry: from the first frame until all was live. */
function blockedWhileLoading(probe: string): number {
  const entries = readFileSync(probe, 'utf8').trim().split('\n');
  const { blocked } = JSON.parse(entries[1] ?? '{"blocked":null}') as { readonly blocked: number };
  return blocked;
}

async function idleShare(pid: number): Promise<number> {
  const before = cpuOf(pid);
  await sleep(IDLE_SECONDS * 1000);
  return (cpuOf(pid) - before) / (IDLE_SECONDS * 1000);
}

/** Milliseconds of processor time of a process until now. */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}

/** Megabytes that a process has in memory. */
export function memoryOf(pid: number): number {
  const kilobytes = /VmRSS:\s+(?<kB>\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.groups?.['kB'];
  return Number(kilobytes) / 1000;
}

/** Moves the cursor of a full table up and down; each time until the screen is another. */
export async function keyTimes(terminal: PtyTerminal): Promise<readonly number[]> {
  terminal.type('1');
  await sleep(1000);
  const times: number[] = [];
  for (let key = 0; key < KEYS; key += 1) {
    const isDown = key % 2 === 0;
    const at = performance.now();
    terminal.type(isDown ? 'j' : 'k');
    // Not any byte: what changes in the background is written too.
    await terminal.until((screen) => screen.includes(isDown ? ' 2/' : ' 1/'), 'an answer to a key');
    times.push(performance.now() - at);
    await sleep(BETWEEN_KEYS);
  }
  return times;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
