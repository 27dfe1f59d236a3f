import { afterEach, describe, expect, it, vi } from 'vitest';
import { startDemoServer, type DemoServer, type DemoServerOptions } from '../../../src/sources/demo/api-server.ts';
import { readAllExcept, readEverything, readOnlyIn } from '../../../src/sources/demo/authorizer.ts';
import { plainConnection } from '../../../src/sources/live/connection.ts';
import { fixedCredential, NOBODY } from '../../../src/sources/live/credential.ts';
import { startLiveSource, type LiveSource, type LiveSourceOptions } from '../../../src/sources/live/live-source.ts';
import { ALL_KINDS, type Kind } from '../../../src/model/kind.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';
import { MirrorSink } from './mirror-sink.ts';
import { quickClock } from './quick-clock.ts';

const cleanup: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of cleanup.splice(0).reverse()) await end();
});

function namespaced(apiVersion: string, kind: string, namespace: string, name: string, rest: object = {}) {
  return { apiVersion, kind, metadata: { namespace, name }, ...rest };
}

async function serve(options: DemoServerOptions = {}): Promise<DemoServer> {
  const server = await startDemoServer({ bookmarkEveryMs: 100, ...options });
  cleanup.push(() => server.close());
  for (const namespace of ['shop', 'bank']) {
    server.store.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    server.store.apply(namespaced('v1', 'Pod', namespace, 'web', { spec: { containers: [] } }));
    server.store.apply({
      ...namespaced('v1', 'Secret', namespace, 'db', { type: 'Opaque', data: { a: 'aHVudGVyMg==', b: 'eA==' } }),
      metadata: {
        namespace,
        name: 'db',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"a":"aHVudGVyMg=="}}' },
      },
    });
  }
  return server;
}

function start(
  server: DemoServer,
  options: Partial<LiveSourceOptions> = {},
): { readonly source: LiveSource; readonly sink: MirrorSink; readonly stop: AbortController } {
  const sink = new MirrorSink();
  const stop = new AbortController();
  const source = startLiveSource({
    connection: plainConnection(server.url, fixedCredential(NOBODY)),
    kinds: ['Pod', 'Secret', 'Namespace', 'Gateway'],
    namespaces: [],
    secretsMode: 'metadata',
    mode: 'once',
    sink,
    signal: stop.signal,
    clock: quickClock(500),
    limits: { idleMs: 500, streamIdleMs: 2000 },
    ...options,
  });
  cleanup.push(async () => {
    stop.abort();
    await source.done;
  });
  return { source, sink, stop };
}

const listsOf = (server: DemoServer, part: string): string[] =>
  server.requests.filter(({ path }) => path.includes(part)).map(({ path }) => path);

describe('a report', () => {
  it('lists every kind once, opens no watch, and ends', async () => {
    const server = await serve();
    const { source, sink } = start(server, { kinds: ALL_KINDS });
    await source.initial;
    await source.done;
    expect(sink.of('Pod').size).toBe(2);
    expect(sink.statusOf('Gateway')).toBe('absent');
    expect(ALL_KINDS.filter((kind) => !['live', 'absent'].includes(sink.statusOf(kind)))).toEqual([]);
    expect(listsOf(server, 'watch=')).toEqual([]);
    expect(server.connections).toBeLessThanOrEqual(8);
  });

  it('learns what there is to know of the cluster', async () => {
    const server = await serve({
      metrics: {
        deprecatedApis: [{ group: 'policy', version: 'v1beta1', resource: 'psp', removedRelease: '1.25' }],
        transformations: [{ resource: 'secrets', prefix: 'k8s:enc:aescbc:v1:', type: 'to_storage', count: 3 }],
      },
    });
    server.store.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: 'the-uid' } });
    const { source, sink } = start(server);
    await source.initial;
    expect(sink.known).toMatchObject({
      source: 'cluster',
      serverVersion: 'v1.34.2',
      clusterUID: 'the-uid',
      user: 'demo-viewer',
      deprecatedApis: [{ group: 'policy', version: 'v1beta1', resource: 'psp', removedRelease: '1.25' }],
      secretTransformers: ['k8s:enc:aescbc:v1:'],
      metricsReason: '',
    });
  });

  it('says what it may not read, and why', async () => {
    const server = await serve({ authorize: readAllExcept('pods') });
    const { source, sink } = start(server);
    await source.initial;
    expect(sink.coverageOf('Pod')).toMatchObject({ status: 'denied', namespaces: [], apiVersion: 'v1' });
    expect(sink.coverageOf('Pod')?.reason).toContain('cannot list resource "pods"');
    expect(sink.coverageOf('Namespace')).toMatchObject({ status: 'live', namespaces: 'all', reason: '' });
  });

  it('reads namespaces where the cluster may not be read, and says which are refused', async () => {
    const server = await serve({ authorize: readOnlyIn('shop') });
    const { source, sink } = start(server, { namespaces: ['shop', 'bank'] });
    await source.initial;
    expect([...sink.of('Pod').keys()]).toEqual(['shop/web']);
    expect(sink.coverageOf('Pod')).toMatchObject({ status: 'live', namespaces: ['shop'] });
    expect(sink.coverageOf('Pod')?.reason).toContain('denied in bank');
    expect(sink.statusOf('Namespace')).toBe('denied');
    expect(sink.known).toMatchObject({ clusterUID: null, deprecatedApis: null });
    expect(sink.known.metricsReason).toContain('forbidden');
  });

  it.each<[string, number]>([
    ['server-error', 5],
    ['truncated', 5],
  ])('ends although a kind always fails (%s), and calls it broken', async (fault) => {
    const rule = fault === 'truncated' ? ({ fault: 'truncated' } as const) : ({ fault: 'server-error' } as const);
    const server = await serve({ faults: { rules: [{ ...rule, resource: 'pods', at: 'list' }] } });
    const { source, sink } = start(server);
    await source.initial;
    expect(sink.statusOf('Pod')).toBe('broken');
    expect(sink.coverageOf('Pod')?.reason).not.toBe('');
    expect(sink.statusOf('Namespace')).toBe('live');
  });

  it('fails where the server can not be talked to', async () => {
    const server = await serve({ tokens: {} });
    const connection = plainConnection(server.url, fixedCredential({ ...NOBODY, authorization: 'Bearer wrong' }));
    await expect(start(server, { connection }).source.initial).rejects.toMatchObject({ status: 401 });
    const nowhere = plainConnection('http://127.0.0.1:1', fixedCredential(NOBODY));
    await expect(start(server, { connection: nowhere }).source.initial).rejects.toThrow(/nothing listens/);
  });
});

