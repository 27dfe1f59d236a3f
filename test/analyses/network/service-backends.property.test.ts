import fc from 'fast-check';
import { expect, it } from 'vitest';
import { profilesBehind } from '../../../src/analyses/network/direction-profile.ts';
import { exposures } from '../../../src/analyses/network/exposure.ts';
import { namespaceIsolation } from '../../../src/analyses/network/isolation.ts';
import { hasNetworkPeers } from '../../../src/analyses/network/network-peers.ts';
import { backendsOf, selectedBy, serviceSelects, servicesOf } from '../../../src/analyses/network/service-backends.ts';
import { workloads } from '../../../src/analyses/workload/workloads.ts';
import { refText } from '../../../src/kube/object-ref.ts';
import type { Change } from '../../../src/model/change.ts';
import type { ServiceObject } from '../../../src/model/objects.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import type { ClusterView } from '../../../src/store/cluster-view.ts';
import { StoreView } from '../../../src/store/store-view.ts';
import { object, pod, type PodOptions } from '../../objects.ts';

const upsertPod = (name: string, options: PodOptions): Change => ({ type: 'upsert', object: pod(name, options) });

const labels = fc.constantFrom({}, { app: 'web' }, { app: 'db' }, { app: 'web', tier: 'front' });
const HOST_PORT = { containers: [{ name: 'main', image: 'i:1', ports: [{ containerPort: 80, hostPort: 8080 }] }] };

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .record({
        name: fc.constantFrom('a', 'b', 'c', 'd'),
        labels,
        spec: fc.constantFrom({}, { hostNetwork: true }, HOST_PORT),
        phase: fc.constantFrom('Running', 'Running', 'Failed'),
        set: fc.constantFrom('one', 'two', undefined),
      })
      .map(({ name, set, ...options }) =>
        upsertPod(name, set === undefined ? options : { ...options, owner: { kind: 'StatefulSet', name: set } }),
      ),
  },
  fc
    .record({
      name: fc.constantFrom('s', 't'),
      selector: fc.constantFrom(undefined, {}, { app: 'web' }, { app: 'db' }, { app: 'web', tier: 'front' }),
      type: fc.constantFrom('ClusterIP', 'LoadBalancer', 'ExternalName'),
    })
    .map(({ name, ...spec }): Change => ({
      type: 'upsert',
      object: object('Service', { metadata: { namespace: 'shop', name }, spec: { ...spec, ports: [{ port: 80 }] } }),
    })),
  fc
    .record({ name: fc.constantFrom('s', 't'), podSelector: fc.constantFrom({}, { matchLabels: { app: 'web' } }) })
    .map(({ name, podSelector }): Change => ({
      type: 'upsert',
      object: object('NetworkPolicy', { metadata: { namespace: 'shop', name }, spec: { podSelector } }),
    })),
  fc
    .record({
      kind: fc.constantFrom('Pod', 'Service', 'NetworkPolicy'),
      name: fc.constantFrom('a', 'b', 'c', 'd', 's', 't'),
    })
    .map(({ kind, name }): Change => ({ type: 'remove', kind: kind as 'Pod', namespace: 'shop', name })),
);

function answers(view: ClusterView): unknown {
  const services = view.list('Service', 'shop');
  return {
    behind: services.map((service) => [
      service.name,
      backendsOf(view, service).map(refText),
      selectedBy(view, service).map(refText),
      profilesBehind(view, service).map(({ peer, ingress, egress }) => [peer, ingress, egress]),
    ]),
    before: workloads(view, 'shop').map((one) => [
      refText(one.ref),
      servicesOf(view, one.ref).map(({ name }) => name),
      exposures(view, one),
    ]),
    isolation: namespaceIsolation(view, 'shop'),
    hasPeers: hasNetworkPeers(view, 'shop'),
  };
}

/** Those that a Service selects by definition. */
function selectedByDefinition(view: ClusterView, service: ServiceObject, isLive: boolean): readonly string[] {
  return workloads(view, 'shop').flatMap(({ ref, classes }) =>
    classes.some((one) => serviceSelects(service, one.labels) && !(isLive && one.state === 'finished'))
      ? [refText(ref)]
      : [],
  );
}

it('what stands behind Services and before workloads is after any changes what it is in a fresh view', () => {
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 4 }), { minLength: 1, maxLength: 6 }), (batches) => {
      const view = new StoreView(new ClusterStore(), 0);
      for (const batch of batches) {
        view.apply(batch);
        view.graph.settle(
          () => undefined,
          () => false,
        );
        expect(answers(view)).toEqual(answers(new StoreView(view.store.fork(), 0, false)));
        for (const service of view.list('Service', 'shop')) {
          expect(selectedBy(view, service).map(refText)).toEqual(selectedByDefinition(view, service, false));
          expect(backendsOf(view, service).map(refText)).toEqual(selectedByDefinition(view, service, true));
        }
      }
    }),
    { numRuns: 300 },
  );
});

it('a label that no Service names makes nothing anew behind it but the profiles of its own workload', () => {
  const view = new StoreView(new ClusterStore(), 0);
  const web = { labels: { app: 'web' }, owner: { kind: 'StatefulSet', name: 'one' } };
  view.apply([
    upsertPod('a', web),
    upsertPod('b', { labels: { app: 'db' }, owner: { kind: 'StatefulSet', name: 'two' } }),
    ...['web', 'db'].map((name): Change => ({
      type: 'upsert',
      object: object('Service', { metadata: { namespace: 'shop', name }, spec: { selector: { app: name } } }),
    })),
  ]);
  const runs = new Map<string, number>();
  const ask = (key: string, read: (inner: ClusterView) => unknown): void => {
    view.derive(key, '', (inner) => {
      runs.set(key, (runs.get(key) ?? 0) + 1);
      return read(inner);
    });
  };
  const [db, front] = view.list('Service', 'shop');
  if (db === undefined || front === undefined) throw new Error('no Services');
  ask('backends of web', (inner) => backendsOf(inner, front));
  ask('profiles behind web', (inner) => profilesBehind(inner, front));
  ask('profiles behind db', (inner) => profilesBehind(inner, db));
  view.apply([upsertPod('a', { ...web, labels: { app: 'web', change: 'one' } })]);
  view.graph.settle(
    () => undefined,
    () => false,
  );
  expect([...runs]).toEqual([
    ['backends of web', 1],
    ['profiles behind web', 2],
    ['profiles behind db', 1],
  ]);
});
