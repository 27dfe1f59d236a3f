import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { startDemoServer, type DemoServer } from '../../src/sources/demo/api-server.ts';
import { NO_FAULTS } from '../../src/sources/demo/faults.ts';
import type { KubeObject } from '../../src/sources/demo/kube-object.ts';
import { FORBIDDEN, HOSTILE } from './hostile.ts';
import { PtyTerminal } from './pty-terminal.ts';

const PROGRAM = resolve('dist/k8sec.js');
const QUIT = '\u0003';

let folder = '';
const terminals: PtyTerminal[] = [];
const servers: DemoServer[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8sec-e2e-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
  for (const terminal of terminals.splice(0)) {
    terminal.type(QUIT);
    await terminal.ended();
  }
  for (const server of servers.splice(0)) await server.close();
});

async function serve(objects: readonly KubeObject[]): Promise<DemoServer> {
  const server = await startDemoServer({ bookmarkEveryMs: 200 });
  server.store.load(objects);
  servers.push(server);
  return server;
}

/** The session with these flags, in the test's own folder. */
function open(flags: string, columns = 120, rows = 30, env: Readonly<Record<string, string>> = {}): PtyTerminal {
  const command = `cd ${folder} && exec ${process.execPath} ${PROGRAM} --session ${flags}`;
  const terminal = new PtyTerminal(['/bin/sh', '-c', command], columns, rows, { KUBECONFIG: '', ...env });
  terminals.push(terminal);
  return terminal;
}

function pod(
  name: string,
  change: { readonly labels?: Record<string, string>; readonly env?: string } = {},
): KubeObject {
  const env = change.env === undefined ? [] : [{ name: 'TEXT', value: change.env }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: change.labels ?? { app: name } },
    spec: { containers: [{ name: 'main', image: 'registry.test/app:1', env }] },
    status: { phase: 'Running', podIP: '10.0.0.9' },
  };
}

const SHOP: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };

describe('a hostile cluster', () => {
  test('breaks no line, and nothing of it reaches the terminal raw', async () => {
    const names = Object.entries(HOSTILE).map(([what, text], at) =>
      pod(`${what}-${at}${text}`, { labels: { app: text, [`${what}${text}`]: 'x' }, env: text }),
    );
    const secret: KubeObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `s${HOSTILE['title']}`, namespace: 'shop', annotations: { note: HOSTILE['link'] ?? '' } },
      type: `${HOSTILE['colour']}`,
    };
    const server = await serve([SHOP, ...names, secret]);
    const terminal = open(`--server ${server.url}`, 100, 24);
    await terminal.shows('● live');
    for (const pane of ['1', '3', '5', '6']) {
      terminal.type(pane);
      await terminal.until((screen) => /\d+\/\d+/.test(screen), `the rows of pane ${pane}`);
      terminal.type('\r');
      await terminal.shows('why');
      for (const key of ['d', 'y']) {
        terminal.type(key);
        await terminal.until((screen) => screen.includes('esc back') && !screen.includes('Waiting'), 'the text');
        terminal.type('q');
        await terminal.shows('why');
      }
      terminal.type('qq');
      await terminal.shows('standing risk');
    }
    for (const [columns, rows] of [
      [200, 50],
      [40, 10],
      [80, 24],
    ] as const) {
      terminal.resize(columns, rows);
      terminal.type('1');
      await terminal.until((screen) => {
        const lines = screen.split('\n');
        return lines.length === rows && lines[0]?.startsWith(' k8sec ') === true && /\? help/.test(lines.at(-1) ?? '');
      }, `a whole screen of ${columns}×${rows}`);
      // One row a line: none of them begins or ends within another.
      const table = terminal.lines().filter((one) => /^.  (?:critical|high|medium|low|info|unknown|-) /.test(one));
      expect(table.length).toBeGreaterThan(2);
    }
    expect(FORBIDDEN.filter((one) => terminal.bytes.includes(one))).toEqual([]);
  });
});

