/**
 * No value of a Secret is ever kept, and no credential outside of one is ever shown: 1,000 Secrets with marked values on
 * a real API server, half of them made as `kubectl apply` does, and marked credentials in env, args, ConfigMaps,
 * annotations and audit bodies. The program runs as its users run it; what it parsed, kept in memory, printed and wrote
 * is searched for the marks.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClusterSource } from '../../bin/cluster-source.ts';
import { settingsOf } from '../../bin/settings.ts';
import { LiveModel } from '../../src/app/live-model.ts';
import { SYSTEM_CLOCK } from '../../src/app/session-source.ts';
import { DEFAULT_CONFIG } from '../../src/config/config.ts';
import { PANE_LIST } from '../../src/panes/index.ts';
import { buildRemedies } from '../../src/remedy/build.ts';
import { jointRemedy } from '../../src/remedy/joint-remedy.ts';
import { FORMATS } from '../../src/report/formats.ts';
import { RULES } from '../../src/rules/index.ts';
import { openHistory, TABLES } from '../../src/sources/history/history-database.ts';
import { PtyTerminal } from '../e2e/pty-terminal.ts';
import { findBinaries, startApiServer, type ApiServer } from './start-server.ts';

const SECRETS = 1_000;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const PROGRAM = join(import.meta.dirname, '../../dist/k8sec.js');
/** A multiple of three bytes, so that its base64 form is found in that of a longer value. */
const SECRET = `mk${randomBytes(8).toString('hex')}`.padEnd(18, 'x');
const SECRET_BASE64 = Buffer.from(SECRET).toString('base64');
/** Looks like a credential by its entropy. */
const LITERAL = randomBytes(18).toString('base64url').replaceAll(/[-_]/g, 'Q');

/** Runs in the program: notes marks in what is parsed, and writes the heap when the program ends. */
const HOOK = `
import { writeFileSync } from 'node:fs';
import { writeHeapSnapshot } from 'node:v8';
const { K8SEC_TEST_MARKS: file, K8SEC_TEST_HEAP: heap } = process.env;
const marks = process.env.K8SEC_TEST_PARSED.split(',');
delete process.env.K8SEC_TEST_PARSED;
const parse = JSON.parse;
const seen = { parsed: 0, marked: 0 };
JSON.parse = (text, reviver) => {
  seen.parsed += 1;
  const source = String(text);
  if (marks.some((mark) => source.includes(mark))) seen.marked += 1;
  return parse(text, reviver);
};
process.on('exit', () => {
  writeFileSync(file, JSON.stringify(seen));
  marks.length = 0;
  if (heap !== undefined) writeHeapSnapshot(heap);
});
`;

let server: ApiServer;
let folder: string;
let recorder: Server;
/** Bodies of the API server's answers that went through the recorder. */
let bodies: string[] = [];

interface Ran {
  readonly output: string;
  readonly code: number | null;
  readonly parsed: number;
  /** Texts with a mark of a Secret that were parsed. */
  readonly marked: number;
}

