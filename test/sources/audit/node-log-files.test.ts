import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { nodeLogs } from '../../../bin/node-logs.ts';
import { AuditSourceError } from '../../../src/sources/audit/audit-files.ts';
import { followAuditLog } from '../../../src/sources/audit/follow-audit-log.ts';
import { readAuditLog } from '../../../src/sources/audit/read-audit-log.ts';
import { plainConnection } from '../../../src/sources/live/connection.ts';
import { fixedCredential } from '../../../src/sources/live/credential.ts';
import { lines, rawEvent } from './raw-events.ts';

const LOG = 'kubernetes/audit/audit.log';
const ids = (numbers: readonly number[]): string => lines(numbers.map((one) => rawEvent({ auditID: `id-${one}` })));

let server: Server | undefined;
afterEach(() => void server?.close());

interface Cluster {
  readonly files: Map<string, string>;
  readonly requests: string[];
  flag: string;
  /** Ranges are answered with the whole. */
  isWhole: boolean;
  isDenied: boolean;
  readonly url: string;
}

/** An API server with one control plane node, whose kubelet serves these files of /var/log (net/http FileServer). */
async function cluster(): Promise<Cluster> {
  const state = {
    files: new Map<string, string>(),
    requests: [] as string[],
    flag: `--audit-log-path=/var/log/${LOG}`,
    isWhole: false,
    isDenied: false,
    url: '',
  };
  const listening = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    state.requests.push(`${request.method ?? ''} ${pathname}`);
    if (pathname.endsWith('/pods')) {
      const spec = { nodeName: 'cp-1', containers: [{ command: ['kube-apiserver', state.flag] }] };
      response.end(JSON.stringify({ kind: 'PodList', items: [{ metadata: { name: 'kube-apiserver-cp-1' }, spec }] }));
      return;
    }
    const path = pathname.replace('/api/v1/nodes/cp-1/proxy/logs/', '');
    if (state.isDenied) {
      const message = 'nodes "cp-1" is forbidden: User "u" cannot get resource "nodes/proxy"';
      response.writeHead(403).end(JSON.stringify({ kind: 'Status', status: 'Failure', code: 403, message }));
      return;
    }
    if (path.endsWith('/')) {
      const names = [...state.files.keys()].map((one) => one.slice(path.length));
      response.end(`<pre>\n${names.map((one) => `<a href="${one}">${one}</a>`).join('\n')}\n</pre>\n`);
      return;
    }
    const bytes = Buffer.from(state.files.get(path) ?? '');
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    if (!state.files.has(path)) response.writeHead(404).end('404 page not found');
    else if (state.isWhole || from === undefined) response.end(bytes);
    else if (Number(from) >= bytes.length) response.writeHead(416).end('invalid range');
    else {
      const part = bytes.subarray(Number(from), Number(to) + 1);
      const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`;
      response.writeHead(206, { 'content-range': range }).end(part);
    }
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  return state;
}

async function opened({ url }: Cluster): ReturnType<typeof nodeLogs> {
  const credential = fixedCredential({ authorization: 'Bearer t', certificate: null, key: null });
  return nodeLogs(plainConnection(url, credential), new AbortController().signal);
}

async function read(of: Cluster): Promise<readonly string[]> {
  const logs = await opened(of);
  const seen: string[] = [];
  try {
    await readAuditLog(logs.paths, {
      files: logs.files,
      onEvents: (events) => seen.push(...events.map(({ auditID }) => auditID)),
    });
  } finally {
    logs.close();
  }
  return seen;
}

it('reads the log that the flags of kube-apiserver name, with GETs only', async () => {
  const of = await cluster();
  const many = Array.from({ length: 4000 }, (_, at) => at);
  of.files.set(LOG, ids(many));
  expect((await opened(of)).paths).toEqual([`node:cp-1/var/log/${LOG}`]);
  expect(await read(of)).toEqual(many.map((one) => `id-${one}`));
  expect(new Set(of.requests.map((one) => one.split(' ', 1)[0]))).toEqual(new Set(['GET']));
});

it('follows it as it grows, and over a rotation to the end of the old file', async () => {
  const of = await cluster();
  of.files.set(LOG, ids([1, 2]));
  const logs = await opened(of);
  const seen: string[] = [];
  const ending = new AbortController();
  const steps: (() => void)[] = [
    () => of.files.set(LOG, ids([1, 2, 3])),
    () => {
      of.files.set(LOG.replace('.log', '-2026-11-23T10-00-00.000.log'), ids([1, 2, 3, 4, 5]));
      of.files.set(LOG.replace('.log', '-2026-11-22T10-00-00.000.log'), ids([0]));
      of.files.set(LOG, ids([6]));
    },
    () => of.files.set(LOG, ids([6, 7])),
    () => ending.abort(),
  ];
  await followAuditLog(logs.paths, {
    files: logs.files,
    onEvents: (events) => seen.push(...events.map(({ auditID }) => auditID)),
    onNotes: () => undefined,
    wait: () => Promise.resolve(steps.shift()?.()),
    signal: ending.signal,
  });
  logs.close();
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7].map((one) => `id-${one}`));
});

it.each<[string, (of: Cluster) => void, RegExp]>([
  [
    'a right that is missing',
    (of) => void (of.isDenied = true),
    /^node cp-1, kubernetes\/audit\/audit\.log: nodes "cp-1" is forbidden: .*; k8sec own-access --audit-source node-proxy prints the right$/,
  ],
  [
    'a log elsewhere',
    (of) => void (of.flag = '--audit-log-path=/srv/a.log'),
    /cp-1 writes its audit log to \/srv\/a\.log: a kubelet serves \/var\/log\/ only$/,
  ],
  ['a way out of the folder', (of) => void (of.flag = '--audit-log-path=/var/log/../x'), /serves \/var\/log\/ only$/],
  [
    'standard output',
    (of) => void (of.flag = '--audit-log-path=-'),
    /kubectl logs -n kube-system kube-apiserver-cp-1 \| k8sec --audit-log -$/,
  ],
  ['no log', (of) => void (of.flag = '--v=2'), /no kube-apiserver pod in kube-system has --audit-log-path/],
])('says what to do about %s', async (_name, change, message) => {
  const of = await cluster();
  of.files.set(LOG, ids([1]));
  change(of);
  const failure: unknown = await read(of).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AuditSourceError);
  expect((failure as Error).message).toMatch(message);
});

it('reads a node that sends whole files only', async () => {
  const of = await cluster();
  of.files.set(LOG, ids([1, 2]));
  of.isWhole = true;
  expect(await read(of)).toEqual(['id-1', 'id-2']);
});
