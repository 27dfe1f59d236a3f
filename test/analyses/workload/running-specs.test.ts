import fc from 'fast-check';
import { expect, it } from 'vitest';
import { namespaceLevels } from '../../../src/analyses/pod-security/namespace-levels.ts';
import { escapingPods } from '../../../src/analyses/rbac/pod-escape.ts';
import { accountUsers } from '../../../src/analyses/rbac/service-accounts.ts';
import { namespaceSpecs } from '../../../src/analyses/secrets/secret-uses.ts';
import { runningSpecs } from '../../../src/analyses/workload/running-specs.ts';
import type { Change } from '../../../src/model/change.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import type { ClusterView } from '../../../src/store/cluster-view.ts';
import { StoreView } from '../../../src/store/store-view.ts';
import { object, pod, type PodOptions } from '../../objects.ts';

const PRIVILEGED = { containers: [{ name: 'main', image: 'i:1', securityContext: { privileged: true } }] };
const OTHER_ACCOUNT = { serviceAccountName: 'agent', containers: [{ name: 'main', image: 'i:1' }] };

const upsert = (name: string, options: PodOptions): Change => ({ type: 'upsert', object: pod(name, options) });
const WEB = { owner: { kind: 'StatefulSet', name: 'web' } };

function settle(view: StoreView): void {
  view.graph.settle(
    () => undefined,
    () => false,
  );
}

/** How often something that reads what the workloads run is made. */
function counted(view: StoreView): () => number {
  let runs = 0;
  const ask = (): number => {
    view.derive('probe', '', (inner) => {
      runs += 1;
      return runningSpecs(inner, 'shop').length;
    });
    settle(view);
    return runs;
  };
  ask();
  return ask;
}

it('stays the same while pods come, go and are labelled, and differs where a specification or a state does', () => {
  const view = new StoreView(new ClusterStore(), 0);
  view.apply([upsert('web-0', WEB), upsert('web-1', WEB), upsert('web-2', WEB)]);
  const runs = counted(view);
  const before = runningSpecs(view, 'shop');
  view.apply([
    upsert('web-0', { ...WEB, labels: { change: 'one' } }),
    { type: 'remove', kind: 'Pod', namespace: 'shop', name: 'web-1' },
    upsert('web-3', WEB),
  ]);
  expect(runs()).toBe(1);
  expect(runningSpecs(view, 'shop')).toBe(before);
  view.apply([upsert('web-3', { ...WEB, spec: PRIVILEGED })]);
  expect(runs()).toBe(2);
  view.apply([upsert('web-2', { ...WEB, phase: 'Failed' })]);
  expect(runs()).toBe(3);
  const [web] = runningSpecs(view, 'shop');
  expect(web?.specs.map(({ state }) => state)).toEqual(['active', 'finished', 'active']);
});

const change: fc.Arbitrary<Change> = fc.oneof(
  fc
    .record({
      name: fc.constantFrom('a', 'b', 'c'),
      labels: fc.constantFrom({}, { app: 'x' }),
      spec: fc.constantFrom({}, PRIVILEGED, OTHER_ACCOUNT),
      phase: fc.constantFrom('Running', 'Running', 'Succeeded'),
      kind: fc.constantFrom('StatefulSet', 'Job', undefined),
    })
    .map(({ name, kind, ...options }) =>
      upsert(name, kind === undefined ? options : { ...options, owner: { kind, name: 'w' } }),
    ),
  fc
    .record({ kind: fc.constantFrom('StatefulSet', 'Job'), spec: fc.constantFrom({}, PRIVILEGED, OTHER_ACCOUNT) })
    .map(({ kind, spec }): Change => ({
      type: 'upsert',
      object: object(kind as 'Job', { metadata: { namespace: 'shop', name: 'w' }, spec: { template: { spec } } }),
    })),
  fc
    .record({ kind: fc.constantFrom('Pod', 'StatefulSet', 'Job'), name: fc.constantFrom('a', 'b', 'c', 'w') })
    .map(({ kind, name }): Change => ({ type: 'remove', kind: kind as 'Pod', namespace: 'shop', name })),
);

function answers(view: ClusterView): unknown {
  return {
    specs: runningSpecs(view, 'shop'),
    levels: namespaceLevels(view, 'shop'),
    users: accountUsers(view, 'shop'),
    escaping: escapingPods(view, 'shop'),
    owners: namespaceSpecs(view, 'shop'),
  };
}

it('and what is made of it are after any changes what they are in a fresh view', () => {
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 4 }), { minLength: 1, maxLength: 6 }), (batches) => {
      const view = new StoreView(new ClusterStore(), 0);
      for (const batch of batches) {
        view.apply(batch);
        settle(view);
        expect(answers(view)).toEqual(answers(new StoreView(view.store.fork(), 0, false)));
      }
    }),
    { numRuns: 300 },
  );
});
