import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseObject } from '../../../src/kube/audit-json.ts';
import { createAuditNormaliser } from '../../../src/kube/audit-normalise.ts';
import { BodyCutter, type BodyReaders } from '../../../src/sources/audit/body-cutter.ts';
import { cuttingCode } from '../../../src/sources/audit/cutting-code.ts';
import { createAuditPastReader } from '../../../src/sources/history/audit-past.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';
import { rawEvent } from './raw-events.ts';

const cutter = new BodyCutter(cuttingCode());

function cut(line: string | Buffer, readers: BodyReaders = 'events'): Buffer {
  return cutter.cut(Buffer.from(line), readers);
}

function parsed(line: string, readers?: BodyReaders): unknown {
  return JSON.parse(cut(line, readers).toString());
}

/** Everything that a reader gets of a line. */
function told(line: Buffer, readers: BodyReaders): unknown {
  const raw = parseObject(line.toString('utf8'));
  if (raw === null) return 'broken';
  const event = createAuditNormaliser().normalise(raw);
  if (event === null || readers === 'events') return event;
  return [event, createAuditPastReader(createSlimmer())(event, () => raw)];
}

function pod(more: object = {}): object {
  return {
    kind: 'Pod',
    metadata: {
      name: 'cart',
      labels: { app: 'cart' },
      managedFields: [{ manager: 'kubelet', fieldsV1: { 'f:a': {} } }],
    },
    spec: {
      serviceAccountName: 'cart',
      containers: [{ name: 'a', image: 'b', securityContext: { privileged: true } }],
    },
    status: { phase: 'Running' },
    ...more,
  };
}

function podEvent(verb: string, more: object = {}): Record<string, unknown> {
  return rawEvent({ level: 'RequestResponse', verb, requestObject: pod(), responseObject: pod(), ...more });
}

