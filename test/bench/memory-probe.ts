/**
 * Loaded into a session with `--expose-gc --import`: at each SIGUSR2 it collects garbage and appends what is left in
 * memory, `{"kept"}` in MB, to the file of BENCH_PROBE. Without it, what a process has in memory tells when V8 last
 * collected.
 */
import { appendFileSync } from 'node:fs';

const MEGA = 1e6;
const file = process.env['BENCH_PROBE'] ?? '';

process.on('SIGUSR2', () => {
  // What was kept by finalisers of the first is gone after the second.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  appendFileSync(file, `${JSON.stringify({ kept: (heapUsed + external) / MEGA })}\n`);
});
