import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PodObject } from '../../../src/model/objects.ts';
import { objectOf, objectsOf } from '../../../src/sources/live/json-shape.ts';
import { parsePodPage } from '../../../src/sources/live/pod-page.ts';
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
const container = fc.record(
  {
    name: oftenEqual('app', 'proxy'),
    image: oftenEqual('cart:1', 'cart:2'),
    args: fc.array(hostile, { maxLength: 2 }),
    env: fc.array(fc.record({ name: hostile, value: hostile }), { maxLength: 2 }),
    volumeMounts: fc.array(
      fc.record({ name: fc.oneof(oftenEqual('kube-api-access-abcde', 'kube-api-access-fghij'), hostile) }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);
const spec = fc.record(
  {
    volumes: fc.array(
      fc.record({ name: fc.oneof(oftenEqual('kube-api-access-abcde', 'kube-api-access-fghij'), hostile) }),
      { maxLength: 2 },
    ),
    containers: fc.oneof(oftenEqual([{ name: 'app', image: 'cart:1' }]), fc.array(container, { maxLength: 2 })),
    serviceAccountName: oftenEqual('default', 'cart'),
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
const pod = fc.record(
  { metadata: fc.oneof({ weight: 8, arbitrary: metadata }, anything), spec, status, other: anything },
  { requiredKeys: ['metadata'] },
);
/** Some pods, several times each, so that neighbours often have parts in common. */
const pods = fc
  .array(fc.tuple(pod, fc.array(fc.record({ nodeName: hostile, uid: hostile }), { maxLength: 3 })), { maxLength: 4 })
  .map((groups) =>
    groups.flatMap(([first, replicas]) => [
      first,
      ...replicas.map(({ nodeName, uid }) => ({
        ...first,
        metadata: { ...objectOf(first.metadata), uid },
        ...(first.spec === undefined ? {} : { spec: { ...first.spec, nodeName } }),
      })),
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
  expect(slimPods(parsePodPage(Buffer.from(text)) ?? whole)).toEqual(slimPods(whole));
}

const REPLICA = {
  metadata: { name: 'cart-1', labels: { app: 'cart' } },
  spec: {
    volumes: [{ name: 'kube-api-access-abcde', emptyDir: {} }],
    containers: [{ name: 'app', image: 'cart:1' }],
    nodeName: 'node-1',
  },
  status: { phase: 'Running', conditions: [{ type: 'Ready' }], podIPs: [{ ip: '10.0.0.1' }] },
};

describe('a page of pods', () => {
  it('slims to the same pods as when it is parsed whole', () => {
    fc.assert(
      fc.property(pods, (items) => {
        const bytes = pageOf(items);
        const read = parsePodPage(Buffer.from(bytes));
        const whole: unknown = JSON.parse(bytes.toString());
        // JSON.stringify writes each key once, so only what is missing or empty is a reason to decline.
        expect(read !== null || !items.every(isWhole)).toBe(true);
        expect(slimPods(read ?? whole)).toEqual(slimPods(whole));
        expect(objectOf(read ?? whole)['metadata']).toEqual({ resourceVersion: '7', continue: 'x' });
      }),
      { numRuns: 1000 },
    );
  });

  it('shares the specification of replicas, and gives each its own node', () => {
    const other = structuredClone(REPLICA);
    other.spec.nodeName = 'node-2';
    other.spec.volumes = [{ name: 'kube-api-access-fghij', emptyDir: {} }];
    const items = objectsOf(parsePodPage(pageOf([REPLICA, other]))?.['items']);
    const [first, second] = items.map((item) => objectOf(item['spec']));
    expect(second?.['containers']).toBe(first?.['containers']);
    expect([first?.['nodeName'], second?.['nodeName']]).toEqual(['node-1', 'node-2']);
    expect(items.map((item) => Object.keys(objectOf(item['status'])))).toEqual([
      ['phase', 'podIPs'],
      ['phase', 'podIPs'],
    ]);
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

  it('declines other lists and bytes that end too early', () => {
    const bytes = pageOf([REPLICA, REPLICA]);
    expect(parsePodPage(Buffer.from('{"kind":"NodeList","apiVersion":"v1","metadata":{},"items":[]}'))).toBeNull();
    for (let length = 0; length < bytes.length; length += 1) {
      const cut = Buffer.from(bytes.subarray(0, length));
      expect(['declined', 'refused']).toContain(outcomeOf(cut));
      // Whoever parses it next must find it as it came.
      expect(cut.equals(bytes.subarray(0, length)) || outcomeOf(cut) === 'refused').toBe(true);
    }
  });
});

/** Whether metadata, spec and status are objects with something in them; others are left to JSON.parse. */
function isWhole(one: Readonly<Record<string, unknown>>): boolean {
  return ['metadata', 'spec', 'status'].every(
    (name) =>
      !(name in one) ||
      (Object.keys(objectOf(one[name])).length > 0 &&
        !Object.keys(objectOf(one[name])).some((key) => /["\\]/.test(JSON.stringify(key).slice(1, -1)))),
  );
}

function outcomeOf(bytes: Buffer): 'read' | 'declined' | 'refused' {
  try {
    return parsePodPage(bytes) === null ? 'declined' : 'read';
  } catch (error) {
    if (error instanceof SyntaxError) return 'refused';
    throw error;
  }
}
