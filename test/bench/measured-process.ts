import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What one run of a program cost. */
export interface Cost {
  /** Milliseconds from its start to its last byte. */
  readonly wall: number;
  /** Milliseconds of processor time, user and system. */
  readonly cpu: number;
  /** Largest resident memory in MB (10^6 bytes). */
  readonly peak: number;
  readonly output: string;
  readonly code: number | null;
}

/** Linux counts processor time in ticks of 10 ms. */
const TICK = 10;

/** Runs a program to its end. Peak memory and processor time are read from /proc while it runs. */
export function measure(command: string, args: readonly string[], keepOutput = false): Promise<Cost> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let peak = 0;
    let cpu = 0;
    const output: Buffer[] = [];
    const look = (): void => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        peak = Math.max(peak, (Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024) / 1e6);
        const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        cpu = Math.max(cpu, (Number(fields[11]) + Number(fields[12])) * TICK);
      } catch {
        // It has ended; the last look counts.
      }
    };
    const timer = setInterval(look, 5);
    let wall = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      wall = performance.now() - start;
      look();
      if (keepOutput) output.push(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      resolve({ wall, cpu, peak, output: Buffer.concat(output).toString(), code });
    });
  });
}