describe('a connection', () => {
  test('that cannot be made is told calmly; other places open, and quitting does not wait for it', async () => {
    const terminal = open('--server http://127.0.0.1:1', 80, 24);
    await terminal.shows('nothing listens at http://127.0.0.1:1');
    expect(terminal.text()).toContain(':ctx chooses another context');
    expect(terminal.text()).not.toMatch(/ 0 of 0 |could not be read/);
    terminal.type(':ctx\r');
    await terminal.shows('contexts');
    terminal.type(':q\r');
    expect(await terminal.ended()).toEqual({ code: 0, signal: 0 });
    terminals.splice(0);
    expect(terminal.usesAlternateScreen).toBe(false);
  });

  test('that is cut says since when it is stale, keeps its rows, and comes back by itself', async () => {
    const server = await serve([SHOP, pod('web')]);
    const terminal = open(`--server ${server.url} --start-pane network`);
    await terminal.shows('● live');
    await terminal.shows('Pod web');
    server.setFaults({ rules: [{ fault: 'server-error', code: 503, at: ['list', 'continue', 'watch'] }] });
    server.dropConnections();
    await terminal.shows('● stale for');
    expect(terminal.text()).toContain('Pod web');
    server.setFaults(NO_FAULTS);
    server.store.apply(pod('newcomer'));
    await terminal.shows('● live');
    await terminal.shows('Pod newcomer');
  }, 90_000);

  test('to another context of the kubeconfig is chosen in the list', async () => {
    const [one, two] = [await serve([SHOP, pod('first')]), await serve([SHOP, pod('second')])];
    const config = join(folder, 'kubeconfig');
    const entry = (name: string, url: string) => ({
      clusters: { name, cluster: { server: url } },
      contexts: { name, context: { cluster: name, user: 'me' } },
    });
    const entries = [entry('one', one.url), entry('two', two.url)];
    await writeFile(
      config,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'one',
        clusters: entries.map((each) => each.clusters),
        contexts: entries.map((each) => each.contexts),
        users: [{ name: 'me', user: {} }],
      }),
    );
    const terminal = open(`--kubeconfig ${config} --start-pane network`);
    await terminal.shows('Pod first');
    terminal.type(':ctx\r');
    await terminal.shows('two  two  me');
    terminal.type('j\r');
    await terminal.shows('Pod second');
    expect(terminal.text()).not.toContain('Pod first');
    expect(terminal.lines()[0]).toContain('two');
  });
});

describe('a changed binding or role', () => {
  const GROUP = 'rbac.authorization.k8s.io';
  const rbac = { apiVersion: `${GROUP}/v1` };
  const reader = (verbs: readonly string[]): KubeObject => ({
    ...rbac,
    kind: 'Role',
    metadata: { name: 'reader', namespace: 'shop' },
    rules: [{ verbs, apiGroups: [''], resources: ['secrets'] }],
  });
  /** A write of now as an audit log tells it. */
  const written = (verb: string, resource: string, name: string, group = GROUP): string => {
    const now = new Date().toISOString().replace('Z', '000Z');
    const event = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID: `${verb}-${name}`,
      stage: 'ResponseComplete',
      requestURI: `/apis/${group}/v1/namespaces/shop/${resource}/${name}`,
      verb,
      user: { username: 'carol', groups: [] },
      sourceIPs: ['203.0.113.9'],
      objectRef: { resource, namespace: 'shop', name, apiGroup: group, apiVersion: 'v1' },
      responseStatus: { code: 200 },
      requestReceivedTimestamp: now,
      stageTimestamp: now,
    };
    return `${JSON.stringify(event)}\n`;
  };

  test('says who gained and lost which right, and by whom', async () => {
    const log = join(folder, 'changes.log');
    await writeFile(log, written('get', 'roles', 'reader'));
    const server = await serve([SHOP, pod('cart')]);
    const terminal = open(`--server ${server.url} --audit-log ${log}`, 160, 40);
    await terminal.shows('● live');
    const gained = (): number => terminal.lines().filter((line) => line.includes('gained:')).length;
    server.store.apply(reader(['get']));
    server.store.apply({
      ...rbac,
      kind: 'RoleBinding',
      metadata: { name: 'cart-read', namespace: 'shop' },
      roleRef: { apiGroup: GROUP, kind: 'Role', name: 'reader' },
      subjects: [
        { kind: 'User', name: 'bob' },
        { kind: 'ServiceAccount', name: 'cart', namespace: 'shop' },
      ],
    });
    await appendFile(log, written('create', 'rolebindings', 'cart-read'));
    const through = 'through RoleBinding cart-read, by user carol';
    await terminal.shows(`user bob gained: get secrets (shop) ${through}`);
    await terminal.shows(`sa shop/cart gained: get secrets (shop) ${through}`);
    expect(gained()).toBe(2);
    // A wider role is a line for each who holds it, of what is new.
    server.store.apply(reader(['get', 'list']));
    await terminal.shows('user bob gained: list secrets (shop)');
    await terminal.shows('sa shop/cart gained: list secrets (shop)');
    expect(gained()).toBe(4);
    server.store.delete(rbac.apiVersion, 'RoleBinding', 'shop', 'cart-read');
    await terminal.shows('user bob lost: get,list secrets (shop)');
    await terminal.shows('sa shop/cart lost: get,list secrets (shop)');
    const networking = 'networking.k8s.io';
    server.store.apply({
      apiVersion: `${networking}/v1`,
      kind: 'NetworkPolicy',
      metadata: { name: 'deny', namespace: 'shop' },
      spec: { podSelector: {}, policyTypes: ['Ingress'] },
    });
    await terminal.shows('NetworkPolicy shop/deny created');
    await appendFile(log, written('create', 'networkpolicies', 'deny', networking));
    await terminal.shows('NetworkPolicy shop/deny created, by user carol');
  });
});

