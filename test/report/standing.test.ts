import { describe, expect, test } from 'vitest';
import { compliance } from '../../src/report/compliance.ts';
import { object } from '../objects.ts';
import { judged, privileged, written } from './judged.ts';

const OBJECTS = [
  object('Namespace', { metadata: { name: 'shop', uid: 'ns-shop' } }),
  ...privileged('web'),
  object('ClusterRoleBinding', {
    metadata: { name: 'everybody', uid: 'b' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'Group', name: 'everybody', apiGroup: 'rbac.authorization.k8s.io' }],
  }),
  object('ClusterRole', {
    metadata: { name: 'cluster-admin', uid: 'r' },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
  }),
];

interface JsonReport {
  readonly findings: readonly unknown[];
  readonly rbac: { readonly bindings: readonly { readonly name: string; readonly severity: string | null }[] };
}

const parsed = (report: ReturnType<typeof judged>): JsonReport => JSON.parse(written(report, 'json')) as JsonReport;

describe('what a report says of the whole', () => {
  const whole = judged(OBJECTS);
  const before = judged(OBJECTS, { before: () => true });

  test('counts what was there before the files that were laid over it', () => {
    expect(before.findings).toEqual([]);
    expect(before.summary.findings.critical).toBe(0);
    expect(whole.summary.panes.rbac?.headline).toBe('1 binding gives more than its subjects need');
    expect(before.summary.panes).toEqual(whole.summary.panes);
    expect(compliance(before)).toEqual(compliance(whole));
    expect(parsed(before).findings).toEqual([]);
    expect(parsed(whole).rbac.bindings.map((one) => one.severity)).toEqual(['critical']);
    expect(parsed(before).rbac).toEqual(parsed(whole).rbac);
  });

  test('counts what rules find that were not asked for, in the panes that were', () => {
    const one = judged(OBJECTS, { scope: { rules: ['vigilance/privileged-workload'] } });
    expect(one.findings.map(({ finding }) => finding.rule)).toEqual(['vigilance/privileged-workload']);
    expect(Object.keys(one.summary.panes)).toEqual(['vigilance']);
    expect(whole.summary.panes.vigilance?.headline).toBe('1 namespace enforces no pod security');
    expect(one.summary.panes.vigilance).toEqual(whole.summary.panes.vigilance);
    expect(compliance(one).map(({ totals }) => totals.fail)).toEqual([1, 1, 1, 2]);
  });
});
