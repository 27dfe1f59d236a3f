import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PodObject } from '../../../src/model/objects.ts';
import { isJsonObject, objectOf, objectsOf } from '../../../src/sources/live/json-shape.ts';
import { PodPageReader } from '../../../src/sources/live/pod-page.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';

/** Text that looks like what the reader looks for. */
const hostile = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom(
    '"',
    '\\',
    '\\"',
    ']}',
    '},"spec":{',
    '"nodeName":"x"',
    ':"kube-api-access-abcde"',
    'kube-api-access-abcde',
    'kube-api-access-fghij',
    'kube-api-access-abcdef',
    '","managedFields":[',
    '","phase":"Failed',
    '\u2028é漢',
  ),
);
const oftenEqual = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const textMap = fc.dictionary(fc.constantFrom('app', 'managedFields', 'phase', 'a/b'), hostile, { maxKeys: 3 });
const anything = fc.jsonValue({ depthSize: 'small', maxDepth: 2 });

const metadata = fc.record(
  {
    name: fc.oneof(hostile, fc.constant('cart')),
    generateName: hostile,
    namespace: oftenEqual('shop', 'data'),
    uid: hostile,
    labels: fc.oneof(oftenEqual({ app: 'cart' }, {}), textMap, anything),
    annotations: fc.oneof(
      oftenEqual({ 'prometheus.io/port': '1' }, { 'container.apparmor.security.beta.kubernetes.io/app': 'unconfined' }),
      textMap,
      anything,
    ),
    ownerReferences: fc.oneof(
      oftenEqual([{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-1', controller: true }], []),
      anything,
    ),
    creationTimestamp: oftenEqual('2026-11-20T10:00:00Z', 'never'),
    managedFields: fc.oneof(oftenEqual([{ manager: 'kubelet', fieldsV1: { 'f:spec': {} } }]), anything),
    finalizers: anything,
  },
  { requiredKeys: ['name'] },
);
const volumeName = fc.oneof(oftenEqual('kube-api-access-abcde', 'kube-api-access-fghij'), hostile);
const container = fc.record(
  {
    name: oftenEqual('app', 'proxy'),
    image: oftenEqual('cart:1', 'cart:2'),
    args: fc.array(hostile, { maxLength: 2 }),
    env: fc.array(fc.record({ name: hostile, value: hostile }), { maxLength: 2 }),
    volumeMounts: fc.array(
      fc.record(
        {
          name: volumeName,
          readOnly: fc.constant(true),
          mountPath: oftenEqual('/var/run/secrets/kubernetes.io/serviceaccount', '/x'),
        },
        { requiredKeys: ['name'] },
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);
const spec = fc.record(
  {
    volumes: fc.array(
      fc
        .tuple(volumeName, oftenEqual({ projected: {} }, { projected: {} }, { hostPath: { path: '/' } }, {}))
        .map(([name, source]) => ({ name, ...source })),
      { maxLength: 2 },
    ),
    containers: fc.oneof(oftenEqual([{ name: 'app', image: 'cart:1' }]), fc.array(container, { maxLength: 2 })),
    serviceAccountName: oftenEqual('default', 'cart', 'kube-api-access-abcde', 'kube-api-access-fghij'),
    nodeName: fc.oneof(oftenEqual('node-1', 'node-2', ''), hostile, anything),
    hostNetwork: fc.oneof(fc.boolean(), anything),
    priorityClassName: hostile,
  },
  { requiredKeys: [] },
);
const status = fc.record(
  {
    conditions: fc.oneof(oftenEqual([{ type: 'Ready', message: '[app] is not ready]}' }]), anything),
    phase: fc.oneof(oftenEqual('Running', 'Pending'), hostile),
    podIP: hostile,
    podIPs: fc.oneof(fc.array(fc.record({ ip: hostile }), { maxLength: 2 }), anything),
    startTime: oftenEqual('2026-11-20T10:00:05Z', ''),
    containerStatuses: anything,
    qosClass: hostile,
  },
  { requiredKeys: [] },
);
const usual = fc.record({ metadata, spec, status });
const unusual = fc.record({ metadata: anything, spec, status, other: anything }, { requiredKeys: ['metadata'] });
/** What replicas differ in; the rest of a status comes and goes. */
const own = fc.record({
  metadata: fc.record({
    name: hostile,
    uid: hostile,
    creationTimestamp: oftenEqual('2026-11-20T10:00:00Z', '2026-11-21T10:00:00Z', '', 'never'),
    resourceVersion: hostile,
    managedFields: anything,
  }),
  spec: fc.record({ nodeName: hostile }),
  status: fc.record({
    podIP: hostile,
    podIPs: fc.array(fc.record({ ip: hostile }), { maxLength: 3 }),
    startTime: oftenEqual('2026-11-20T10:00:05Z', '2026-11-21T10:00:05Z', '', 'never'),
    conditions: anything,
    containerStatuses: anything,
  }),
});

/** As it is with replicas: everything that is named like the token volume has another random end. */
function renamed(pod: unknown, random: string): unknown {
  const text = JSON.stringify(pod).replaceAll('kube-api-access-abcde', `kube-api-access-${random}`);
  return JSON.parse(text) as unknown;
}

/** The members that `first` has, with other values. */
function replica(first: unknown, values: Readonly<Record<string, unknown>>): unknown {
  const members = Object.entries(objectOf(first)).map(([key, value]) => {
    if (!(key in values)) return [key, value];
    return [key, isJsonObject(value) ? replica(value, objectOf(values[key])) : values[key]];
  });
  return Object.fromEntries(members) as unknown;
}

/** Some pods, several times each, so that neighbours often have parts in common. */
const podsOf = (pod: fc.Arbitrary<unknown>): fc.Arbitrary<readonly unknown[]> =>
  fc.array(fc.tuple(pod, fc.array(own, { maxLength: 3 })), { maxLength: 4 }).map((groups) =>
    groups.flatMap(([first, replicas]) => [
      first,
      ...replicas.flatMap((values, at) => {
        const made = replica(first, values);
        return at === 0 ? [made, renamed(made, 'fghij')] : [renamed(made, `1234${at}`)];
      }),
    ]),
  );

function pageOf(items: readonly unknown[]): Buffer {
  const list = { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '7', continue: 'x' }, items };
  return Buffer.from(JSON.stringify(list));
}

function slimPods(list: unknown): readonly PodObject[] {
  const slimmer = createSlimmer();
  return objectsOf(objectOf(list)['items']).map((item) => slimmer.slim(item, 'Pod'));
}

/** What a reader that declines leaves to JSON.parse is the same by definition. */
function expectSame(text: string): void {
  const whole: unknown = JSON.parse(text);
  expect(slimPods(new PodPageReader().read(Buffer.from(text)) ?? whole)).toEqual(slimPods(whole));
}

const REPLICA = {
  metadata: { name: 'cart-1', labels: { app: 'cart' } },
  spec: {
    volumes: [{ name: 'kube-api-access-abcde', projected: {} }],
    containers: [{ name: 'app', image: 'cart:1' }],
    nodeName: 'node-1',
  },
  status: { phase: 'Running', conditions: [{ type: 'Ready' }], podIPs: [{ ip: '10.0.0.1' }] },
};

describe('a page of pods', () => {
  it('slims to the same pods as when it is parsed whole', () => {
    fc.assert(
      fc.property(podsOf(usual), (items) => {
        const bytes = pageOf(items);
        const read = new PodPageReader().read(bytes);
        expect(read).not.toBeNull();
        expect(slimPods(read)).toEqual(slimPods(JSON.parse(bytes.toString())));
        expect(objectOf(read)['metadata']).toEqual({ resourceVersion: '7', continue: 'x' });
      }),
      { numRuns: 1500 },
    );
  });

  it('declines pods of another form, or slims them to the same pods', () => {
    fc.assert(
      fc.property(podsOf(fc.oneof(usual, unusual)), (items) => {
        const bytes = pageOf(items);
        const whole: unknown = JSON.parse(bytes.toString());
        expect(slimPods(new PodPageReader().read(bytes) ?? whole)).toEqual(slimPods(whole));
      }),
      { numRuns: 500 },
    );
  });

  it('slims bytes that were changed anywhere to the same pods, or leaves them to JSON.parse', () => {
    const bytes = pageOf([REPLICA, REPLICA, REPLICA]);
    const structure = fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', ' ', '\u0000', 'a', '1');
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        fc.nat(3),
        fc.string({ unit: structure, maxLength: 3 }),
        (at, cut, text) => {
          const changed = Buffer.concat([
            bytes.subarray(0, at),
            Buffer.from(text),
            bytes.subarray(at + cut),
          ]).toString();
          let whole: unknown;
          try {
            whole = JSON.parse(changed);
          } catch {
            return;
          }
          expect(slimPods(new PodPageReader().read(Buffer.from(changed)) ?? whole)).toEqual(slimPods(whole));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('finds the end of strings and brackets wherever they lie in the words that it looks at', () => {
    const inside = fc.array(
      fc.oneof(fc.constantFrom('\\', '"', '[', ']', '{', '}', '\\"', '\\\\', 'é'), fc.string({ maxLength: 20 })),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(inside, inside), { minLength: 1, maxLength: 5 }), (texts) => {
        const pods = texts.map(([one, other], index) => ({
          ...REPLICA,
          metadata: { name: `cart-${index}`, managedFields: [{ [one.join('')]: [other.join(''), {}] }] },
          status: { conditions: [other.join(''), [one]], phase: 'Running', reason: one.join('') },
        }));
        const bytes = pageOf(pods);
        const read = new PodPageReader().read(bytes);
        expect(slimPods(read)).toEqual(slimPods(JSON.parse(bytes.toString())));
        expect(objectsOf(objectOf(read)['items'])).toHaveLength(pods.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('parses only what differs, of pods that differ in names and times', () => {
    const items = Array.from({ length: 3 }, (_one, index) => ({
      ...structuredClone(REPLICA),
      metadata: { ...REPLICA.metadata, name: `cart-${index}`, resourceVersion: String(index * 100) },
    }));
    const [first, ...others] = objectsOf(new PodPageReader().read(pageOf(items))?.['items']);
    for (const other of others) {
      expect(objectOf(other['metadata'])['labels']).toBe(objectOf(first?.['metadata'])['labels']);
      expect(objectOf(other['spec'])['containers']).toBe(objectOf(first?.['spec'])['containers']);
    }
    expect(others.map((other) => objectOf(other['metadata'])['name'])).toEqual(['cart-1', 'cart-2']);
  });

  it('slims replicas to what they share with the pod before them, and their own texts', () => {
    const replica = (at: number): unknown => ({
      ...REPLICA,
      metadata: {
        ...REPLICA.metadata,
        name: `cart-${at}`,
        uid: `uid-${at}`,
        creationTimestamp: `2026-11-2${at}T00:00:00Z`,
      },
      spec: { ...REPLICA.spec, nodeName: `node-${at}` },
      status: { phase: 'Running', podIPs: [{ ip: `10.0.0.${at}` }], startTime: `2026-11-2${at}T00:00:01Z` },
    });
    const pods = slimPods(new PodPageReader().read(pageOf([1, 2, 3].map(replica))));
    expect(pods.map(({ name, uid, nodeName, podIPs }) => [name, uid, nodeName, ...podIPs])).toEqual(
      [1, 2, 3].map((at) => [`cart-${at}`, `uid-${at}`, `node-${at}`, `10.0.0.${at}`]),
    );
    expect(pods.map(({ created, started }) => [created, started])).toEqual(
      [1, 2, 3].map((at) => [Date.UTC(2026, 10, 20 + at), Date.UTC(2026, 10, 20 + at, 0, 0, 1)]),
    );
    expect(new Set(pods.flatMap(({ labels, spec }) => [labels, spec])).size).toBe(2);
  });

  it('reads the pages of a list one after the other, small after large', () => {
    const reader = new PodPageReader();
    for (const count of [1, 500, 2, 1000, 0, 1]) {
      const items = Array.from({ length: count }, (_one, index) => ({
        ...REPLICA,
        metadata: { name: `cart-${count}-${index}` },
      }));
      const bytes = pageOf(items);
      expect(slimPods(reader.read(bytes))).toEqual(slimPods(JSON.parse(bytes.toString())));
    }
  });

  it('is read where it arrived, in whatever pieces, while others arrive', () => {
    const reader = new PodPageReader();
    const pageNumber = (number: number): Buffer =>
      pageOf(
        Array.from({ length: number * 60 }, (_one, index) => ({
          ...REPLICA,
          metadata: { name: `${number}-${index}` },
        })),
      );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(4), fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1 })), {
          minLength: 1,
          maxLength: 4,
        }),
        (pages) => {
          const arrived = pages.map(([number, sizes]) => {
            const memory = reader.take();
            const bytes = pageNumber(number);
            for (let at = 0, piece = 0; at < bytes.length; piece += 1) {
              const size = sizes[piece % sizes.length] ?? 1;
              memory.append(bytes.subarray(at, at + size));
              at += size;
            }
            return { memory, bytes };
          });
          for (const { memory, bytes } of arrived) {
            expect(memory.bytes().equals(bytes)).toBe(true);
            const whole: unknown = JSON.parse(bytes.toString());
            // The third and fourth are elsewhere, and read only where a place is free.
            expect(slimPods(reader.read(memory.bytes()) ?? whole)).toEqual(slimPods(whole));
            memory.release();
            memory.release();
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is left whole to JSON.parse where it arrived and is declined', () => {
    const reader = new PodPageReader();
    const memory = reader.take();
    const bytes = Buffer.from(pageOf([REPLICA, REPLICA]).toString().replace('"spec":{', '"spec": {'));
    memory.append(bytes);
    expect(reader.read(memory.bytes())).toBeNull();
    expect(memory.bytes().equals(bytes)).toBe(true);
  });

  it('shares the specification of replicas, and gives each its own node', () => {
    const other = structuredClone(REPLICA);
    other.spec.nodeName = 'node-2';
    other.spec.volumes = [{ name: 'kube-api-access-fghij', projected: {} }];
    const items = objectsOf(new PodPageReader().read(pageOf([REPLICA, other]))?.['items']);
    const [first, second] = items.map((item) => objectOf(item['spec']));
    expect(second?.['containers']).toBe(first?.['containers']);
    expect([first?.['nodeName'], second?.['nodeName']]).toEqual(['node-1', 'node-2']);
    expect(items.map((item) => objectOf(item['status'])['conditions'])).toEqual([undefined, undefined]);
  });

  it.each([
    ['a key twice', '"nodeName":"node-1"', '"nodeName":"node-0","nodeName":"node-1"'],
    ['an escaped key in spec', '"nodeName":"node-1"', '"nodeName":"node-0","node\\u004eame":"node-1"'],
    ['an escaped key in metadata', '"labels":{"app":"cart"}', '"labels":{"app":"cart"},"label\\u0073":{"app":"x"}'],
    ['labels twice', '"labels":{"app":"cart"}', '"labels":{"app":"cart"},"labels":{"app":"x"}'],
    ['an escaped key in status', '"phase":"Running"', '"phase":"Running","ph\\u0061se":"Failed"'],
    ['phase twice', '"phase":"Running"', '"phase":"Running","phase":"Failed"'],
    ['a name that only looks like a token volume', '"kube-api-access-abcde"', '"kube-api-access-ABCDE"'],
    ['a longer name of a volume', '"kube-api-access-abcde"', '"kube-api-access-abcdef"'],
    ['spec twice', '"spec":{', '"spec":{},"spec":{'],
    ['space between tokens', '"spec":{', '"spec": {'],
  ])('reads %s as JSON.parse does, or not at all', (_name, from, to) => {
    const plain = pageOf([REPLICA, REPLICA, REPLICA]).toString();
    const at = plain.indexOf(from, plain.indexOf('"cart-1"', 200));
    expect(at).toBeGreaterThan(0);
    expectSame(plain.replace(from, to));
    expectSame(plain.slice(0, at) + plain.slice(at).replace(from, to));
    expectSame(plain.replaceAll(from, to));
  });

  it.each([
    ['a service account', '"serviceAccountName":"$"'],
    ['a Secret', '"imagePullSecrets":[{"name":"$"}]'],
    ['a container', '"initContainers":[{"name":"$","image":"cart:1"}]'],
    ['a path of the node', '"volumes":[{"name":"$","hostPath":{"path":"/"}}]'],
    ['a mount elsewhere', '"initContainers":[{"name":"i","volumeMounts":[{"name":"$","mountPath":"/x"}]}]'],
    [
      'the mounted one of two volumes',
      '"volumes":[{"name":"kube-api-access-first","projected":{"sources":[{"serviceAccountToken":{}}]}},' +
        '{"name":"kube-api-access-other","projected":{"sources":[{"secret":{"name":"db"}}]}}],' +
        '"containers":[{"name":"app","volumeMounts":[{"name":"$","readOnly":true,' +
        '"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}]}]',
    ],
  ])('tells pods apart in which %s is only named like a token volume', (_what, member) => {
    const pods = ['first', 'other', 'other', 'first'].map(
      (name, at) =>
        `{"metadata":{"name":"${at}"},"spec":{${member.replaceAll('$', `kube-api-access-${name}`)}},"status":{}}`,
    );
    const text = pageOf([])
      .toString()
      .replace('"items":[', `"items":[${pods.join(',')}`);
    const [first, other] = slimPods(JSON.parse(text));
    expect(first?.spec).not.toEqual(other?.spec);
    expectSame(text);
  });

  it('declines other lists and bytes that end too early', () => {
    const bytes = pageOf([REPLICA, REPLICA]);
    expect(
      new PodPageReader().read(Buffer.from('{"kind":"NodeList","apiVersion":"v1","metadata":{},"items":[]}')),
    ).toBeNull();
    for (let length = 0; length < bytes.length; length += 1) {
      expect(['declined', 'refused']).toContain(outcomeOf(bytes.subarray(0, length)));
    }
  });
});

function outcomeOf(bytes: Buffer): 'read' | 'declined' | 'refused' {
  try {
    return new PodPageReader().read(bytes) === null ? 'declined' : 'read';
  } catch (error) {
    if (error instanceof SyntaxError) return 'refused';
    throw error;
  }
}
