/**
 * What reading an audit log costs: normalising and all detections (`k8sec audit`) against JSON.parse of the same file in
 * the same run, packed and unpacked, and the memory of a log many times as long. The log is the quiet day of the tests,
 * day after day. Exits with 1 where a limit is exceeded. Linux only. Arguments: rounds (3), MB (300), MB of the long log
 * (2000).
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterDay } from '../analyses/audit/cluster-day.ts';
import { measure, type Cost } from './measured-process.ts';

const [rounds = 3, megabytes = 300, longMegabytes = 2000] = process.argv.slice(2).map(Number);
const PROGRAM = join(import.meta.dirname, '../../dist/k8sec.js');
const DAY = 86_400_000;
/** Of JSON.parse's rate. */
const LEAST_RATE = 0.6;
const MOST_MEMORY = 300;

let isExceeded = false;

function limit(what: string, value: number, isOk: boolean, bar: string): void {
  if (!isOk) isExceeded = true;
  console.log(`${what.padEnd(44)} ${value.toFixed(2).padStart(9)}  ${bar}  ${isOk ? 'ok' : 'EXCEEDED'}`);
}

/** @returns the number of events written */
function generate(path: string, mb: number): number {
  const file = openSync(path, 'w');
  let bytes = 0;
  let events = 0;
  for (let day = 0; bytes < mb * 1e6; day += 1) {
    const lines = clusterDay(Date.parse('2026-01-01T00:00:00Z') + day * DAY);
    events += lines.length;
    bytes += writeSync(file, `${lines.join('\n')}\n`);
  }
  closeSync(file);
  return events;
}

async function audit(path: string, events: number): Promise<Cost> {
  const cost = await measure(process.execPath, [PROGRAM, 'audit', '--audit-log', path, '-o', 'json'], true);
  const read = (JSON.parse(cost.output) as { readonly events: number }).events;
  if (read !== events) throw new Error(`${path}: ${read} events were read of ${events}`);
  return cost;
}

/** The best run's time from the start of the process to its last byte: other programs only ever add to it. */
function wall(runs: readonly Cost[]): number {
  return Math.min(...runs.map((run) => run.wall));
}

const folder = mkdtempSync(join(tmpdir(), 'k8sec-bench-'));
try {
  const path = join(folder, 'audit.log');
  const events = generate(path, megabytes);
  execFileSync('gzip', ['--keep', '--fast', path]);
  const floors: Cost[] = [];
  const plain: Cost[] = [];
  const packed: Cost[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const floor = await measure(process.execPath, [join(import.meta.dirname, 'audit-floor.ts'), path], true);
    if (Number(floor.output) !== events) throw new Error(`the floor read ${floor.output} events of ${events}`);
    floors.push(floor);
    plain.push(await audit(path, events));
    packed.push(await audit(`${path}.gz`, events));
  }
  const rate = (ms: number): string => `${((events / ms) * 1000).toFixed(0)} events/s (${ms.toFixed(0)} ms)`;
  console.log(
    `${events} events, ${megabytes} MB, ${rounds} rounds, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}; best run`,
  );
  console.log(`JSON.parse           ${rate(wall(floors))}`);
  console.log(`k8sec audit          ${rate(wall(plain))}`);
  console.log(`k8sec audit, gzip    ${rate(wall(packed))}`);
  const share = wall(floors) / wall(plain);
  limit('share of the rate of JSON.parse', share, share >= LEAST_RATE, `at least ${LEAST_RATE}`);
  const cpu = (runs: readonly Cost[]): number => Math.min(...runs.map((run) => run.cpu));
  console.log(`of the processor time ${(cpu(floors) / cpu(plain)).toFixed(2)}`);
  const peak = Math.max(...plain.map((run) => run.peak), ...packed.map((run) => run.peak));
  limit('peak memory, MB', peak, peak <= MOST_MEMORY, `at most ${MOST_MEMORY}`);
  rmSync(path);
  rmSync(`${path}.gz`);

  const many = generate(path, longMegabytes);
  const long = await audit(path, many);
  console.log(`${many} events, ${longMegabytes} MB: ${(long.wall / 1000).toFixed(1)} s`);
  limit('peak memory of the long log, MB', long.peak, long.peak <= MOST_MEMORY, `at most ${MOST_MEMORY}`);
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = isExceeded ? 1 : 0;
