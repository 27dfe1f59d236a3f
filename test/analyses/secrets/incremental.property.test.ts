/** After any changes the findings of the secrets and vigilance rules equal those of a fresh engine on the same contents. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import type { Change } from '../../../src/model/change.ts';
import { ALL_KINDS, type Kind } from '../../../src/model/kind.ts';
import { RULES } from '../../../src/rules/index.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { StoreView } from '../../../src/store/store-view.ts';
import { object, pod } from '../../objects.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');
const OURS = RULES.filter((rule) => rule.id.startsWith('secrets/') || rule.id.startsWith('vigilance/'));

const namespace = fc.constantFrom('shop', 'data');
const name = fc.constantFrom('a', 'b');
const meta = fc.record({ namespace, name });

const podSpec = fc.record({
  hostPID: fc.boolean(),
  serviceAccountName: fc.constantFrom('default', 'a'),
  imagePullSecrets: fc.constantFrom([], [{ name: 'a' }]),
  containers: fc.constantFrom(
    [{ name: 'main', image: 'i' }],
    [{ name: 'main', image: 'i:1', envFrom: [{ secretRef: { name: 'a' } }] }],
    [{ name: 'main', image: 'i:1', securityContext: { privileged: true, capabilities: { add: ['NET_ADMIN'] } } }],
  ),
  volumes: fc.constantFrom(
    [],
    [{ name: 'v', secret: { secretName: 'b' } }],
    [{ name: 'v', hostPath: { path: '/etc' } }],
  ),
});

const upsert = (one: ReturnType<typeof object>): Change => ({ type: 'upsert', object: one });

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ meta, podSpec, owned: fc.boolean(), phase: fc.constantFrom('Running', 'Succeeded') }).map((one) =>
    upsert(
      pod(one.meta.name, {
        namespace: one.meta.namespace,
        spec: one.podSpec,
        phase: one.phase,
        ...(one.owned ? { owner: { kind: 'StatefulSet', name: 'a' } } : {}),
      }),
    ),
  ),
  fc.record({ meta, podSpec, kind: fc.constantFrom('StatefulSet', 'DaemonSet', 'CronJob') }).map((one) => {
    const template = { spec: one.podSpec };
    const spec = one.kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template };
    return upsert(object(one.kind, { metadata: one.meta, spec }));
  }),
  fc
    .record({ meta, year: fc.constantFrom(2024, 2026), type: fc.constantFrom('Opaque', 'helm.sh/release.v1') })
    .map((one) =>
      upsert(
        object('Secret', {
          metadata: {
            ...one.meta,
            creationTimestamp: '2024-01-01T00:00:00Z',
            managedFields: [
              { manager: 'm', operation: 'Update', time: `${one.year}-11-10T00:00:00Z`, fieldsV1: { 'f:data': {} } },
            ],
          },
          type: one.type,
        }),
      ),
    ),
  fc
    .record({ meta, automount: fc.constantFrom(undefined, false), secrets: fc.constantFrom([], [{ name: 'a' }]) })
    .map((one) =>
      upsert(
        object('ServiceAccount', {
          metadata: { ...one.meta, name: one.meta.name === 'a' ? 'a' : 'default' },
          automountServiceAccountToken: one.automount,
          secrets: one.secrets,
        }),
      ),
    ),
  fc.record({ meta, account: fc.constantFrom('default', 'a') }).map((one) =>
    upsert(
      object('RoleBinding', {
        metadata: one.meta,
        roleRef: { kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'ServiceAccount', name: one.account }],
      }),
    ),
  ),
  fc.record({ namespace, level: fc.constantFrom(undefined, 'baseline', 'wrong') }).map((one) =>
    upsert(
      object('Namespace', {
        metadata: {
          name: one.namespace,
          labels: one.level === undefined ? {} : { 'pod-security.kubernetes.io/enforce': one.level },
        },
      }),
    ),
  ),
  fc
    .record({ meta, type: fc.constantFrom('ClusterIP', 'LoadBalancer') })
    .map((one) =>
      upsert(object('Service', { metadata: one.meta, spec: { type: one.type, selector: {}, ports: [{ port: 80 }] } })),
    ),
  fc
    .record({ kind: fc.constantFrom<Kind>('Pod', 'Secret', 'StatefulSet', 'RoleBinding', 'ServiceAccount'), meta })
    .map(({ kind, meta: { namespace: ns, name: one } }): Change => ({
      type: 'remove',
      kind,
      namespace: ns,
      name: one,
    })),
  fc
    .record({ kind: fc.constantFrom<Kind>('Pod', 'CronJob', 'RoleBinding'), denied: fc.boolean() })
    .map(({ kind, denied }) => coverage(kind, denied ? 'denied' : 'live')),
  fc
    .constantFrom('v1.34.2', 'v1.36.0')
    .map((kubeletVersion) =>
      upsert(object('Node', { metadata: { name: 'n' }, status: { nodeInfo: { kubeletVersion } } })),
    ),
  fc
    .constantFrom('v1.36.3', 'v1.34.0', null)
    .map((serverVersion): Change => ({ type: 'facts', facts: { serverVersion } })),
);

function coverage(kind: Kind, status: 'live' | 'denied'): Change {
  return { type: 'coverage', coverage: { kind, apiVersion: '', status, namespaces: 'all', reason: '', since: 0 } };
}

function findingsOf(engine: Engine): unknown {
  engine.settle();
  return Object.fromEntries([...engine.findings].sort(([a], [b]) => (a < b ? -1 : 1)));
}

it('stays equal to a fresh run', () => {
  fc.assert(
    fc.property(fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), (batches) => {
      const store = new ClusterStore();
      const engine = new Engine(new StoreView(store, NOW), OURS);
      engine.apply([
        ...ALL_KINDS.map((kind) => coverage(kind, 'live')),
        { type: 'facts', facts: { source: 'cluster' } },
      ]);
      for (const batch of batches) {
        engine.apply(batch);
        const incremental = findingsOf(engine);
        expect(incremental).toEqual(findingsOf(new Engine(new StoreView(store, NOW), OURS)));
      }
      expect(engine.failures()).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
