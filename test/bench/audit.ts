/**
 * What reading an audit log costs: normalising and all detections (`k8sec audit`) against JSON.parse of the same file in
 * the same run, packed and unpacked, and the memory of a log many times as long. The log is the quiet day of the tests,
 * day after day. The same log cut into a folder of eight files, and of files of 100 KB, packed and unpacked, takes turns with
 * it in one piece; a folder of twelve files with bodies on all cores takes turns with the same on one. Exits with 1 where a
 * limit is exceeded. Linux only. Arguments: rounds (3), MB (300), MB of the long log (2000), MB with bodies (1200).
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { clusterDay } from '../analyses/audit/cluster-day.ts';
import { withBodies } from './bodies.ts';
import { measure, type Cost } from './measured-process.ts';

const [rounds = 3, megabytes = 300, longMegabytes = 2000, bodyMegabytes = 1200] = process.argv.slice(2).map(Number);
const PROGRAM = join(import.meta.dirname, '../../dist/k8sec.js');
const DAY = 86_400_000;
/** Of JSON.parse's rate. */
const LEAST_RATE = 0.6;
const MOST_MEMORY = 300;
const BODY_FILES = 12;
/** How much faster all cores are with bodies than one; packed, unpacking is what takes the time. */
const LEAST_GAIN = { plain: 1.25, packed: 1.1 };

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

/** @param on the command that runs it, such as `taskset -c 0` */
async function audit(path: string, events: number, on: readonly string[] = []): Promise<Cost> {
  const [command, ...args] = [...on, process.execPath, PROGRAM, 'audit', '--audit-log', path, '-o', 'json'];
  const cost = await measure(command, args, true);
  const read = (JSON.parse(cost.output) as { readonly events: number }).events;
  if (read !== events) throw new Error(`${path}: ${read} events were read of ${events}`);
  return cost;
}

/** Cuts a log into a folder of files, in order of their names, of which only the last is shorter. */
function cut(path: string, folder: string, bytes: number, isPacked: boolean): void {
  mkdirSync(folder);
  const log = readFileSync(path);
  for (let from = 0, file = 0; from < log.length; file += 1) {
    const newline = log.indexOf(0x0a, from + bytes);
    const to = newline < 0 ? log.length : newline + 1;
    const piece = log.subarray(from, to);
    const name = `audit-${String(file).padStart(6, '0')}.log`;
    if (isPacked) writeFileSync(join(folder, `${name}.gz`), gzipSync(piece, { level: 1 }));
    else writeFileSync(join(folder, name), piece);
    from = to;
  }
}

/** A folder of files against the same events in one file, and how many processors were busy. */
async function folders(path: string, events: number): Promise<void> {
  for (const [what, bytes] of [
    ['8 files', Math.ceil((megabytes * 1e6) / 8)],
    ['files of 100 KB', 100_000],
  ] as const) {
    for (const isPacked of [false, true]) {
      const many = join(folder, 'many');
      cut(path, many, bytes, isPacked);
      const one = isPacked ? `${path}.gz` : path;
      const runs: { readonly one: Cost; readonly many: Cost }[] = [];
      for (let round = 0; round < rounds; round += 1) {
        runs.push({ one: await audit(one, events), many: await audit(many, events) });
      }
      rmSync(many, { recursive: true });
      const told = (['many', 'one'] as const).map((kind) => {
        const costs = runs.map((run) => run[kind]);
        const busy = median(costs.map((cost) => cost.cpu / cost.wall));
        return `${wall(costs).toFixed(0)} ms, ${cpu(costs).toFixed(0)} ms of processor time (${busy.toFixed(1)} busy)`;
      });
      console.log(`${`${what}${isPacked ? ', gzip' : ''}`.padEnd(22)} ${told[0] ?? ''}; one file ${told[1] ?? ''}`);
      const most = Math.max(...runs.map((run) => run.many.peak));
      limit(`peak memory of ${what}, MB`, most, most <= MOST_MEMORY, `at most ${MOST_MEMORY}`);
    }
  }
}

/** @returns the number of events in files of about the same length */
function generateBodies(folder: string): number {
  mkdirSync(folder);
  let events = 0;
  let file: string[] = [];
  let bytes = 0;
  let files = 0;
  for (let day = 0; files < BODY_FILES; day += 1) {
    for (const line of clusterDay(Date.parse('2026-01-01T00:00:00Z') + day * DAY).map(withBodies)) {
      file.push(line);
      bytes += line.length + 1;
      if (bytes < (bodyMegabytes * 1e6) / BODY_FILES) continue;
      writeFileSync(join(folder, `audit-${String(files).padStart(6, '0')}.log`), `${file.join('\n')}\n`);
      events += file.length;
      file = [];
      bytes = 0;
      files += 1;
      if (files === BODY_FILES) break;
    }
  }
  return events;
}

/** A folder of files with bodies on all cores, and on one. */
async function bodies(): Promise<void> {
  const many = join(folder, 'bodies');
  const events = generateBodies(many);
  for (const isPacked of [false, true]) {
    if (isPacked) execFileSync('gzip', ['--fast', '--recursive', many]);
    const all: Cost[] = [];
    const one: Cost[] = [];
    for (let round = 0; round < rounds; round += 1) {
      all.push(await audit(many, events));
      one.push(await audit(many, events, ['taskset', '-c', '0']));
    }
    const what = `${BODY_FILES} files with bodies${isPacked ? ', gzip' : ''}`;
    const busy = median(all.map((cost) => cost.cpu / cost.wall));
    const told = (runs: readonly Cost[]): string =>
      `${wall(runs).toFixed(0)} ms, ${cpu(runs).toFixed(0)} ms of processor time`;
    console.log(
      `${what}: ${events} events, ${bodyMegabytes} MB: ${told(all)} (${busy.toFixed(1)} busy); one core ${told(one)}`,
    );
    const gain = wall(one) / wall(all);
    const least = LEAST_GAIN[isPacked ? 'packed' : 'plain'];
    limit('times as fast as on one core', gain, gain >= least || availableParallelism() === 1, `at least ${least}`);
    const most = Math.max(...all.map((cost) => cost.peak));
    limit('peak memory, MB', most, most <= MOST_MEMORY, `at most ${MOST_MEMORY}`);
  }
  rmSync(many, { recursive: true });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** The least processor time of all threads in milliseconds. */
function cpu(runs: readonly Cost[]): number {
  return Math.min(...runs.map((run) => run.cpu));
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
  console.log(`of the processor time ${(cpu(floors) / cpu(plain)).toFixed(2)}`);
  const peak = Math.max(...plain.map((run) => run.peak), ...packed.map((run) => run.peak));
  limit('peak memory, MB', peak, peak <= MOST_MEMORY, `at most ${MOST_MEMORY}`);
  await folders(path, events);
  await bodies();
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
