import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { Change } from '../../../src/model/change.ts';
import { auditPane } from '../../../src/panes/audit.ts';
import { buildRemedies } from '../../../src/remedy/build.ts';
import { auditSection } from '../../../src/report/sections/audit.ts';
import { object, pod } from '../../objects.ts';
import { auditEngine } from './audit-engine.ts';
import { allowedBy, normalised, rawEvent, rawExec } from '../../sources/audit/raw-events.ts';

function exec(parts: Record<string, unknown> = {}): AuditEvent {
  return normalised(
    rawExec({
      user: { username: 'system:serviceaccount:ci:runner', groups: [] },
      annotations: allowedBy('RoleBinding "dev/shop" of Role "dev" to ServiceAccount "runner/ci"'),
      ...parts,
    }),
  );
}

const EXEC = exec();
const INFO = normalised(
  rawEvent({
    verb: 'delete',
    objectRef: { resource: 'deployments', apiGroup: 'apps', namespace: 'shop', name: 'd' },
  }),
);
const CLUSTER: readonly Change[] = [
  {
    type: 'upsert',
    object: pod('cart', { spec: { containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] } }),
  },
  {
    type: 'upsert',
    object: object('RoleBinding', {
      metadata: { name: 'dev', namespace: 'shop' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'dev' },
      subjects: [
        { kind: 'ServiceAccount', name: 'runner', namespace: 'ci' },
        { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'dev' },
      ],
    }),
  },
];

describe('audit pane', () => {
  it('shows one row per actor and detection; info is shown and not counted', () => {
    const { view, findings } = auditEngine([EXEC, INFO], CLUSTER);
    const own = [...findings.values()];
    const rows = [...auditPane.rows(view, own)];
    expect(rows.map((row) => [row.cells['ACTOR']?.text, row.cells['WHAT']?.text, row.severity])).toEqual([
      ['sa ci/runner', 'exec-reads-credentials', 'critical'],
      ['user alice', 'workload-deleted-or-patched', 'info'],
    ]);
    expect(rows[0]?.cells).toMatchObject({
      OBJECT: { text: 'pods/exec cart (shop)' },
      FROM: { text: '10.0.0.9' },
      COUNT: { text: '1' },
      LAST: { text: '10:00:00' },
    });
    const summary = auditPane.summary(view, own, rows);
    expect(summary).toMatchObject({
      subjects: 2,
      failing: 1,
      headline: '1 anomaly, 1 actor, in 2 events',
      aside: 'log: Metadata, no gaps, learning 2 of 2 actors',
    });
    expect(summary.activity).toHaveLength(30);
    expect(summary.activity?.at(-1)).toBe(2);
  });

  it.each([
    ['https://1A.gr7.eu-west-1.eks.amazonaws.com', 'aws logs filter-log-events'],
    ['https://x.hcp.westeurope.azmk8s.io:443', 'kube-audit'],
    ['https://10.0.0.1:6443', '--audit-log-path'],
  ])('without a source at %s it says how to get one', (server, text) => {
    const { view } = auditEngine([], [{ type: 'facts', facts: { server } }]);
    const summary = auditPane.summary(view, [], []);
    expect(summary.headline).toContain(text);
    expect(summary.activity).toBeNull();
  });
});

describe('audit findings', () => {
  it('join the live state: the pod that was entered, and the binding that allowed it', () => {
    const { findings } = auditEngine([EXEC], CLUSTER);
    const texts = [...findings.values()][0]?.evidence.map((one) => one.text) ?? [];
    expect(texts).toContain('pod shop/cart is privileged, runs as shop/default');
    expect(texts).toContain('allowed by RoleBinding dev of Role dev (still there)');
  });

  it('have remedies that name the binding and the pod, for review', () => {
    const made = auditEngine([EXEC], CLUSTER);
    const finding = [...made.findings.values()][0];
    if (finding === undefined) throw new Error('no finding');
    const [binding, quarantine] = buildRemedies(made, finding);
    expect(binding).toMatchObject({ id: 'audit/remove-subject-from-binding', safety: 'review', refused: null });
    expect(binding?.manifests).toMatchObject([{ kind: 'RoleBinding', subjects: [{ kind: 'Group', name: 'dev' }] }]);
    expect(quarantine).toMatchObject({ id: 'audit/quarantine', safety: 'review', refused: null });
    expect(quarantine?.manifests.map((one) => one['kind'])).toEqual(['NetworkPolicy', 'Pod']);
    expect(quarantine?.commands).toContain('kubectl -n shop label pod cart k8sec-quarantine=true');
  });

  it('refuse a remedy where there is nothing left to change', () => {
    const made = auditEngine([EXEC]);
    const finding = [...made.findings.values()][0];
    if (finding === undefined) throw new Error('no finding');
    expect(buildRemedies(made, finding).map((one) => one.refused)).toEqual([
      'RoleBinding dev is not there any more.',
      'The events name no pod that is still there.',
      expect.stringContaining('pod shop/cart, which it entered, is gone: what it held is not known.'),
    ]);
  });

  it('name what they are about to its end, whatever it holds', () => {
    const { findings } = auditEngine([
      exec({ objectRef: { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web; rm' } }),
    ]);
    expect([...findings.values()].map((one) => one.title)).toEqual([expect.stringContaining('web; rm')]);
  });

  it('keep the hour out of the id, and list every hour in the report', () => {
    const later = exec({ auditID: 'later', requestReceivedTimestamp: '2026-11-23T11:30:00.000000Z' });
    const { view, findings } = auditEngine([EXEC, later], CLUSTER);
    expect(findings.size).toBe(1);
    const { detections } = auditSection(view, [...findings.values()]);
    expect(detections.map((one) => [one.findingId, one.time])).toEqual(
      ['2026-11-23T10:00:00.123Z', '2026-11-23T11:30:00.000Z'].map((time) => [[...findings.keys()][0], time]),
    );
    expect(auditSection(view, []).detections).toEqual([]);
  });
});
