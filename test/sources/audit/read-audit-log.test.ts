import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { AuditNotes } from '../../../src/model/change.ts';
import { readAuditLog } from '../../../src/sources/audit/read-audit-log.ts';
import { clusterDay } from '../../analyses/audit/cluster-day.ts';
import { MemoryFiles } from './memory-files.ts';
import { lines, normalised, rawEvent, WRAPPERS } from './raw-events.ts';

async function read(
  contents: Readonly<Record<string, string | Buffer>>,
  paths: readonly string[],
  chunk = 1 << 16,
): Promise<{ events: AuditEvent[]; notes: readonly AuditNotes[] }> {
  const files = new MemoryFiles();
  files.chunk = chunk;
  for (const [path, data] of Object.entries(contents)) files.write(path, data);
  const events: AuditEvent[] = [];
  const notes = await readAuditLog(paths, { files, onEvents: (batch) => void events.push(...batch) });
  return { events, notes };
}

const SAMPLE = [
  rawEvent(),
  rawEvent({
    verb: 'list',
    requestURI: '/api/v1/secrets?limit=500',
    objectRef: { resource: 'secrets', apiVersion: 'v1' },
  }),
  rawEvent({
    verb: 'create',
    level: 'RequestResponse',
    requestURI: '/api/v1/namespaces/shop/pods',
    objectRef: { resource: 'pods', namespace: 'shop', apiVersion: 'v1' },
    requestObject: {
      kind: 'Pod',
      metadata: { generateName: 'cart-' },
      spec: {
        containers: [{ name: 'c', image: 'x', env: [{ name: 'PASSWORD', value: 'hunter2-secret-value' }] }],
        initContainers: [{ name: 'i', image: 'y', securityContext: { privileged: true } }],
      },
    },
    responseObject: { kind: 'Pod', metadata: { name: 'cart-x7f' }, spec: {} },
    responseStatus: { code: 201 },
  }),
  rawEvent({
    verb: 'get',
    impersonatedUser: { username: 'system:admin', groups: ['system:masters'] },
    authenticationMetadata: { impersonationConstraint: 'impersonate:user-info' },
    annotations: { 'authorization.k8s.io/decision': 'allow', 'pod-security.kubernetes.io/exempt': 'namespace' },
    user: {
      username: 'bob',
      uid: 'u1',
      groups: ['g'],
      extra: { 'authentication.kubernetes.io/credential-id': ['JTI=1'] },
    },
  }),
  rawEvent({
    stage: 'ResponseStarted',
    user: {},
    objectRef: undefined,
    responseStatus: { code: 401, reason: 'Unauthorized' },
  }),
];