/** Runs the built program with the hook; `heap` is where to write its heap. */
async function k8sec(words: readonly string[], heap?: string): Promise<Ran> {
  const marks = join(folder, 'marks.json');
  const program = spawn(process.execPath, ['--import', join(folder, 'hook.mjs'), PROGRAM, ...words], {
    env: {
      ...process.env,
      K8SEC_TEST_MARKS: marks,
      K8SEC_TEST_PARSED: `${SECRET},${SECRET_BASE64}`,
      ...(heap === undefined ? {} : { K8SEC_TEST_HEAP: heap }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [program.stdout, program.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const [code] = (await once(program, 'close')) as [number | null];
  return { output, code, ...(JSON.parse(await readFile(marks, 'utf8')) as { parsed: number; marked: number }) };
}

/** As marksIn, and of values that a screen may have cut: any ten characters of one. */
function partsIn(text: string): readonly string[] {
  return [SECRET, SECRET_BASE64, LITERAL].flatMap((mark) =>
    Array.from({ length: mark.length - 9 }, (_, at) => mark.slice(at, at + 10)).filter((part) => text.includes(part)),
  );
}

function marksIn(text: string): readonly string[] {
  return [SECRET, SECRET_BASE64, LITERAL].filter((mark) => text.includes(mark));
}

describe.skipIf(findBinaries() === undefined)('marked values', () => {
  beforeAll(async () => {
    server = await startApiServer({
      auditPolicy: JSON.stringify({
        apiVersion: 'audit.k8s.io/v1',
        kind: 'Policy',
        rules: [{ level: 'RequestResponse' }],
      }),
    });
    folder = await mkdtemp(join(tmpdir(), 'k8sec-markers-'));
    await writeFile(join(folder, 'hook.mjs'), HOOK);
    for (let index = 0; index < SECRETS; index += 1) await createSecret(index);
    for (const [path, body] of literals()) await create(path, body);
    recorder = await startRecorder();
  });

  afterAll(async () => {
    recorder.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('of Secrets are parsed nowhere, and in no heap, report or snapshot', async () => {
    const heap = join(folder, 'report.heapsnapshot');
    const report = await k8sec(['--report', '-o', 'json', '--kubeconfig', server.kubeconfig], heap);
    expect(report.parsed).toBeGreaterThan(10);
    expect(report.marked).toBe(0);
    expect(marksIn(report.output)).toEqual([]);
    expect(report.output).toContain('marked-999');
    expect(report.output).toContain('secrets/values-in-annotation');
    expect(report.output).toContain('DB_PASSWORD');
    const kept = await readFile(heap, 'utf8');
    expect(kept).toContain('marked-999');
    expect(marksIn(kept)).toEqual([]);

    const file = join(folder, 'state.k8sec');
    const snapshot = await k8sec(['snapshot', file, '--kubeconfig', server.kubeconfig]);
    expect(snapshot.marked).toBe(0);
    const text = await readFile(file, 'utf8');
    expect(text).toContain('marked-999');
    expect(marksIn(text)).toEqual([]);
  });

  test.each(FORMATS.map((format) => format.name))('are not in a report of form %s, remedies included', async (name) => {
    const words = ['--report', '-o', name, '--with-remedies', '--pane', 'secrets', '--kubeconfig', server.kubeconfig];
    const { output, marked } = await k8sec(words);
    expect(output.length).toBeGreaterThan(1_000);
    expect(marked).toBe(0);
    expect(marksIn(output)).toEqual([]);
  });

  test('of audit bodies are neither told nor kept', async () => {
    const log = join(server.folder, 'audit.log');
    expect(marksIn(await readFile(log, 'utf8')).length).toBeGreaterThan(1);
    const heap = join(folder, 'audit.heapsnapshot');
    const words = ['--audit-log', log, '--kubeconfig', server.kubeconfig];
    const report = await k8sec(['--report', '-o', 'json', ...words], heap);
    expect(marksIn(report.output)).toEqual([]);
    expect(marksIn(await readFile(heap, 'utf8'))).toEqual([]);
    const events = await k8sec(['audit', '--events', '-o', 'json', '--audit-log', log]);
    expect(events.output).toContain('marked-999');
    expect(marksIn(events.output)).toEqual([]);
  });

  test('are on no screen of the session: rows, y, d, remedies', async () => {
    const settings = settingsOf({ kubeconfig: server.kubeconfig }, Date.now());
    const model = new LiveModel({
      open: () => new ClusterSource(settings, DEFAULT_CONFIG),
      rules: RULES,
      panes: PANE_LIST,
      buildRemedies,
      refusalsOf: () => new Map(),
      joinRemedies: jointRemedy,
      evaluate: async (_engine, remedy) => Promise.resolve(remedy),
      ask: () => Promise.resolve(''),
      listContexts: () => Promise.resolve([]),
      clock: SYSTEM_CLOCK,
    });
    try {
      await new Promise<void>((resolve) => {
        const end = model.subscribe(() => {
          const ids = [...model.snapshot().findings.keys()];
          if (!ids.some((id) => id.includes('marked-999')) || !ids.some((id) => id.includes('DB_PASSWORD'))) return;
          end();
          resolve();
        });
      });
      const shown: string[] = [JSON.stringify([...model.snapshot().findings.values()])];
      const objects = [
        { apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'marked-999' },
        { apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'marked-998' },
        { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'literal' },
        { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'literal' },
      ];
      for (const object of objects) {
        const yaml = await model.fetchYaml(object);
        expect(yaml).toContain(object.name);
        shown.push(yaml, await model.describe(object));
      }
      const remedies = await model.remediesFor([...model.snapshot().findings.keys()]);
      const patched = remedies.filter((one) => one.diff.some((line) => line.text.includes('secretKeyRef')));
      expect(patched.length).toBeGreaterThan(0);
      shown.push(JSON.stringify(remedies));
      expect(marksIn(shown.join('\n'))).toEqual([]);
    } finally {
      await model.stop();
    }
  });

  test('are in no difference of snapshots, manifests and reports, and in no line of the log', async () => {
    const before = join(folder, 'before.k8sec');
    await k8sec(['snapshot', before, '--kubeconfig', server.kubeconfig]);
    const logged = await k8sec(['--report', '-v=9', '--pane', 'secrets', '--kubeconfig', server.kubeconfig]);
    expect(logged.output).toContain('ConfigMap');
    const manifests = join(folder, 'manifests');
    await mkdir(manifests);
    for (const [at, [, body]] of literals().entries()) {
      await writeFile(join(manifests, `${at}.json`), JSON.stringify(withOtherCredentials(body)));
    }
    const report = join(folder, 'report.json');
    await writeFile(report, (await k8sec(['--report', '-o', 'json', '--from', manifests])).output);
    expect(marksIn(await readFile(join(manifests, '0.json'), 'utf8'))).toEqual([LITERAL]);
    const shown = [logged.output];
    for (const other of [manifests, report]) {
      for (const output of ['text', 'json']) {
        const { output: text, code } = await k8sec(['diff', before, other, '-o', output]);
        expect(code).toBe(1);
        expect(text).toContain('OTHER_PASSWORD');
        shown.push(text);
      }
    }
    expect(marksIn(shown.join('\n'))).toEqual([]);
  });

  test('are in no table of a history, and in nothing that it answers', async () => {
    const history = join(folder, 'history.duckdb');
    const log = join(server.folder, 'audit.log');
    const imported = await k8sec(['audit', 'import', log, '--history', history]);
    expect(imported.code).toBe(0);
    const database = await openHistory(history, 'read');
    const rows: string[] = [];
    for (const table of Object.keys(TABLES)) rows.push(JSON.stringify(await database.rows(`SELECT * FROM ${table}`)));
    database.close();
    expect(rows.join()).toContain('marked-999');
    expect(marksIn(rows.join())).toEqual([]);
    const answer = await k8sec(['audit', '--history', history, '-o', 'json', '--with-remedies']);
    expect(marksIn(answer.output)).toEqual([]);
  });

  test('are in no frame that the session draws, and not in its journal', async () => {
    const journal = join(folder, 'journal');
    const flags = ['--kubeconfig', server.kubeconfig, '--journal', journal];
    const log = join(server.folder, 'audit.log');
    const terminal = new PtyTerminal(
      [process.execPath, PROGRAM, '--session', '--audit-log', log, ...flags],
      // So wide that no value is cut off.
      300,
      60,
    );
    const frames: string[] = [];
    const see = async (keys: string, wanted: string | RegExp): Promise<void> => {
      terminal.type(keys);
      await terminal.until(
        (screen) => (typeof wanted === 'string' ? screen.includes(wanted) : wanted.test(screen)),
        String(wanted),
      );
      frames.push(terminal.text());
    };
    const only = /\b1\/1\b(?!,)/;
    await see('', 'live');
    for (const pane of ['1', '2', '3', '4', '5', '6']) await see(pane, /\d+\/\d+/);
    for (const [kind, name] of [
      ['Deployment', 'literal'],
      ['Pod', 'literal'],
      ['ConfigMap', 'literal'],
      ['Secret', 'marked-998'],
    ] as const) {
      await see('5', /\d+\/\d+/);
      await see(`/default ${kind} ${name} \r`, only);
      await see('\r', 'evidence');
      await see('y', kind === 'Secret' ? 'kind: Secret' : '(masked: looks like a');
      await see('\u001b', 'evidence');
      await see('d', 'what k8sec read of it');
      await see('\u001b', 'evidence');
      if (kind === 'Deployment') {
        await see('f', 'secretKeyRef');
        await see('\t', '[diff]');
        await see('\t', '[what changes]');
        await see('\u001b', 'evidence');
      }
      await see('\u001b', only);
      await see('\u001b', /\d\/1,\d{3}/);
    }
    terminal.type('\u0003');
    expect(await terminal.ended()).toMatchObject({ code: 0 });
    const drawn = [...frames, terminal.bytes.replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, '')].join('\n');
    expect(drawn).toContain('DB_PASSWORD');
    expect(partsIn(drawn)).toEqual([]);
    const files = await readdir(journal);
    const kept = await Promise.all(files.map((file) => readFile(join(journal, file), 'utf8')));
    expect(kept.join('\n')).toContain('literal');
    expect(marksIn(kept.join('\n'))).toEqual([]);
  });

  test('are in no answer of the API server with --secrets names, and with off no Secret is asked for', async () => {
    const kubeconfig = await recordedKubeconfig();
    const names = await k8sec(['--report', '-o', 'json', '--secrets', 'names', '--kubeconfig', kubeconfig]);
    expect(names.output).toContain('marked-999');
    const all = bodies.join('\n');
    expect(all).toContain('marked-999');
    expect([SECRET, SECRET_BASE64].filter((mark) => all.includes(mark))).toEqual([]);

    bodies = [];
    await k8sec(['--report', '-o', 'json', '--secrets', 'off', '--kubeconfig', kubeconfig]);
    expect(bodies.length).toBeGreaterThan(10);
    expect(bodies.join('\n')).not.toContain('marked-999');
  });
});

/** Every other one as `kubectl apply` leaves it: with a copy of its values in an annotation. */
async function createSecret(index: number): Promise<void> {
  const name = `marked-${index}`;
  const value = `${SECRET}${index}`;
  const isPlain = index % 4 === 0;
  const metadata = { name, namespace: 'default' };
  const body = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    ...(isPlain ? { stringData: { password: value } } : { data: { password: Buffer.from(value).toString('base64') } }),
  };
  const annotations = index % 2 === 0 ? { [LAST_APPLIED]: `${JSON.stringify(body)}\n` } : {};
  await create('/api/v1/namespaces/default/secrets', { ...body, metadata: { ...metadata, annotations } });
}

async function create(path: string, body: unknown): Promise<void> {
  const answer = await server.request('POST', path, { body });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`);
}

/** Objects with a credential where none belongs, by the path to create them at. */
function literals(): readonly (readonly [string, unknown])[] {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'literal', namespace: 'default', annotations: { 'example.com/api-password': LITERAL } },
    spec: {
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'app',
          image: 'registry.example/app:1.0',
          env: [{ name: 'DB_PASSWORD', value: LITERAL }],
          args: [`--password=${LITERAL}`, '--token', LITERAL],
        },
      ],
    },
  };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'literal', namespace: 'default' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'literal' } },
      template: { metadata: { ...pod.metadata, name: undefined, labels: { app: 'literal' } }, spec: pod.spec },
    },
  };
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'literal', namespace: 'default' },
    data: { 'app.properties': `db.host=db\ndb.password=${LITERAL}\n`, API_TOKEN: LITERAL },
  };
  const copied = (object: typeof pod | typeof deployment | typeof map): unknown => ({
    ...object,
    metadata: {
      ...object.metadata,
      annotations: {
        ...('annotations' in object.metadata ? object.metadata.annotations : {}),
        [LAST_APPLIED]: JSON.stringify(object),
      },
    },
  });
  return [
    ['/api/v1/namespaces/default/pods', copied(pod)],
    ['/apis/apps/v1/namespaces/default/deployments', copied(deployment)],
    ['/api/v1/namespaces/default/configmaps', copied(map)],
  ];
}

/** The same under other keys, so that there is something to compare. */
function withOtherCredentials(object: unknown): unknown {
  return JSON.parse(JSON.stringify(object).replaceAll(/DB_PASSWORD|API_TOKEN/g, 'OTHER_PASSWORD')) as unknown;
}

/** An HTTP server that hands requests to the API server, and keeps what it answers. */
async function startRecorder(): Promise<Server> {
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const accept = request.headers.accept;
      server
        .request(request.method ?? 'GET', request.url ?? '/', {
          ...(text === '' ? {} : { body: JSON.parse(text) as unknown }),
          ...(accept === undefined ? {} : { accept }),
        })
        .then((answer) => {
          bodies.push(answer.text);
          response.writeHead(answer.status, { 'content-type': String(answer.headers['content-type']) });
          response.end(answer.text);
        })
        .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return http;
}

async function recordedKubeconfig(): Promise<string> {
  const path = join(folder, 'recorded.kubeconfig');
  const { port } = recorder.address() as AddressInfo;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'recorded',
    clusters: [{ name: 'recorded', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'nobody', user: {} }],
    contexts: [{ name: 'recorded', context: { cluster: 'recorded', user: 'nobody' } }],
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}
