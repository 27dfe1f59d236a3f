import { describe, expect, it } from 'vitest';
import { labelCoverage } from '../../../src/analyses/labels/label-coverage.ts';
import { RECOMMENDED_LABELS } from '../../../src/kube/recommended-labels.ts';
import { labelsPane } from '../../../src/panes/labels.ts';
import { deployment, document, service, viewOf } from './clusters.ts';

const ALL = Object.fromEntries(RECOMMENDED_LABELS.map((label) => [label, 'x']));
const NAME = { 'app.kubernetes.io/name': 'x' };

const view = viewOf(
  deployment('shop', 'complete', { ...ALL, team: 'blue' }),
  deployment('shop', 'partly', { ...NAME, team: 'blue' }),
  deployment('shop', 'only-itself', {}, ALL),
  deployment('data', 'none', {}),
  document({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'etcd-node-1', namespace: 'kube-system', annotations: { 'kubernetes.io/config.mirror': 'x' } },
    spec: { containers: [{ name: 'etcd', image: 'etcd:3' }] },
  }),
  service('shop', 'web', { app: 'web' }),
);

describe('labelCoverage', () => {
  it('counts workloads and labels per namespace, kind and team, mirror pods left out', () => {
    const { all, byNamespace, byKind, byTeam } = labelCoverage(view);
    expect(all).toEqual({ workloads: 4, complete: 1, labels: 7 });
    expect(byNamespace.get('shop')).toEqual({ workloads: 3, complete: 1, labels: 7 });
    expect(byNamespace.get('data')).toEqual({ workloads: 1, complete: 0, labels: 0 });
    expect(byNamespace.has('kube-system')).toBe(false);
    expect(byKind.get('Deployment')?.workloads).toBe(4);
    expect(byTeam.get('blue')).toEqual({ workloads: 2, complete: 1, labels: 7 });
    expect(byTeam.get('')?.workloads).toBe(2);
  });

  it('counts by the owner label of the config', () => {
    const owned = viewOf(deployment('shop', 'cart', { unit: 'u7', team: 'blue' }), deployment('shop', 'till', {}));
    owned.apply([{ type: 'facts', facts: { labels: { owner: 'unit', required: [] } } }]);
    const teams = [...labelCoverage(owned).byTeam].map(([team, { workloads }]) => [team, workloads]);
    expect(teams).toEqual([
      ['u7', 1],
      ['', 1],
    ]);
  });

  it('is what the pane shows', () => {
    const rows = labelsPane.rows(view, []);
    const summary = labelsPane.summary(view, [], rows);
    expect(summary.headline).toBe('3 of 4 workloads miss recommended labels');
    expect(summary).toMatchObject({ subjects: 4, failing: 3, share: 0.25, aside: '' });
    const cells = new Map(rows.map((row) => [row.name, row.cells]));
    expect(cells.get('partly')?.['HAS']?.text).toBe('1/6');
    expect(cells.get('partly')?.['IN NAMESPACE']?.text).toBe('1 of 3, 39 %');
    expect(cells.get('none')?.['MISSING']?.text).toBe('all 6');
    expect(cells.get('etcd-node-1')?.['MISSING']?.text).toBe('n/a');
  });
});