describe('a defect', () => {
  test('restores the terminal, is told in a line, and is exit code 1', async () => {
    const server = await serve([SHOP, pod('web')]);
    const fails = "data:text/javascript,process.once('SIGUSR2',()=>{throw new Error('a defect')})";
    const terminal = open(`--server ${server.url}`, 80, 24, { NODE_OPTIONS: `--import="${fails}"` });
    await terminal.shows('● live');
    terminal.kill('SIGUSR2');
    expect(await terminal.ended()).toEqual({ code: 1, signal: 0 });
    terminals.splice(0);
    await terminal.shows('the session stopped: a defect');
    expect(terminal.usesAlternateScreen).toBe(false);
    expect(terminal.bytes.lastIndexOf('\u001b[?25h')).toBeGreaterThan(terminal.bytes.lastIndexOf('\u001b[?25l'));
  });
});

describe('flags', () => {
  test('several namespaces and a selector narrow the session for as long as it runs', async () => {
    const elsewhere = (name: string, namespace: string): KubeObject => {
      const made = pod(name);
      return { ...made, metadata: { ...made.metadata, namespace } };
    };
    const server = await serve([SHOP, pod('web'), elsewhere('db', 'data'), elsewhere('gate', 'edge')]);
    const terminal = open(`--server ${server.url} -n shop -n data --start-pane network`);
    await terminal.shows('● live');
    await terminal.shows('Pod web');
    expect(terminal.text()).toContain('Pod db');
    expect(terminal.text()).not.toContain('Pod gate');
    expect(terminal.lines()[0]).toContain('shop, data');
    const labelled = open(`--server ${server.url} -l app=gate --start-pane network`);
    await labelled.shows('Pod gate');
    await labelled.shows('● live');
    expect(labelled.text()).not.toContain('Pod web');
    expect(labelled.lines()[0]).toContain('-l app=gate');
  });

  test('--audit-log is followed over files too', async () => {
    const log = join(folder, 'audit.log');
    const event = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID: 'a-1',
      stage: 'ResponseComplete',
      requestURI: '/api/v1/secrets',
      verb: 'list',
      user: { username: 'system:anonymous', groups: ['system:unauthenticated'] },
      sourceIPs: ['203.0.113.9'],
      objectRef: { resource: 'secrets', apiVersion: 'v1' },
      responseStatus: { code: 200 },
      requestReceivedTimestamp: '2026-11-23T10:00:00.000000Z',
      stageTimestamp: '2026-11-23T10:00:00.000000Z',
    };
    await writeFile(log, `${JSON.stringify(event)}\n`);
    await writeFile(join(folder, 'pod.yaml'), JSON.stringify(pod('web')));
    const terminal = open(`--from pod.yaml --audit-log ${log} --start-pane audit`);
    await terminal.shows('system:anonymous');
    const later = { ...event, auditID: 'a-2', user: { username: 'mallory', groups: ['system:masters'] } };
    await writeFile(log, `${JSON.stringify(later)}\n`, { flag: 'a' });
    await terminal.shows('mallory');
    expect(terminal.text()).toContain('system:anonymous');
  });
});

/** The path that the session says it saved to. */
function savedPath(terminal: PtyTerminal): string {
  return /saved (?<path>\S+)/.exec(terminal.text())?.groups?.['path'] ?? '';
}

describe('a new user', () => {
  test('finds the pod behind a load balancer, reads why, and saves a fix that parses', async () => {
    const terminal = open('--demo', 120, 30);
    await terminal.shows('● live');
    expect(terminal.lines()[0]).toContain('DEMO');
    terminal.type('1');
    await terminal.until((screen) => /1\/\d+/.test(screen), 'the network pane');
    terminal.type('/LoadBalancer\r');
    await terminal.shows('matching LoadBalancer');
    await terminal.until((screen) => /^▸ .*LoadBalancer/m.test(screen), 'the cursor on an exposed workload');
    terminal.type('\r');
    await terminal.shows('why');
    expect(terminal.text()).toMatch(/NetworkPolicy/);
    terminal.type('t');
    await terminal.shows('├─ may be reached from');
    expect(terminal.text()).toContain('outside the cluster');
    terminal.type('q');
    await terminal.shows('why');
    terminal.type('f');
    await terminal.shows('apiVersion: networking.k8s.io/v1');
    expect(terminal.text()).toMatch(/proven/);
    terminal.type('\t');
    await terminal.shows('[diff]');
    terminal.type('\u0013');
    await terminal.shows('saved ');
    const documents = parseAllDocuments(await readFile(savedPath(terminal), 'utf8'));
    expect(documents.flatMap((one) => one.errors)).toEqual([]);
    expect(documents.map((one) => (one.toJS() as { kind: string }).kind)).toContain('NetworkPolicy');
  });
});
