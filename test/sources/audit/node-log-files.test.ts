import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { nodeLogs, type NodeLogs } from '../../../bin/node-logs.ts';
import { AuditSourceError } from '../../../src/sources/audit/audit-files.ts';
import { followAuditLog } from '../../../src/sources/audit/follow-audit-log.ts';
import { nodeLogFiles } from '../../../src/sources/audit/node-log-files.ts';
import { readAuditLog } from '../../../src/sources/audit/read-audit-log.ts';
import { startDemoServer, type DemoServer } from '../../../src/sources/demo/api-server.ts';
import { readAllExcept } from '../../../src/sources/demo/authorizer.ts';
import { ObjectStore } from '../../../src/sources/demo/object-store.ts';
import { plainConnection } from '../../../src/sources/live/connection.ts';
import { fixedCredential } from '../../../src/sources/live/credential.ts';
import { MemoryFiles } from './memory-files.ts';
import { lines, rawEvent } from './raw-events.ts';

const LOG = 'kubernetes/audit/audit.log';
const FLAG = `--audit-log-path=/var/log/${LOG}`;
/** What lumberjack renames the log to at an hour of a day. */
const rotatedAt = (hour: string): string => LOG.replace('.log', `-2026-11-23T${hour}-00-00.000.log`);
const ids = (...numbers: readonly number[]): string => lines(numbers.map((one) => rawEvent({ auditID: `id-${one}` })));

let server: DemoServer | undefined;
afterEach(() => void server?.close());

interface Cluster {
  readonly server: DemoServer;
  write(path: string, data: string | Buffer): void;
  remove(path: string): void;
}

/** The demo server with one control plane node, and this flag of its kube-apiserver. */
async function cluster(flag = FLAG): Promise<Cluster> {
  const store = new ObjectStore();
  const metadata = { name: 'kube-apiserver-cp-1', namespace: 'kube-system', labels: { component: 'kube-apiserver' } };
  const spec = { nodeName: 'cp-1', containers: [{ name: 'kube-apiserver', command: ['kube-apiserver', flag] }] };
  store.load([{ apiVersion: 'v1', kind: 'Pod', metadata, spec }]);
  const files: Record<string, () => Promise<Buffer>> = {};
  server = await startDemoServer({ store, nodeLogs: { 'cp-1': files } });
  return {
    server,
    write(path, data) {
      files[path] = () => Promise.resolve(Buffer.from(data));
    },
    remove(path) {
      delete files[path];
    },
  };
}

async function opened(of: Cluster): Promise<NodeLogs> {
  const credential = fixedCredential({ authorization: null, certificate: null, key: null });
  return nodeLogs(plainConnection(of.server.url, credential), new AbortController().signal);
}

async function read(of: Cluster, since: number | null = null): Promise<readonly string[]> {
  const logs = await opened(of);
  const seen: string[] = [];
  try {
    await readAuditLog([...(await logs.rotated(since)), ...logs.paths], {
      files: logs.files,
      onEvents: (events) => seen.push(...events.map(({ auditID }) => auditID)),
    });
  } finally {
    logs.close();
  }
  return seen;
}

/** Follows the log while steps happen between two looks, until there are none. */
async function follow(of: Cluster, ...steps: (() => void)[]): Promise<readonly string[]> {
  const logs = await opened(of);
  const seen: string[] = [];
  const ending = new AbortController();
  await followAuditLog(logs.paths, {
    files: logs.files,
    onEvents: (events) => seen.push(...events.map(({ auditID }) => auditID)),
    onNotes: () => undefined,
    wait: () => Promise.resolve((steps.shift() ?? (() => ending.abort()))()),
    signal: ending.signal,
  });
  logs.close();
  return seen;
}

const named = (...numbers: readonly number[]): readonly string[] => numbers.map((one) => `id-${one}`);

