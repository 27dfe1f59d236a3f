import { describe, expect, it } from 'vitest';
import { auditHistory } from '../../../src/sources/demo/audit/history.ts';
import type { AuditLine } from '../../../src/sources/demo/audit/audit-record.ts';
import { valueAt } from '../../../src/sources/demo/json-value.ts';
import { LivingShop } from '../../../src/sources/demo/living.ts';
import { ObjectStore } from '../../../src/sources/demo/object-store.ts';
import { podDirectory } from '../../../src/sources/demo/pod-directory.ts';
import { Placement } from '../../../src/sources/demo/shop/nodes.ts';
import { shopObjects } from '../../../src/sources/demo/shop/shop-cluster.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const RBAC = 'rbac.authorization.k8s.io/v1';

interface Event {
  apiVersion: string;
  auditID: string;
  stage: string;
  verb: string;
  requestURI: string;
  user: { username: string };
  sourceIPs: string[];
  objectRef?: { resource: string; namespace?: string; name?: string; subresource?: string };
  responseStatus: { code: number };
  requestObject?: object;
  annotations: Record<string, string>;
}

const eventsOf = (lines: readonly AuditLine[]): Event[] => lines.map((line): Event => JSON.parse(line.json));

/** What the kubelets asked. */
const routine = (events: readonly Event[]): string[] =>
  events.filter(({ user }) => user.username.startsWith('system:node:')).map((event) => event.requestURI);

function living(): { store: ObjectStore; life: LivingShop } {
  const store = new ObjectStore();
  const placement = new Placement();
  store.load(shopObjects(NOW, placement));
  return { store, life: new LivingShop(store, placement, NOW) };
}

/** Lets so many seconds pass, a second at a time. */
function live(life: LivingShop, from: number, seconds: number): Event[] {
  const lines: AuditLine[] = [];
  for (let second = from + 1; second <= from + seconds; second += 1) lines.push(...life.tick(NOW + second * 1000));
  return eventsOf(lines);
}

const policy = (store: ObjectStore) => store.get('networking.k8s.io/v1', 'NetworkPolicy', 'shop', 'web');
const podNames = (store: ObjectStore): string[] =>
  store
    .list('v1', 'Pod', 'shop')
    .map((pod) => pod.metadata.name)
    .filter((name) => name.startsWith('web-'));

describe('the living shop', () => {
  it('lets bob bind cluster-admin and delete a policy, which Argo CD puts back as a new object', () => {
    const { store, life } = living();
    const before = policy(store)?.metadata.uid;
    const events = live(life, 0, 40);
    expect(valueAt(store.get(RBAC, 'ClusterRoleBinding', '', 'deployer-admin'), 'roleRef.name')).toBe('cluster-admin');
    expect(policy(store)).toBeUndefined();
    const bob = events.filter((event) => event.user.username === 'bob');
    expect(bob.map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`)).toEqual([
      'create clusterrolebindings',
      'delete networkpolicies',
    ]);
    expect(bob[0]?.requestObject).toMatchObject({ roleRef: { name: 'cluster-admin' } });
    live(life, 40, 60);
    expect(policy(store)?.metadata.uid).not.toBe(before);
    expect(policy(store)?.['spec']).toBeDefined();
  });

  it('rolls a Deployment: new pods come, old pods go, and the rest stays consistent', () => {
    const { store, life } = living();
    const before = podNames(store);
    live(life, 0, 60);
    const after = podNames(store);
    expect(after).toHaveLength(before.length);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
    const sets = new Map(store.list('apps/v1', 'ReplicaSet', 'shop').map((set) => [set.metadata.name, set]));
    for (const name of after) {
      const pod = store.get('v1', 'Pod', 'shop', name);
      const owner = pod?.metadata.ownerReferences?.[0];
      expect(sets.get(owner?.name ?? '')?.metadata.uid).toBe(owner?.uid);
      expect(valueAt(pod, 'status.phase')).toBe('Running');
    }
    const slice = store
      .list('discovery.k8s.io/v1', 'EndpointSlice', 'shop')
      .find((one) => one.metadata.labels?.['kubernetes.io/service-name'] === 'web');
    expect(valueAt(slice, 'endpoints')).toHaveLength(before.length);
  });

  it('restarts pods', () => {
    const { store, life } = living();
    const restarts = (): number => JSON.stringify(store.list('v1', 'Pod')).split('OOMKilled').length - 1;
    live(life, 0, 43);
    expect(restarts()).toBeGreaterThan(2);
  });

  it('lives on after the story, and tells it again', () => {
    const { life } = living();
    live(life, 0, 300);
    const again = live(life, 300, 60);
    expect(again.some((event) => event.user.username === 'bob' && event.verb === 'delete')).toBe(true);
  });

  it('tells the same for one long tick as the routine for many short ones', () => {
    const short = routine(live(living().life, 0, 11));
    const long = routine(eventsOf(living().life.tick(NOW + 11_000)));
    expect(long).toEqual(short);
  });
});

describe('the audit log', () => {
  const { store } = living();
  const lines = auditHistory(podDirectory(store), NOW);
  const events = eventsOf(lines);

  it('is an hour of events in order, none of them in the future', () => {
    expect(events.length).toBeGreaterThan(4000);
    expect(lines.every((line, index) => line.at <= NOW && line.at >= (lines[index - 1]?.at ?? 0))).toBe(true);
    expect(new Set(events.map((event) => event.apiVersion))).toEqual(new Set(['audit.k8s.io/v1']));
  });

  it('names only bindings that exist in its reasons', () => {
    const { store: lived, life } = living();
    const all = [...events, ...live(life, 0, 140)];
    const reasons = new Set(all.map((event) => event.annotations['authorization.k8s.io/reason'] ?? ''));
    reasons.delete('');
    expect(reasons.size).toBeGreaterThan(10);
    const wrong = [...reasons].filter((reason) => {
      const [, kind = '', path = '', roleKind = '', role = ''] =
        /allowed by (\w+) "([^"]+)" of (\w+) "([^"]+)" to /.exec(reason) ?? [];
      const slash = kind === 'ClusterRoleBinding' ? path.length : path.lastIndexOf('/');
      const binding = lived.get(RBAC, kind, path.slice(slash + 1), path.slice(0, slash));
      return valueAt(binding, 'roleRef.name') !== role || valueAt(binding, 'roleRef.kind') !== roleKind;
    });
    expect(wrong).toEqual([]);
  });

  it.each<[string, (event: Event) => boolean, number]>([
    [
      'exec into a pod that reads the token',
      ({ requestURI }) => requestURI.includes('command=cat&command=%2Fvar%2Frun'),
      4,
    ],
    ['a burst of refusals', ({ responseStatus }) => responseStatus.code === 403, 30],
    [
      'Secrets read by anonymous',
      ({ user, objectRef }) => user.username === 'system:anonymous' && objectRef?.resource === 'secrets',
      14,
    ],
  ])('tells of %s', (_what, matches, count) => {
    expect(events.filter(matches)).toHaveLength(count);
  });

  it('has two events with one id for what lasts, and names objects that exist', () => {
    const execs = events.filter((event) => event.objectRef?.subresource === 'exec');
    const ids = new Set(execs.map((event) => event.auditID));
    expect(execs).toHaveLength(2 * ids.size);
    expect(new Set(execs.map((event) => event.stage))).toEqual(new Set(['ResponseStarted', 'ResponseComplete']));
    for (const { objectRef } of execs) {
      expect(store.get('v1', 'Pod', objectRef?.namespace ?? '', objectRef?.name ?? '')).toBeDefined();
    }
  });
});
