/**
 * What a question about the past costs over a long history: logs of the quiet day of the tests, day after day, are
 * imported without a file between, then `k8sec as-of` is asked about an instant and a day in their middle. Exits with 1
 * where a limit is exceeded. Linux only. Arguments: millions of events (1), rounds (3).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { clusterDay } from '../analyses/audit/cluster-day.ts';
import { measure } from './measured-process.ts';

const [millions = 1, rounds = 3] = process.argv.slice(2).map(Number);
const PROGRAM = join(import.meta.dirname, '../../dist/k8sec.js');
const FIRST = Date.parse('2020-01-01T00:00:00Z');
const DAY = 86_400_000;
const MOST_SECONDS = 2;
const MOST_MEMORY = 500;

let isExceeded = false;

function limit(what: string, value: number, most: number): void {
  const isOk = value <= most;
  if (!isOk) isExceeded = true;
  console.log(`${what.padEnd(44)} ${value.toFixed(2).padStart(9)}  at most ${most}  ${isOk ? 'ok' : 'EXCEEDED'}`);
}

function dateOf(day: number): string {
  return new Date(FIRST + day * DAY).toISOString().slice(0, 10);
}

/** The lines of one day under the date of each: an event is another one at another time. */
function* log(days: number): Generator<string> {
  const day = `${clusterDay(FIRST).join('\n')}\n`;
  for (let at = 0; at < days; at += 1) yield day.replaceAll(dateOf(0), dateOf(at));
}

const folder = mkdtempSync(join(tmpdir(), 'k8sec-bench-'));
try {
  const history = join(folder, 'history.duckdb');
  const days = Math.ceil((millions * 1e6) / clusterDay(FIRST).length);
  const began = performance.now();
  const child = spawn(process.execPath, [PROGRAM, 'audit', 'import', '-', '--history', history], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  Readable.from(log(days)).pipe(child.stdin);
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(`the import ended with ${code}`);
  const seconds = (performance.now() - began) / 1000;
  const size = statSync(history).size / 1e6;
  const events = days * clusterDay(FIRST).length;
  console.log(`${events} events of ${days} days, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`);
  console.log(`import ${seconds.toFixed(1)} s (${(events / seconds).toFixed(0)} events/s); ${size.toFixed(0)} MB`);
  const middle = dateOf(Math.floor(days / 2));
  const next = dateOf(Math.floor(days / 2) + 1);
  for (const [what, question] of [
    ['an instant', [`${middle}T12:00:00Z`]],
    ['a day', ['--between', middle, next]],
  ] as const) {
    const runs = [];
    for (let round = 0; round < rounds; round += 1) {
      const argv = [PROGRAM, 'as-of', ...question, 'billing/ledger-0', '--history', history, '-o', 'json'];
      const cost = await measure(process.execPath, argv, true);
      // The log has no beginning of its objects, so that some answers are unknown.
      if (cost.code !== 3) throw new Error(`as-of ended with ${cost.code}`);
      runs.push(cost);
    }
    limit(`${what}: seconds, best of ${rounds}`, Math.min(...runs.map((run) => run.wall)) / 1000, MOST_SECONDS);
    limit(`${what}: peak memory, MB`, Math.max(...runs.map((run) => run.peak)), MOST_MEMORY);
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = isExceeded ? 1 : 0;