describe('Secrets', () => {
  it('are asked for as Tables with metadata only, and never as plain JSON', async () => {
    const server = await serve();
    const { source, sink } = start(server);
    await source.initial;
    const lists = server.requests.filter(({ path }) => path.includes('/secrets'));
    expect(lists.map(({ headers }) => headers.accept)).toEqual(['application/json;as=Table;g=meta.k8s.io;v=v1']);
    expect(lists[0]?.path).toContain('includeObject=Metadata');
    expect(sink.of('Secret').get('shop/db')).toMatchObject({
      type: 'Opaque',
      keyCount: 2,
      metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'cut' } },
    });
    expect(JSON.stringify([...sink.of('Secret').values()])).not.toContain('aHVudGVyMg');
  });

  it('can be read by name and type only, namespace by namespace', async () => {
    const server = await serve();
    const { source, sink } = start(server, { secretsMode: 'names' });
    await source.initial;
    const lists = listsOf(server, '/secrets');
    expect(lists).toHaveLength(2);
    for (const path of lists) expect(path).toMatch(/namespaces\/(shop|bank)\/secrets.*includeObject=None/);
    expect(sink.of('Secret').get('bank/db')).toMatchObject({ type: 'Opaque', keyCount: 2, metadata: { name: 'db' } });
    expect(sink.coverageOf('Secret')).toMatchObject({
      status: 'live',
      namespaces: 'all',
      namesOnly: true,
      reason: expect.stringContaining('--secrets names') as string,
    });
  });

  it('can be left alone', async () => {
    const server = await serve();
    const { source, sink } = start(server, { secretsMode: 'off' });
    await source.initial;
    expect(listsOf(server, '/secrets')).toEqual([]);
    expect(sink.coverageOf('Secret')).toMatchObject({ status: 'denied', reason: 'not read: --secrets off' });
  });

  it('are shown without data and without its copies', async () => {
    const server = await serve();
    const { source } = start(server);
    await source.initial;
    const text = JSON.stringify(await source.fetchObject('Secret', 'shop', 'db'));
    expect(text).toContain('"kind":"Secret"');
    expect(text).not.toContain('aHVudGVyMg');
    expect(server.requests.at(-1)?.headers.accept).not.toContain(',');
    expect(await source.fetchObject('Pod', 'shop', 'web')).toMatchObject({ kind: 'Pod', metadata: { name: 'web' } });
    await expect(source.fetchObject('Pod', 'shop', 'gone')).rejects.toMatchObject({ status: 404 });
  });
});