describe('reading audit logs', () => {
  it.each(Object.keys(WRAPPERS))('%s: the same normalised events as bare NDJSON', async (name) => {
    const { events: expected } = await read({ log: lines(SAMPLE) }, ['log']);
    expect(expected).toHaveLength(SAMPLE.length);
    const { events, notes } = await read({ log: WRAPPERS[name]?.(SAMPLE) ?? '' }, ['log'], 1 << 20);
    // The table has no column for the constraint of an impersonation, and gives up large response bodies.
    const lost = (event: AuditEvent): unknown =>
      name === 'AKSAudit rows'
        ? { ...event, impersonationConstraint: '', body: { ...event.body, pod: { ...event.body?.pod, name: '' } } }
        : event;
    expect(events.map(lost)).toEqual(expected.map(lost));
    expect(notes).toMatchObject([{ broken: 0, skipped: 0, duplicates: 0 }]);
  });

  it('gives the same events however the bytes are cut', async () => {
    const { events: expected } = await read({ log: lines(SAMPLE) }, ['log']);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(WRAPPERS)),
        fc.integer({ min: 1, max: 300 }),
        fc.boolean(),
        async (name, chunk, packed) => {
          const text = WRAPPERS[name]?.(SAMPLE) ?? '';
          const { events } = await read({ log: packed ? gzipSync(text) : text }, ['log'], chunk);
          expect(events.map((event) => event.auditID)).toEqual(expected.map((event) => event.auditID));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('takes the word that stands for a body that was left out for none', () => {
    const left = rawEvent({ verb: 'create', level: 'RequestResponse', responseObject: 'skipped-too-big-size-object' });
    expect(normalised(left).body).toBeNull();
  });

  it('keeps facts of bodies and never a value', async () => {
    const { events } = await read({ log: lines(SAMPLE) }, ['log']);
    expect(events[2]?.body?.pod).toMatchObject({ name: 'cart-x7f', privileged: true, images: ['x', 'y'] });
    expect(JSON.stringify(events)).not.toContain('hunter2');
  });

  it('reads Secrets, ConfigMaps and patches without keeping their values', async () => {
    const { events } = await read(
      {
        log: lines([
          rawEvent({
            verb: 'create',
            level: 'RequestResponse',
            objectRef: { resource: 'secrets', namespace: 'shop', name: 's', apiVersion: 'v1' },
            requestObject: { data: { password: 'aHVudGVyMg==' } },
            responseObject: { data: { password: 'aHVudGVyMg==' } },
          }),
          rawEvent({
            verb: 'update',
            level: 'Request',
            objectRef: { resource: 'configmaps', namespace: 'shop', name: 's', apiVersion: 'v1' },
            requestObject: { data: { DB_PASSWORD: 'correct-horse-9', colour: 'red' } },
          }),
          rawEvent({
            verb: 'patch',
            level: 'Request',
            objectRef: { resource: 'deployments', namespace: 'shop', name: 'd', apiGroup: 'apps' },
            requestObject: [
              { op: 'add', path: '/spec/template/spec/containers/0/securityContext', value: { privileged: true } },
              { op: 'add', path: '/spec/template/spec/volumes/-', value: { name: 'h', hostPath: { path: '/etc' } } },
              { op: 'add', path: '/__proto__/polluted', value: 1 },
            ],
          }),
        ]),
      },
      ['log'],
    );
    expect(events[0]?.body).toBeNull();
    expect(events[1]?.body?.credentialKeys).toEqual(['DB_PASSWORD']);
    expect(events[2]?.body).toMatchObject({ patch: true, pod: { privileged: true, hostPaths: ['/etc'] } });
    expect(JSON.stringify(events)).not.toMatch(/aHVudGVy|correct-horse/);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('reads GKE entries: object, status by gRPC code, impersonation, command, long-running stages', async () => {
    const entry = (payload: Record<string, unknown>, rest: Record<string, unknown> = {}): unknown => ({
      insertId: `i${JSON.stringify(payload).length}`,
      timestamp: '2026-11-23T10:00:00.123456789Z',
      protoPayload: {
        '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
        serviceName: 'k8s.io',
        authenticationInfo: { principalEmail: 'eve@example.com', authoritySelector: 'system:admin' },
        requestMetadata: { callerIp: '203.0.113.9', callerSuppliedUserAgent: 'kubectl/v1' },
        ...payload,
      },
      labels: {
        'authorization.k8s.io/decision': 'forbid',
        'command.gke.io/command': 'cat /etc/shadow',
      },
      ...rest,
    });
    const { events } = await read(
      {
        log: lines([
          entry(
            {
              methodName: 'io.k8s.core.v1.pods.exec.create',
              resourceName: 'core/v1/namespaces/shop/pods/cart/exec',
              status: { code: 7 },
            },
            { operation: { id: 'op1', first: true } },
          ),
          entry({
            methodName: 'io.k8s.authorization.rbac.v1.clusterrolebindings.create',
            resourceName: 'rbac.authorization.k8s.io/v1/clusterrolebindings/root',
            request: { '@type': 'x', roleRef: { kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [] },
          }),
        ]),
      },
      ['log'],
    );
    expect(events).toMatchObject([
      {
        auditID: 'op1',
        stage: 'ResponseStarted',
        verb: 'create',
        requestURI: '/api/v1/namespaces/shop/pods/cart/exec?command=cat%20%2Fetc%2Fshadow',
        user: { username: 'eve@example.com', groups: [] },
        impersonated: { username: 'system:admin' },
        object: { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'cart' },
        code: 403,
        decision: 'forbid',
      },
      {
        stage: 'ResponseComplete',
        level: 'Request',
        code: 200,
        object: { resource: 'clusterrolebindings', name: 'root', apiGroup: 'rbac.authorization.k8s.io' },
        body: { binding: { roleName: 'cluster-admin' } },
      },
    ]);
  });

  it('counts what it cannot use and goes on', async () => {
    const good = rawEvent();
    const text = [
      JSON.stringify(good),
      '2026-11-23T10:00:00.000000000Z AUDIT: id="1" stage="ResponseComplete" ip="1.2.3.4" method="get"',
      'I1123 10:00:00.000000       1 controller.go:1] klog text',
      `${JSON.stringify(rawEvent()).slice(0, 200)}[Truncated...]`,
      '{"kind":"Event","auditID":"x","stage":',
      '{"kind":"Event","auditID":"x","stage":"ResponseComplete"}',
      JSON.stringify({ category: 'kube-apiserver', properties: { log: 'I1123 text' } }),
      JSON.stringify(good),
      JSON.stringify(rawEvent({ requestReceivedTimestamp: '2026-11-23T09:00:00.000000Z' })),
    ].join('\n');
    const { events, notes } = await read({ log: text }, ['log']);
    expect(events).toHaveLength(2);
    expect(notes).toEqual([
      {
        source: 'log',
        lines: 9,
        broken: 2,
        truncated: 1,
        duplicates: 1,
        legacy: 1,
        skipped: 2,
        cut: 0,
        unordered: 1,
        first: Date.parse('2026-11-23T09:00:00Z'),
        last: Date.parse('2026-11-23T10:00:00.123Z'),
      },
    ]);
  });

  it('goes on behind a first line that was cut, wherever that was', async () => {
    const [first, second] = [rawEvent(), rawEvent()];
    const line = JSON.stringify(first);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: line.length - 1 }),
        fc.integer({ min: 1, max: 900 }),
        async (end, chunk) => {
          const text = `${line.slice(0, end)}\n${lines([second, first])}`;
          const { events, notes } = await read({ log: text }, ['log'], chunk);
          // Behind these a value may begin on a new line, so that it may be one document.
          fc.pre(!/[:[,]$/.test(line.slice(0, end)));
          expect(events).toHaveLength(2);
          expect(notes[0]).toMatchObject({ lines: 3, broken: 1 });
        },
      ),
    );
  });

  it.each(['{"a":"x:', '{"a":["x","y[', '{"a":1,', '{"a":["x"],', '{"a":{"b":"\\\\"', '{"a":nul'])(
    'takes %s for a line that was cut',
    async (cut) => {
      const { events, notes } = await read({ log: `${cut}\n${lines([rawEvent()])}` }, ['log']);
      expect({ events: events.length, broken: notes[0]?.broken }).toEqual({ events: 1, broken: 1 });
    },
  );

  it('counts the piece of a document that was cut among its elements', async () => {
    const document = JSON.stringify({ kind: 'EventList', items: [rawEvent(), rawEvent()] }, null, 2);
    const { events, notes } = await read({ log: document.slice(0, -200) }, ['log']);
    expect(events).toHaveLength(1);
    expect(notes[0]).toMatchObject({ lines: 2, broken: 1 });
  });

  it('reads the metadata of a line of many megabytes without its bodies', async () => {
    const big = rawEvent({ level: 'RequestResponse', verb: 'list', responseObject: undefined });
    const { requestReceivedTimestamp, stageTimestamp, annotations, ...head } = big;
    const line = JSON.stringify({
      ...head,
      responseObject: { items: Array.from({ length: 60_000 }, (_, at) => ({ at, text: 'x'.repeat(100) })) },
      requestReceivedTimestamp,
      stageTimestamp,
      annotations,
    });
    expect(line.length).toBeGreaterThan(6 << 20);
    const { events, notes } = await read(
      { log: `${JSON.stringify(rawEvent())}\n${line}\n${JSON.stringify(rawEvent())}\n` },
      ['log'],
    );
    expect(events.map((event) => event.auditID)).toContain(big['auditID']);
    expect(events).toHaveLength(3);
    expect(notes[0]).toMatchObject({ cut: 1, broken: 0 });
  });

  it('reads folders, rotated and packed files in the order of time, each event once', async () => {
    const [a, b, c] = [rawEvent(), rawEvent(), rawEvent()];
    const { events, notes } = await read(
      {
        'logs/audit.log': lines([c, b]),
        'logs/audit-2026-11-23T09-00-00.000.log': lines([b]),
        'logs/audit-2026-11-22T09-00-00.000.log.gz': gzipSync(lines([a])),
        'logs/.hidden': 'x',
      },
      ['logs'],
    );
    expect(events.map((event) => event.auditID)).toEqual([a, b, c].map((event) => event['auditID']));
    expect(notes.map((note) => [note.source, note.duplicates])).toEqual([
      ['logs/audit-2026-11-22T09-00-00.000.log.gz', 0],
      ['logs/audit-2026-11-23T09-00-00.000.log', 0],
      ['logs/audit.log', 1],
    ]);
  });

  // A client can send an Audit-ID of its own (k8s.io/apiserver pkg/endpoints/filters/audit_init.go), with two requests in the
  // same millisecond: what it did must not hide behind what it also asked for.
  it.each<[string, Record<string, unknown>]>([
    ['verb', { verb: 'delete' }],
    ['path', { requestURI: '/api/v1/namespaces/shop/pods/cart/exec?command=cat' }],
    ['caller', { user: { username: 'mallory' } }],
    ['identity', { impersonatedUser: { username: 'system:admin' } }],
    ['answer', { responseStatus: { code: 403 } }],
  ])('takes two requests of one id for two where they differ in the %s', async (_what, other) => {
    const decoy = rawEvent({ auditID: 'mine' });
    const { events, notes } = await read({ log: lines([decoy, { ...decoy, ...other }, decoy]) }, ['log']);
    expect(events).toHaveLength(2);
    expect(notes[0]?.duplicates).toBe(1);
  });

  it('takes two names that are created under one id for two', async () => {
    const create = (name: string): Record<string, unknown> =>
      rawEvent({
        auditID: 'mine',
        verb: 'create',
        requestURI: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
        objectRef: { resource: 'clusterrolebindings', apiGroup: 'rbac.authorization.k8s.io', name },
      });
    const { events } = await read({ log: lines([create('a'), create('b'), create('a')]) }, ['log']);
    expect(events.map((event) => event.object?.name)).toEqual(['a', 'b']);
  });

  it('takes two bodies that are created under one id for two', async () => {
    const create = (privileged: boolean): Record<string, unknown> =>
      rawEvent({
        auditID: 'mine',
        verb: 'create',
        level: 'Request',
        requestURI: '/api/v1/namespaces/shop/pods',
        objectRef: { resource: 'pods', namespace: 'shop' },
        requestObject: {
          metadata: { generateName: 'a-' },
          spec: { containers: [{ name: 'c', image: 'x', securityContext: { privileged } }] },
        },
      });
    const { events } = await read({ log: lines([create(false), create(true), create(false)]) }, ['log']);
    expect(events.map((event) => event.body?.pod?.privileged)).toEqual([false, true]);
  });

  it('does not take what goes wrong with its events for a file that is cut short', async () => {
    const files = new MemoryFiles();
    files.write('audit.log', lines(SAMPLE));
    const onEvents = (): never => {
      throw new Error('the disk is full');
    };
    await expect(readAuditLog(['audit.log'], { files, onEvents })).rejects.toThrow('the disk is full');
    const afterChunk = onEvents;
    await expect(readAuditLog(['audit.log'], { files, onEvents: () => undefined, afterChunk })).rejects.toThrow(
      'the disk is full',
    );
  });

  it('says what a packed file that was cut short could not give', async () => {
    const packed = gzipSync(lines(Array.from({ length: 2000 }, () => rawEvent())));
    const { events, notes } = await read({ log: packed.subarray(0, packed.length - 2000) }, ['log'], 512);
    expect(events.length).toBeGreaterThan(0);
    expect(events.length).toBeLessThan(2000);
    expect(notes[0]?.broken).toBeGreaterThan(0);
  });

  it('makes every string safe to show', async () => {
    const { events } = await read(
      {
        log: lines([
          rawEvent({
            userAgent: 'a\u001b[2Jb',
            user: { username: 'eve\u202e', groups: ['g\n'], extra: { 'k\u0007': ['v\u001b'] } },
            annotations: { 'x\u001b': 'y\u009b' },
            objectRef: { resource: 'pods', name: 'p\u200b' },
          }),
        ]),
      },
      ['log'],
    );
    expect(JSON.stringify(events)).not.toMatch(/(?<!\\)\\u00|\u202e|\u200b|\u009b/);
    expect(events[0]).toMatchObject({ userAgent: 'a\\u001b[2Jb', user: { username: 'eve\\u202e' } });
  });

  it('does not take a user for one of the same name before it', async () => {
    const others: readonly Record<string, unknown>[] = [
      { extra: { a: ['b'] } },
      { extra: { toString: [] } },
      { groups: ['g\u202e'] },
      { groups: [String.raw`g\u202e`] },
    ];
    const users = others.map((other) => ({ username: 'eve', groups: ['g'], ...other }));
    const { events } = await read({ log: lines(users.map((user) => rawEvent({ user }))) }, ['log']);
    expect(events.map(({ user: { groups, extra } }) => [groups, Object.entries(extra)])).toEqual([
      [['g'], [['a', ['b']]]],
      [['g'], [['toString', []]]],
      [[String.raw`g\u202e`], []],
      [[String.raw`g\u005cu202e`], []],
    ]);
  });

  it('reads a file of many chunks from the disk, packed or not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'k8sec-audit-'));
    try {
      const text = clusterDay(Date.parse('2026-01-01T00:00:00Z')).slice(0, 4000).join('\n');
      expect(text.length).toBeGreaterThan(3 << 20);
      writeFileSync(join(folder, 'plain.log'), text);
      writeFileSync(join(folder, 'packed.log'), gzipSync(text));
      const { events: expected } = await read({ log: text }, ['log'], 1 << 19);
      expect(expected).toHaveLength(4000);
      for (const name of ['plain.log', 'packed.log']) {
        const events: AuditEvent[] = [];
        await readAuditLog([join(folder, name)], { onEvents: (batch) => void events.push(...batch) });
        expect(events).toEqual(expected);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('reads standard input, and only the period that was asked for', async () => {
    const events: AuditEvent[] = [];
    const text = lines(
      ['09:59:59', '10:00:00', '10:59:59', '11:00:00'].map((time) =>
        rawEvent({ requestReceivedTimestamp: `2026-11-23T${time}.000000Z` }),
      ),
    );
    const notes = await readAuditLog(['-'], {
      stdin: Readable.from([Buffer.from(text)]),
      since: Date.parse('2026-11-23T10:00:00Z'),
      until: Date.parse('2026-11-23T11:00:00Z'),
      onEvents: (batch) => void events.push(...batch),
    });
    expect(events.map((event) => new Date(event.time).toISOString().slice(11, 19))).toEqual(['10:00:00', '10:59:59']);
    expect(notes).toMatchObject([{ source: 'standard input', lines: 4 }]);
  });

  it('refuses a path that is not there, and stops when asked', async () => {
    await expect(read({}, ['nowhere'])).rejects.toThrow('nowhere: no such file or folder');
    const files = new MemoryFiles();
    files.write('log', lines([rawEvent()]));
    await expect(
      readAuditLog(['log'], { files, signal: AbortSignal.abort(), onEvents: () => undefined }),
    ).rejects.toThrow(/abort/i);
  });
});
