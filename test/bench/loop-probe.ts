/**
 * Loaded into a session with `--import`: measures how long its event loop was blocked. At each SIGUSR2 it appends
 * `{"blocked"}` (milliseconds, the longest since the last time) to the file of BENCH_PROBE and begins anew; after the
 * second it costs nothing any more.
 */
import { appendFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const EVERY = 5;
const file = process.env['BENCH_PROBE'] ?? '';
let last = performance.now();
let blocked = 0;

function look(): void {
  const now = performance.now();
  blocked = Math.max(blocked, now - last - EVERY);
  last = now;
}

const timer = setInterval(look, EVERY).unref();
let signals = 0;
process.on('SIGUSR2', () => {
  look();
  appendFileSync(file, `${JSON.stringify({ blocked })}\n`);
  blocked = 0;
  signals += 1;
  // All is loaded: what comes now is to be idle.
  if (signals === 2) clearInterval(timer);
});