/** JSON in which all that matters here is likely, spelled in several ways. */
const word = fc.constantFrom(
  'kind',
  'metadata',
  'managedFields',
  'status',
  'spec',
  'template',
  'items',
  'name',
  'labels',
  'containers',
  'image',
  'roleRef',
  'subjects',
  'rules',
  'finalizers',
  'deletionTimestamp',
  'Pod',
  'Status',
  'Role',
);
const key = fc.oneof({ arbitrary: word, weight: 4 }, fc.string({ unit: 'binary', maxLength: 20 }));
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 6, depthIdentifier: 'json' },
    key,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(true, false, null, -0, 1e300, [], {}),
    fc.array(tie('json'), { maxLength: 3, depthIdentifier: 'json' }),
    fc.dictionary(key, tie('json'), { maxKeys: 4, depthIdentifier: 'json' }),
  ),
}));
const body = fc.oneof(
  json,
  fc.record(
    {
      kind: fc.constantFrom('Pod', 'Status', 'Role', 'ClusterRoleBinding', 'Namespace', 'DeleteOptions'),
      metadata: fc.record(
        {
          name: word,
          labels: fc.dictionary(word, word),
          managedFields: json,
          annotations: fc.dictionary(key, key),
          deletionTimestamp: fc.constant('2026-11-23T10:00:00Z'),
        },
        { requiredKeys: [] },
      ),
      spec: fc.record({
        containers: fc.array(fc.record({ name: word, image: key, env: json, securityContext: json }), { maxLength: 2 }),
        template: json,
        serviceAccountName: word,
      }),
      status: json,
      dryRun: fc.constant(['All']),
      rules: fc.array(fc.record({ verbs: fc.array(word), resources: fc.array(word) }), { maxLength: 2 }),
      roleRef: fc.record({ kind: word, name: word }),
      subjects: fc.array(fc.record({ kind: word, name: word }), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
);
const bodies = fc.tuple(fc.constantFrom('requestObject', 'responseObject'), body);
const verb = fc.tuple(
  fc.constant('verb'),
  fc.constantFrom('get', 'create', 'update', 'patch', 'delete', 'deletecollection', 'x\u0000', 1),
);
const objectRef = fc.tuple(
  fc.constant('objectRef'),
  fc.oneof(
    {
      arbitrary: fc.record(
        {
          resource: fc.constantFrom('pods', 'deployments', 'roles', 'clusterrolebindings', 'namespaces', 'secrets'),
          apiGroup: fc.constantFrom('', 'rbac.authorization.k8s.io', 'apps'),
          subresource: fc.constantFrom('', 'status', 'ephemeralcontainers', 'eviction', 'finalize'),
          namespace: fc.constant('shop'),
          name: fc.oneof(word, key),
        },
        { requiredKeys: ['resource'] },
      ),
      weight: 8,
    },
    json,
  ),
);
const other = fc.oneof(
  { arbitrary: bodies, weight: 8 },
  { arbitrary: fc.tuple(key, json), weight: 4 },
  verb,
  objectRef,
);
const blank = fc.oneof({ arbitrary: fc.constant(''), weight: 8 }, fc.constantFrom(' ', '\t', ' \r'));

/** Members may stand twice, keys be spelled in escapes, and blanks anywhere. */
const line = fc
  .tuple(
    verb,
    objectRef,
    bodies,
    fc.array(other, { maxLength: 4 }),
    fc.array(blank, { minLength: 4, maxLength: 4 }),
    fc.nat(100),
  )
  .chain(([first, second, third, others, blanks, escaped]) => {
    const { verb: _, objectRef: __, ...base } = rawEvent({ level: 'RequestResponse' });
    const members = [...Object.entries(base), first, second, third, ...others];
    const [open = '', before = '', behind = '', end = ''] = blanks;
    const texts = members.map(([name, value], at) => {
      const spelled = at === escaped ? `"${escape(name)}"` : JSON.stringify(name);
      return `${open}${spelled}${before}:${behind}${JSON.stringify(value)}`;
    });
    return fc
      .shuffledSubarray(texts, { minLength: texts.length })
      .map((all) => `{${all.join(`${behind},`)}${open}}${end}`);
  });

function escape(char: string): string {
  return Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
    '',
  );
}

const edit = fc.tuple(
  fc.nat(5000),
  fc.nat(4),
  fc.oneof(
    fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', '\\u00', '-', '.', 'e', '0', '\u0001', ' '),
    fc.string(),
  ),
);

function harmed(text: string, edits: readonly (readonly [number, number, string])[]): string {
  return edits.reduce((whole, [at, length, put]) => {
    const from = at % (whole.length + 1);
    return whole.slice(0, from) + put + whole.slice(from + length);
  }, text);
}

describe('what is cut of bodies', () => {
  it('is all of them where nobody reads them', () => {
    for (const verb of ['get', 'list', 'watch']) {
      const { requestObject: _, responseObject: __, ...rest } = podEvent(verb);
      expect(
        parsed(JSON.stringify({ ...rest, requestObject: pod(), responseObject: pod() }), 'events and objects'),
      ).toEqual(rest);
    }
    const secret = podEvent('update', { objectRef: { resource: 'secrets', namespace: 'shop', name: 'database' } });
    expect(cut(JSON.stringify(secret)).toString()).not.toContain('Object":');
  });

  it('is what the server adds, of a pod that is written', () => {
    const event = podEvent('create');
    const { status: _, ...rest } = pod() as { status: unknown; metadata: object };
    const { managedFields: __, ...metadata } = rest.metadata as { managedFields: unknown };
    expect(parsed(JSON.stringify(event))).toEqual({
      ...event,
      requestObject: { ...rest, metadata },
      responseObject: { ...rest, metadata },
    });
  });

  it('is nothing of a role, whose managed fields tell who wrote it', () => {
    const role = JSON.stringify(
      podEvent('update', { objectRef: { resource: 'roles', apiGroup: 'rbac.authorization.k8s.io' } }),
    );
    expect(cut(role, 'events and objects').toString()).toBe(role);
  });

  it.each(['2026-11-23T10:00:00.000Z ', '2026-11-23T10:00:00.123456789+01:00 stdout F '])(
    'is the same behind what others write before an event: %s',
    (prefix) => {
      const event = JSON.stringify(podEvent('get'));
      expect(cut(prefix + event).toString()).toBe(prefix + cut(event).toString());
      expect(cut(`x${prefix}${event}`).toString()).toBe(`x${prefix}${event}`);
      const blank = prefix.replace(' ', '\u00a0');
      expect(cut(blank + event).toString()).toBe(blank + event);
    },
  );

  it('depends on who reads them', () => {
    const deletion = JSON.stringify(podEvent('delete'));
    expect(cut(deletion, 'events').toString()).not.toContain('responseObject');
    expect(cut(deletion, 'events and objects').toString()).toContain('responseObject');
  });

  it('leaves a whole event wherever the bodies stand in it', () => {
    const bodies = { requestObject: pod(), responseObject: pod() };
    const rest = { verb: 'get', auditID: 'a' };
    for (const event of [
      bodies,
      { ...bodies, ...rest },
      { ...rest, ...bodies },
      { requestObject: 1, ...rest, responseObject: [] },
    ]) {
      const { requestObject: _, responseObject: __, ...kept } = event as typeof bodies;
      expect(parsed(JSON.stringify(event))).toEqual(kept);
      expect(parsed(JSON.stringify(event, null, '\t').replaceAll('\n', ' '))).toEqual(kept);
    }
  });

  it('is nothing of a line that is broken, however deep', () => {
    const whole = JSON.stringify(podEvent('get'));
    for (const [good, bad] of [
      ['"f:a":{}', '"f:a":{'],
      ['"f:a":{}', '"f:a":}'],
      ['"f:a":{}', '"f:a" {}'],
      ['"f:a":{}', '"f:a":{},'],
      ['"f:a":{}', '"f:\u0001":{}'],
      ['"f:a":{}', '"f:\\a":{}'],
      ['"f:a":{}', '"f:\\u00g0":{}'],
      ['"f:a":{}', '"f:a":01'],
      ['"f:a":{}', '"f:a":1.'],
      ['"f:a":{}', '"f:a":-'],
      ['"f:a":{}', '"f:a":1e'],
      ['"f:a":{}', '"f:a":tru'],
      ['"f:a":{}', '"f:a":nulll'],
      ['"f:a":{}', '"f:a":[1,]'],
      ['"f:a":{}', '"f:a":[1}'],
    ] as const) {
      const broken = whole.replace(good, bad);
      expect(broken).not.toBe(whole);
      expect(cut(broken).toString()).toBe(broken);
    }
    for (let length = 0; length < whole.length; length += 1) {
      expect(cut(whole.slice(0, length)).toString()).toBe(whole.slice(0, length));
    }
    expect(cut(`${whole}x`).toString()).toBe(`${whole}x`);
    expect(cut(`${whole}\r`).length).toBeLessThan(whole.length);
  });

  it('is nothing where a key may be meant that is spelled in escapes, or stands twice', () => {
    const event = JSON.stringify(podEvent('create'));
    for (const odd of [event.replace('"verb":', '"\\u0076erb":'), event.replace('{', '{"verb":"get",')]) {
      expect(cut(odd).toString()).toBe(odd);
    }
  });

  it('is nothing below more brackets than the code counts', () => {
    const event = JSON.stringify(podEvent('get', { requestObject: 'here' }));
    const deep = (depth: number): string => event.replace('"here"', '['.repeat(depth) + ']'.repeat(depth));
    expect(cut(deep(50)).toString()).not.toContain('[[[');
    expect(cut(deep(100_000)).equals(Buffer.from(deep(100_000)))).toBe(true);
  });

  it('grows with its lines and keeps nothing of them', () => {
    const long = podEvent('list', { responseObject: { items: Array.from({ length: 2000 }, () => pod()) } });
    const { responseObject: _, requestObject: __, ...rest } = long;
    const memory = new WebAssembly.Memory({ initial: 4 });
    const own = new BodyCutter(cuttingCode(), memory);
    const text = JSON.stringify(long);
    expect(text.length).toBeGreaterThan(300_000);
    const kept = own.cut(Buffer.from(text), 'events');
    expect(JSON.parse(kept.toString())).toEqual(rest);
    expect(memory.buffer.byteLength).toBeGreaterThan(300_000);
    expect(Buffer.from(memory.buffer).includes('cart')).toBe(false);
  });

  it.each(['events', 'events and objects'] as const)('changes nothing for the readers of %s', (readers) => {
    let shorter = 0;
    fc.assert(
      fc.property(line, fc.array(edit, { maxLength: 2 }), fc.boolean(), (text, edits, isHarmed) => {
        const bytes = Buffer.from(isHarmed ? harmed(text, edits) : text);
        const rest = cut(bytes, readers);
        if (rest.length < bytes.length) shorter += 1;
        expect(told(rest, readers)).toEqual(told(bytes, readers));
      }),
      { numRuns: 2000 },
    );
    expect(shorter).toBeGreaterThan(500);
  });

  it('holds bytes that are no UTF-8 for what their parser does', () => {
    fc.assert(
      fc.property(
        line,
        fc.array(fc.tuple(fc.nat(5000), fc.integer({ min: 0x80, max: 0xff })), { maxLength: 3 }),
        (text, bytes) => {
          const harm = Buffer.from(text);
          for (const [at, byte] of bytes) harm[at % harm.length] = byte;
          expect(told(cut(harm), 'events')).toEqual(told(harm, 'events'));
        },
      ),
    );
  });
});
