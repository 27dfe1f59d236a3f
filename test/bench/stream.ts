/**
 * What a session costs while a cluster changes under it: 20,000 pods, 100 changes a second. `node test/bench/stream.ts
 * [pods]` after a build; Linux only, because it reads `/proc`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startDemoServer, type DemoServer } from '../../src/sources/demo/api-server.ts';
import type { KubeObject } from '../../src/sources/demo/kube-object.ts';
import { PtyTerminal } from '../e2e/pty-terminal.ts';
import { bigCluster } from './big-cluster.ts';
import { line } from './figures.ts';
import { cpuOf, keyTimes, memoryOf, percentile } from './session.ts';

const PODS = Number(process.argv[2] ?? 20_000);
const CHANGES_PER_SECOND = 100;
const CALM = 5000;
const SECONDS = 20;
const LONGEST_LOAD = 120_000;
const PROGRAM = 'dist/k8sec.js';

const SIZES = [
  { columns: 120, rows: 30, p50: 16, p99: 33 },
  { columns: 200, rows: 50, p50: 25, p99: 60 },
] as const;

const pods: KubeObject[] = [];
const server = await startDemoServer({ bookmarkEveryMs: 1000 });
for (const object of bigCluster(PODS, Date.now())) {
  server.store.apply(object);
  if (object.kind === 'Pod') pods.push(object);
}
for (const size of SIZES) await measure(server, size);
await server.close();

async function measure({ url, store }: DemoServer, { columns, rows, p50, p99 }: (typeof SIZES)[number]): Promise<void> {
  const terminal = new PtyTerminal([process.execPath, PROGRAM, '--session', '--server', url], columns, rows);
  const started = performance.now();
  while (!/live {2}[\d,]+ objects/.test(terminal.text())) {
    if (performance.now() - started > LONGEST_LOAD) throw new Error(`not loaded in time:\n${terminal.text()}`);
    await sleep(50);
  }
  terminal.type('1');
  let changes = 0;
  const stream = setInterval(() => {
    const pod = pods[(changes * 7919) % pods.length];
    if (pod !== undefined) store.apply(changed(pod, changes));
    changes += 1;
  }, 1000 / CHANGES_PER_SECOND);
  await sleep(CALM);
  const [cpu, bytes, memory, first] = [cpuOf(terminal.pid), terminal.bytes.length, memoryOf(terminal.pid), changes];
  await sleep(SECONDS * 1000);
  const name = `${columns}×${rows}`;
  line(`${name}: changes`, (changes - first) / SECONDS, '/s', CHANGES_PER_SECOND);
  line(`${name}: processor`, (100 * (cpuOf(terminal.pid) - cpu)) / (SECONDS * 1000), '%', 10);
  line(`${name}: written to the terminal`, (terminal.bytes.length - bytes) / SECONDS / 1000, 'kB/s', 20);
  line(`${name}: memory gained`, memoryOf(terminal.pid) - memory, 'MB', 20);
  const keys = await keyTimes(terminal);
  line(`${name}: key to change, p50`, percentile(keys, 0.5), 'ms', p50);
  line(`${name}: key to change, p99`, percentile(keys, 0.99), 'ms', p99);
  clearInterval(stream);
  terminal.kill('SIGKILL');
  await terminal.ended();
}

/** A pod that differs in a label: its class, its workload's row and what selects it are judged again. */
function changed(pod: KubeObject, count: number): KubeObject {
  return { ...pod, metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, change: `c${count % 10}` } } };
}
