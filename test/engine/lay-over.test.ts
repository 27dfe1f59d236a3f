import { expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { layOver } from '../../src/engine/lay-over.ts';
import type { Change } from '../../src/model/change.ts';
import { apiVersionOf, type Kind } from '../../src/model/kind.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { object } from '../objects.ts';
import { privileged } from '../report/judged.ts';

function coverage(kind: Kind, status: 'live' | 'absent' | 'denied'): Change {
  return {
    type: 'coverage',
    coverage: { kind, apiVersion: apiVersionOf(kind), status, namespaces: 'all', reason: '', since: 0 },
  };
}

function engineOf(changes: readonly Change[]): Engine {
  const store = new ClusterStore();
  store.apply([{ type: 'facts', facts: { source: 'snapshot', complete: true } }, ...changes]);
  const engine = new Engine(new StoreView(store, 0), []);
  engine.settle();
  return engine;
}

const state = privileged('agent').map((one): Change => ({ type: 'upsert', object: one }));
const [deployment] = privileged('agent');

it('pods stay where the template stays', () => {
  const { view } = engineOf(state);
  const changes = deployment === undefined ? [] : layOver(view, [{ type: 'upsert', object: deployment }]);
  expect(changes).toEqual([{ type: 'upsert', object: deployment }]);
});

it('pods of a changed template make room', () => {
  const { view } = engineOf(state);
  const changed = object('Deployment', {
    metadata: { name: 'agent', namespace: 'shop' },
    spec: { template: { spec: { containers: [{ name: 'main', image: 'registry.example/main:2' }] } } },
  });
  expect(layOver(view, [{ type: 'upsert', object: changed }])).toEqual([
    { type: 'remove', kind: 'Pod', namespace: 'shop', name: 'agent-5d9c-x7k2p' },
    { type: 'upsert', object: changed },
  ]);
});

it('files fill what is absent, not what is denied, and say nothing of the rest', () => {
  const { view } = engineOf([coverage('Service', 'absent'), coverage('Ingress', 'denied'), coverage('Pod', 'live')]);
  const laid = layOver(view, [
    { type: 'facts', facts: { source: 'files', serverVersion: null, duplicates: [] } },
    coverage('Service', 'live'),
    coverage('Ingress', 'live'),
    coverage('Pod', 'absent'),
  ]);
  expect(laid).toEqual([{ type: 'facts', facts: { duplicates: [] } }, coverage('Service', 'live')]);
});
