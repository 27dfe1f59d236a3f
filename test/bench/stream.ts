/**
 * What a session costs while a cluster changes under it: 20,000 pods, 100 changes a second. `node test/bench/stream.ts
 * [pods] [minutes]` after a build; with minutes only the busy cluster, with a line for each. Linux only, because it reads
 * `/proc`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDemoServer, type DemoServer } from '../../src/sources/demo/api-server.ts';
import { PtyTerminal } from '../e2e/pty-terminal.ts';
import { bigCluster } from './big-cluster.ts';
import { BusyCluster } from './busy-cluster.ts';
import { line } from './figures.ts';
import { cpuOf, keyTimes, memoryOf, percentile } from './session.ts';

const PODS = Number(process.argv[2] ?? 20_000);
const MINUTES = Number(process.argv[3] ?? 0);
const CHANGES_PER_SECOND = 100;
const CALM = 5000;
const SECONDS = 20;
const LONGEST_LOAD = 120_000;
const MINUTE = 60_000;
const PROGRAM = 'dist/k8sec.js';
const PROBE = join(import.meta.dirname, 'memory-probe.ts');

/** A session and the changes that it sees. */
interface Case {
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
  /** Limits of keys, milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Makes a change; they are counted from 0. */
  readonly change: (count: number) => void;
}

const objects = [...bigCluster(PODS, Date.now())];
const pods = objects.filter(({ kind }) => kind === 'Pod');
if (MINUTES === 0) {
  await onServer(async (server) => {
    const change = (count: number): void => label(server, count);
    await measure(server, { name: '120×30, new labels', columns: 120, rows: 30, p50: 16, p99: 33, change });
    await measure(server, { name: '200×50, nothing new', columns: 200, rows: 50, p50: 25, p99: 60, change });
  });
}
await onServer(async (server) => {
  const busy = new BusyCluster(server.store, objects);
  const change = (): void => busy.change();
  await measure(server, { name: '120×30, busy cluster', columns: 120, rows: 30, p50: 16, p99: 33, change });
});

/** Runs something on a server that has the cluster as it was made. */
async function onServer(run: (server: DemoServer) => Promise<void>): Promise<void> {
  const server = await startDemoServer({ bookmarkEveryMs: 1000 });
  server.store.load(objects);
  await run(server);
  await server.close();
}

async function measure({ url }: DemoServer, { name, columns, rows, p50, p99, change }: Case): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'k8sec-bench-'));
  const probe = join(folder, 'probe');
  const command = [process.execPath, '--expose-gc', '--import', PROBE, PROGRAM, '--session', '--server', url];
  const terminal = new PtyTerminal(command, columns, rows, { BENCH_PROBE: probe });
  const started = performance.now();
  while (!/live {2}[\d,]+ objects/.test(terminal.text())) {
    if (performance.now() - started > LONGEST_LOAD) throw new Error(`not loaded in time:\n${terminal.text()}`);
    await sleep(50);
  }
  terminal.type('1');
  let changes = 0;
  const stream = setInterval(() => {
    change(changes);
    changes += 1;
  }, 1000 / CHANGES_PER_SECOND);
  await sleep(CALM);
  const before = await kept(terminal, probe);
  for (let minute = 1; minute <= MINUTES; minute += 1) {
    const cpu = cpuOf(terminal.pid);
    await sleep(MINUTE);
    const share = (100 * (cpuOf(terminal.pid) - cpu)) / MINUTE;
    console.log(
      `minute ${minute}: ${memoryOf(terminal.pid).toFixed(0)} MB resident, ${share.toFixed(1)} % of a processor`,
    );
  }
  const [cpu, bytes, memory, first] = [cpuOf(terminal.pid), terminal.bytes.length, memoryOf(terminal.pid), changes];
  await sleep(SECONDS * 1000);
  line(`${name}: changes`, (changes - first) / SECONDS, '/s', CHANGES_PER_SECOND);
  line(`${name}: processor`, (100 * (cpuOf(terminal.pid) - cpu)) / (SECONDS * 1000), '%', 10);
  line(`${name}: written to the terminal`, (terminal.bytes.length - bytes) / SECONDS / 1000, 'kB/s', 20);
  console.log(`${name}: ${(memoryOf(terminal.pid) - memory).toFixed(0)} MB more resident, garbage included`);
  line(`${name}: memory gained`, (await kept(terminal, probe)) - before, 'MB', 20);
  const keys = await keyTimes(terminal);
  line(`${name}: key to change, p50`, percentile(keys, 0.5), 'ms', p50);
  line(`${name}: key to change, p99`, percentile(keys, 0.99), 'ms', p99);
  clearInterval(stream);
  terminal.kill('SIGKILL');
  await terminal.ended();
  await rm(folder, { recursive: true });
}

/** What is left in a session's memory after a collection, MB. */
async function kept(terminal: PtyTerminal, probe: string): Promise<number> {
  const read = (): readonly string[] => (existsSync(probe) ? readFileSync(probe, 'utf8').trim().split('\n') : []);
  const there = read().length;
  terminal.kill('SIGUSR2');
  while (read().length === there) await sleep(20);
  return (JSON.parse(read().at(-1) ?? '') as { readonly kept: number }).kept;
}

/** Gives a pod a label: its class, its workload's row and what selects it are judged again. The second time it has it already. */
function label({ store }: DemoServer, count: number): void {
  const pod = pods[(count * 7919) % pods.length];
  if (pod === undefined) return;
  const labels = { ...pod.metadata.labels, change: `c${count % 10}` };
  store.apply({ ...pod, metadata: { ...pod.metadata, labels } });
}