it('reads the log that the flags of kube-apiserver name, with GETs only', async () => {
  const of = await cluster();
  const many = Array.from({ length: 4000 }, (_, at) => at);
  of.write(LOG, ids(...many));
  expect((await opened(of)).paths).toEqual([`node:cp-1/var/log/${LOG}`]);
  expect(await read(of)).toEqual(named(...many));
  expect(new Set(of.server.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
});

it('reads what it was rotated to before, packed or not, and nothing else of the folder', async () => {
  const of = await cluster();
  of.write(LOG, ids(5, 6));
  of.write(`${rotatedAt('08')}.gz`, gzipSync(ids(1, 2)));
  of.write(rotatedAt('10'), ids(4));
  of.write(`${rotatedAt('09')}.gz`, gzipSync(ids(3)));
  of.write('kubernetes/audit/audit-policy.yaml', 'kind: Policy');
  of.write('kubernetes/audit/auditd.log', 'type=USER_CMD');
  of.write('kubernetes/audit/old/audit-2026-11-20T10-00-00.000.log', ids(0));
  expect(await read(of)).toEqual(named(1, 2, 3, 4, 5, 6));
  expect(await read(of, Date.parse('2026-11-23T08:30:00Z'))).toEqual(named(3, 4, 5, 6));
});

it('names a rotated file once', async () => {
  const of = await cluster();
  of.write(LOG, ids(3));
  of.write(rotatedAt('08'), ids(1));
  const logs = await opened(of);
  expect(await logs.rotated(null)).toEqual([`node:cp-1/var/log/${rotatedAt('08')}`]);
  of.write(rotatedAt('09'), ids(2));
  expect(await logs.rotated(null)).toEqual([`node:cp-1/var/log/${rotatedAt('09')}`]);
  expect(await logs.rotated(null)).toEqual([]);
  logs.close();
});

it('follows it as it grows, and over a rotation to the end of the old file', async () => {
  const of = await cluster();
  of.write(LOG, ids(1, 2));
  const seen = await follow(
    of,
    () => of.write(LOG, ids(1, 2, 3)),
    () => {
      of.write(rotatedAt('10'), ids(1, 2, 3, 4, 5));
      of.write(rotatedAt('09'), ids(0));
      of.write(LOG, ids(6));
    },
    () => of.write(LOG, ids(6, 7)),
  );
  expect(seen).toEqual(named(1, 2, 3, 4, 5, 6, 7));
});

it('reads an old file to its end where it was packed before anybody looked', async () => {
  const of = await cluster();
  const many = Array.from({ length: 3000 }, (_, at) => at);
  of.write(LOG, ids(...many.slice(0, 1000)));
  const seen = await follow(of, () => {
    of.write(`${rotatedAt('10')}.gz`, gzipSync(ids(...many.slice(0, 2990))));
    of.write(LOG, ids(...many.slice(2990)));
  });
  expect(seen).toEqual(named(...many));
});

it('reads an old file to its end while it is being packed', async () => {
  const of = await cluster();
  const many = Array.from({ length: 3000 }, (_, at) => at);
  of.write(LOG, ids(...many.slice(0, 1000)));
  const old = ids(...many.slice(0, 2990));
  const seen = await follow(of, () => {
    of.write(rotatedAt('10'), old);
    of.write(`${rotatedAt('10')}.gz`, gzipSync(old).subarray(0, 2000));
    of.write(LOG, ids(...many.slice(2990)));
  });
  expect(seen).toEqual(named(...many));
});

it('goes on with the new file where the old one is gone', async () => {
  const of = await cluster();
  of.write(LOG, ids(1, 2));
  expect(await follow(of, () => of.write(LOG, ids(4, 5, 6, 7)))).toEqual(named(1, 2, 4, 5, 6, 7));
});

it.each<[string, string, RegExp]>([
  [
    'a log elsewhere',
    '--audit-log-path=/srv/a.log',
    /cp-1 writes its audit log to \/srv\/a\.log: a kubelet serves \/var\/log\/ only$/,
  ],
  ['a way out of the folder', '--audit-log-path=/var/log/../x', /serves \/var\/log\/ only$/],
  ['standard output', '--audit-log-path=-', /kubectl logs -n kube-system kube-apiserver-cp-1 \| k8sec --audit-log -$/],
  ['no log', '--v=2', /no kube-apiserver pod in kube-system has --audit-log-path/],
])('says what to do about %s', async (_name, flag, message) => {
  const failure: unknown = await read(await cluster(flag)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AuditSourceError);
  expect((failure as Error).message).toMatch(message);
});

it('says which right is missing', async () => {
  const of = await cluster();
  of.write(LOG, ids(1));
  of.server.setAuthorizer(readAllExcept('nodes'));
  await expect(read(of)).rejects.toThrow(
    /^node cp-1, kubernetes\/audit\/: nodes "cp-1" is forbidden: .*; k8sec own-access --audit-source node-proxy prints the right$/,
  );
});

it('reads a node that sends whole files only', async () => {
  const bytes = Buffer.from(ids(1, 2));
  const files = nodeLogFiles(() => Promise.resolve({ bytes, total: null }), new MemoryFiles());
  const seen: string[] = [];
  await readAuditLog([`node:cp-1/var/log/${LOG}`], {
    files,
    onEvents: (events) => seen.push(...events.map(({ auditID }) => auditID)),
  });
  expect(seen).toEqual(named(1, 2));
});