describe('a session', () => {
  it('keeps objects whose names hold what is sanitised', async () => {
    const server = await serve();
    const metadata = { name: 'ad\u200bmin\u001b[8m' };
    server.store.apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata });
    const keys: string[] = [];
    const sink = new MirrorSink();
    sink.replaceDone = (_kind, _namespaces, seen) => void keys.push(...seen);
    const { source } = start(server, { kinds: ['ClusterRoleBinding'], sink, mode: 'watch', watchList: 'never' });
    await source.initial;
    const { name } = createSlimmer().slim({ metadata }, 'ClusterRoleBinding');
    expect(keys).toContain(`/${name}`);
  });

  it('notices a right that is given later', async () => {
    const server = await serve({ authorize: readAllExcept('pods') });
    const { source, sink } = start(server, { mode: 'watch' });
    await source.initial;
    expect(sink.statusOf('Pod')).toBe('denied');
    server.setAuthorizer(readEverything);
    await vi.waitFor(() => expect(sink.statusOf('Pod')).toBe('live'), { timeout: 10_000 });
    expect(sink.of('Pod').size).toBe(2);
  });

  it('widens from namespaces to the cluster when that is permitted', async () => {
    const server = await serve({ authorize: readOnlyIn('shop') });
    const { source, sink } = start(server, { mode: 'watch', namespaces: ['shop'] });
    await source.initial;
    expect(sink.coverageOf('Pod')).toMatchObject({ status: 'live', namespaces: ['shop'] });
    server.setAuthorizer(readEverything);
    await vi.waitFor(
      () => expect(sink.coverageOf('Pod')).toMatchObject({ status: 'live', namespaces: 'all', reason: '' }),
      { timeout: 10_000 },
    );
    expect([...sink.of('Pod').keys()].sort()).toEqual(['bank/web', 'shop/web']);
  });

  it('lists again and again what may be listed and not watched', async () => {
    const server = await serve({
      authorize: (user, attributes) =>
        readEverything(user, attributes) && !(attributes.verb === 'watch' && attributes.resource === 'pods'),
    });
    const { source, sink } = start(server, { mode: 'watch' });
    await source.initial;
    await vi.waitFor(() => expect(sink.coverageOf('Pod')?.reason).toContain('listed but not watched'));
    server.store.apply(namespaced('v1', 'Pod', 'shop', 'new', { spec: { containers: [] } }));
    server.store.delete('v1', 'Pod', 'bank', 'web');
    await vi.waitFor(() => expect([...sink.of('Pod').keys()].sort()).toEqual(['shop/new', 'shop/web']), {
      timeout: 10_000,
    });
  });

  it('streams its initial lists where the server can, and takes pages where it can not', async () => {
    const able = await serve();
    await start(able, { mode: 'watch' }).source.initial;
    expect(listsOf(able, 'limit=')).toEqual([]);
    expect(listsOf(able, 'sendInitialEvents=true')).toHaveLength(3);
    const unable = await serve({ watchList: false });
    const { source, sink } = start(unable, { mode: 'watch' });
    await source.initial;
    expect(sink.of('Secret').size).toBe(2);
    expect(listsOf(unable, 'limit=')).toHaveLength(3);
    const old = await serve({ version: { major: '1', minor: '33+', gitVersion: 'v1.33.1' } });
    await start(old, { mode: 'watch' }).source.initial;
    expect(listsOf(old, 'sendInitialEvents')).toEqual([]);
  });

  it('says stale while the server is away, and live when it is back', async () => {
    const server = await serve();
    const { source, sink } = start(server, { mode: 'watch' });
    await source.initial;
    server.setFaults({ rules: [{ fault: 'server-error', code: 503 }] });
    server.dropConnections();
    await vi.waitFor(() => expect(sink.statusOf('Pod')).toBe('stale'), { timeout: 10_000 });
    expect(sink.of('Pod').size).toBe(2);
    server.setFaults({ rules: [] });
    await vi.waitFor(() => expect(sink.statusOf('Pod')).toBe('live'), { timeout: 10_000 });
  });

  it('follows a kind from the moment its CustomResourceDefinition appears', async () => {
    const server = await serve();
    const kinds: readonly Kind[] = ['CustomResourceDefinition', 'CiliumNetworkPolicy'];
    const { source, sink } = start(server, { mode: 'watch', kinds });
    await source.initial;
    expect(sink.statusOf('CiliumNetworkPolicy')).toBe('absent');
    server.store.apply({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'ciliumnetworkpolicies.cilium.io' },
      spec: {
        group: 'cilium.io',
        scope: 'Namespaced',
        names: { kind: 'CiliumNetworkPolicy', plural: 'ciliumnetworkpolicies', singular: 'ciliumnetworkpolicy' },
        versions: [{ name: 'v2', served: true, storage: true }],
      },
    });
    server.store.apply(namespaced('cilium.io/v2', 'CiliumNetworkPolicy', 'shop', 'deny', { spec: {} }));
    await vi.waitFor(() => expect(sink.statusOf('CiliumNetworkPolicy')).toBe('live'), { timeout: 10_000 });
    expect(sink.of('CiliumNetworkPolicy').size).toBe(1);
  });

  it('ends everything when it is aborted', async () => {
    const server = await serve();
    const { source, stop } = start(server, { mode: 'watch' });
    await source.initial;
    stop.abort();
    await source.done;
    await vi.waitFor(() => expect(server.openWatches).toBe(0));
  });
});

describe('a dry run', () => {
  it('says that a server can not do it', async () => {
    const server = await serve();
    const { source } = start(server);
    await source.initial;
    const manifest = namespaced('networking.k8s.io/v1', 'NetworkPolicy', 'shop', 'deny', { spec: { podSelector: {} } });
    expect(await source.dryRun(manifest)).toMatchObject({ status: 'unsupported' });
    const [last] = server.requests.slice(-1);
    expect(last?.method).toBe('PATCH');
    expect(last?.path).toMatch(/networkpolicies\/deny\?dryRun=All&fieldManager=k8sec&fieldValidation=Strict/);
    expect(await source.dryRun({ apiVersion: 'x/v1', kind: 'Unknown' })).toMatchObject({ status: 'unsupported' });
  });
});
