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
  it('counts objects and labels per namespace, kind and team, mirror pods left out', () => {
    const { all, byNamespace, byKind, byTeam } = labelCoverage(view);
    expect(all).toEqual({ objects: 5, complete: 1, labels: 7 });
    expect(byNamespace.get('shop')).toEqual({ objects: 4, complete: 1, labels: 7 });
    expect(byNamespace.get('data')).toEqual({ objects: 1, complete: 0, labels: 0 });
    expect(byNamespace.has('kube-system')).toBe(false);
    expect(byKind.get('Deployment')?.objects).toBe(4);
    expect(byKind.get('Service')).toEqual({ objects: 1, complete: 0, labels: 0 });
    expect(byTeam.get('blue')).toEqual({ objects: 2, complete: 1, labels: 7 });
    expect(byTeam.get('')?.objects).toBe(3);
  });

  it('counts by the owner label of the config', () => {
    const owned = viewOf(deployment('shop', 'cart', { unit: 'u7', team: 'blue' }), deployment('shop', 'till', {}));
    owned.apply([{ type: 'facts', facts: { labels: { owner: 'unit', required: [], include: [] } } }]);
    const teams = [...labelCoverage(owned).byTeam].map(([team, { objects }]) => [team, objects]);
    expect(teams).toEqual([
      ['u7', 1],
      ['', 1],
    ]);
  });

  it('counts what names no owner to the owner of its namespace', () => {
    const owned = viewOf(
      document({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { team: 'green' } } }),
      deployment('shop', 'cart', { team: 'blue' }),
      service('shop', 'web', { id: 'cart' }),
    );
    expect([...labelCoverage(owned).byTeam.keys()]).toEqual(['blue', 'green']);
  });

  it('counts ConfigMaps and Secrets where the config includes them, and never what the cluster or a tool makes', () => {
    const around = viewOf(
      document({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'shop', labels: ALL } }),
      document({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace: 'shop' } }),
      document({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pg', namespace: 'shop' }, type: 'Opaque' }),
      document({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'sh.helm.release.v1.front.v1', namespace: 'shop' },
        type: 'helm.sh/release.v1',
      }),
      service('default', 'kubernetes', { component: 'apiserver' }),
    );
    expect(labelCoverage(around).all.objects).toBe(0);
    around.apply([
      { type: 'facts', facts: { labels: { owner: null, required: [], include: ['ConfigMap', 'Secret'] } } },
    ]);
    expect(Object.fromEntries(labelCoverage(around).byKind)).toEqual({
      ConfigMap: { objects: 1, complete: 1, labels: 6 },
      Secret: { objects: 1, complete: 0, labels: 0 },
    });
  });

  it('is what the pane shows', () => {
    const rows = [...labelsPane.rows(view, [])];
    const summary = labelsPane.summary(view, [], rows);
    expect(summary.headline).toBe('3 of 4 workloads miss recommended labels');
    expect(summary).toMatchObject({ subjects: 4, failing: 3, share: 0.25, aside: '1 of 1 objects around them too' });
    const cells = new Map(rows.map((row) => [row.name, row.cells]));
    expect(cells.get('partly')?.['HAS']?.text).toBe('1/6');
    expect(cells.get('partly')?.['IN NAMESPACE']?.text).toBe('1 of 4, 29 %');
    expect(cells.get('none')?.['MISSING']?.text).toBe('all 6');
    expect(cells.get('web')?.['MISSING']?.text).toBe('all 6');
    expect(cells.get('etcd-node-1')?.['MISSING']?.text).toBe('n/a');
  });
});
