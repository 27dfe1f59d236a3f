/**
 * `npm run bench`: what k8sec costs on a generated cluster, against the limits of `README.md` here. Exits with 1 where a
 * limit is exceeded. Arguments: rounds (5), pods (20000).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { measure, type Cost } from './measured-process.ts';
import { measureSession, percentile } from './session.ts';

interface Floor {
  readonly wall: number;
  readonly cpu: number;
}

const [rounds = 5, pods = 20_000] = process.argv.slice(2).map(Number);
const PROGRAM = join(import.meta.dirname, '../../dist/k8sec.js');
const MOST_OF_FLOOR = 1.3;
/** The cluster for which every remedy is written: each is proven, so this takes its time. */
const REMEDIED_PODS = 1_000;
/** Downloading may be at most this share of the floor, else the floor says little about parsing. */
const MOST_DOWNLOAD = 0.5;

let isExceeded = false;

function limit(what: string, value: number, most: number, unit: string): void {
  const isOk = value <= most;
  if (!isOk) isExceeded = true;
  console.log(
    `${what.padEnd(52)} ${value.toFixed(2).padStart(9)} ${unit.padEnd(2)}  at most ${most}  ${isOk ? 'ok' : 'EXCEEDED'}`,
  );
}

async function floor(url: string, mode: 'parse' | 'download'): Promise<Floor> {
  const { output } = await measure(process.execPath, [join(import.meta.dirname, 'floor.ts'), url, mode], true);
  return JSON.parse(output) as Floor;
}

function median<T>(runs: readonly T[], of: (run: T) => number): number {
  return percentile(runs.map(of), 0.5);
}

function line(what: string, runs: readonly { readonly wall: number; readonly cpu: number }[]): void {
  const of = (key: 'wall' | 'cpu'): string =>
    `${key} ${median(runs, (run) => run[key]).toFixed(0)} ms (${runs.map((run) => run[key].toFixed(0)).join(', ')})`;
  console.log(`${what.padEnd(22)} ${of('wall')}; ${of('cpu')}`);
}

/** Serves a generated cluster for as long as something is done with it. */
async function serving(size: number, use: (url: string) => Promise<void>): Promise<void> {
  const server = spawn(process.execPath, [join(import.meta.dirname, 'prepared-server.ts'), String(size)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [ready] = (await once(createInterface(server.stdout), 'line')) as [string];
    await use((JSON.parse(ready) as { readonly url: string }).url);
  } finally {
    server.stdin.end();
  }
}

function report(url: string, ...more: readonly string[]): Promise<Cost> {
  return measure(process.execPath, [PROGRAM, '--report', '-o', 'json', '--quiet', '--server', url, ...more]);
}

await serving(pods, async (url) => {
  // The first run has every page prepared.
  await report(url);

  const downloads: Floor[] = [];
  const floors: Floor[] = [];
  const reports: Cost[] = [];
  for (let round = 0; round < rounds; round += 1) {
    downloads.push(await floor(url, 'download'));
    floors.push(await floor(url, 'parse'));
    reports.push(await report(url));
  }
  console.log(
    `${pods} pods, ${rounds} rounds, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}; medians (and runs)`,
  );
  line('download', downloads);
  line('download and parse', floors);
  line('k8sec --report -o json', reports);
  for (const key of ['wall', 'cpu'] as const) {
    const ofFloor = median(floors, (run) => run[key]);
    const share = median(downloads, (run) => run[key]) / ofFloor;
    const ratio = median(reports, (run) => run[key]) / ofFloor;
    if (share > MOST_DOWNLOAD)
      console.log(
        `${key}: not counted, downloading alone is ${(share * 100).toFixed(0)} % of the floor (ratio ${ratio.toFixed(2)})`,
      );
    else limit(`report, ${key} against the floor`, ratio, MOST_OF_FLOOR, '×');
  }
  limit('report, peak memory', Math.max(...reports.map((run) => run.peak)), 250, 'MB');

  const session = await measureSession(PROGRAM, url);
  console.log(`session: all live after ${session.loaded.toFixed(0)} ms`);
  limit('session, start to first frame', session.firstFrame, 400, 'ms');
  limit('session, longest block of the event loop, loading', session.blocked, 100, 'ms');
  limit('session, idle processor share', session.idleCpu * 100, 1, '%');
  limit('session, key to change, p50', session.keyP50, 16, 'ms');
  limit('session, key to change, p99', session.keyP99, 33, 'ms');
});

await serving(REMEDIED_PODS, async (url) => {
  const folder = await mkdtemp(join(tmpdir(), 'k8sec-bench-'));
  try {
    await report(url);
    const plain: Cost[] = [];
    const remedied: Cost[] = [];
    for (let round = 0; round < rounds; round += 1) {
      plain.push(await report(url));
      remedied.push(await report(url, '--remediate', join(folder, String(round))));
    }
    const ratio = median(remedied, (run) => run.cpu) / median(plain, (run) => run.cpu);
    console.log(`${REMEDIED_PODS} pods: --remediate costs ${ratio.toFixed(1)} × the processor time of the report`);
  } finally {
    await rm(folder, { recursive: true });
  }
});
process.exitCode = isExceeded ? 1 : 0;
