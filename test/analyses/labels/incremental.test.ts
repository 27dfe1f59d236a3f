import { describe, expect, it } from 'vitest';
import { labelCensus } from '../../../src/analyses/labels/label-census.ts';
import { nearValues } from '../../../src/analyses/labels/near-values.ts';
import { selected } from '../../../src/analyses/labels/selectable.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { RULES } from '../../../src/rules/index.ts';
import { textOf } from '../../../src/store/cell.ts';
import type { StoreView } from '../../../src/store/store-view.ts';
import { apply, objectsOf, pod } from '../network/cluster.ts';
import { deployment, document, service, viewOf } from './clusters.ts';

/** Keys of the cells that a change re-ran with another value. */
function changedCells(view: StoreView, yaml: string): readonly string[] {
  view.apply(objectsOf(yaml).map((object) => ({ type: 'upsert', object })));
  const changed: string[] = [];
  view.graph.settle(
    (cell) => changed.push(textOf(cell)),
    () => false,
  );
  return changed;
}

const startedAgain = (yaml: string): string => yaml.replace('10.1.0', '10.2.0');

describe('label analyses', () => {
  it('stop at the namespace where nothing that labels decide has changed', () => {
    const web = pod('shop', 'web-1', { app: 'web' });
    const view = viewOf(web, deployment('shop', 'cart', { app: 'cart', env: 'prod' }));
    labelCensus(view, 'shop');
    nearValues(view, 'shop');
    selected(view, { matchLabels: { app: 'web' } }, 'shop');
    const changed = changedCells(view, startedAgain(web));
    expect(changed.filter((key) => /^(?:label-|near-|selectable)/.test(key))).toEqual([]);
  });

  it('follow a label that changes', () => {
    const view = viewOf(deployment('shop', 'a', { env: 'prod' }), deployment('shop', 'b', { env: 'prod' }));
    expect(nearValues(view, 'shop')).toEqual([]);
    const more = objectsOf(deployment('shop', 'c', { env: 'Prod' }));
    apply(
      view,
      more.map((object) => ({ type: 'upsert', object })),
    );
    expect(nearValues(view, 'shop').map(({ value, meant }) => [value, meant])).toEqual([['Prod', 'prod']]);
  });

  it('give the findings of a fresh run after each change', () => {
    const steps = [
      service('shop', 'web', { app: 'web' }),
      deployment('shop', 'front', { app: 'wbe' }),
      deployment('edge', 'web', { app: 'web' }),
      deployment('shop', 'front', { app: 'web' }),
      deployment('shop', 'other', { app: 'web', 'app.kubernetes.io/name': 'other' }),
      document({
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'front', namespace: 'shop' },
        spec: { scaleTargetRef: { kind: 'Deployment', name: 'frnt' }, maxReplicas: 2 },
      }),
    ];
    const engine = new Engine(viewOf(), RULES);
    engine.settle();
    const seen: string[] = [];
    for (const step of steps) {
      seen.push(step);
      engine.apply(objectsOf(step).map((object) => ({ type: 'upsert', object })));
      engine.settle();
      const fresh = new Engine(viewOf(...seen), RULES);
      fresh.settle();
      expect(labelFindings(engine)).toEqual(labelFindings(fresh));
    }
    expect(labelFindings(engine)).not.toEqual([]);
  });
});

function labelFindings(engine: Engine): readonly unknown[] {
  return [...engine.findings.values()]
    .filter((one) => one.pane === 'labels')
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
