import { describe, expect, it } from 'vitest';
import { createAuditIntake } from '../../../src/analyses/audit/audit-intake.ts';
import { severityRank } from '../../../src/model/finding.ts';
import { AuditText } from '../../../src/sources/audit/audit-text.ts';
import { createSeenEvents } from '../../../src/sources/audit/seen-events.ts';
import { clusterDay } from './cluster-day.ts';

const intake = createAuditIntake();
const text = new AuditText({ source: 'day', seen: createSeenEvents(), onEvents: (events) => intake.push(events) });
text.push(Buffer.from(clusterDay(Date.parse('2026-11-23T00:00:00Z')).join('\n')));
text.end();
text.flush();
intake.note(text.notes);
const state = intake.state();
const hours = [...state.groups.values()].flatMap((group) =>
  group.hours.map((hour) => ({ ...hour, detection: group.detection, actor: group.actor.name })),
);
const high = hours.filter(({ severity }) => severityRank(severity) <= severityRank('high'));

describe('a cluster day without an attack', () => {
  it('is read whole', () => {
    expect(state.notes).toMatchObject([{ broken: 0, skipped: 0, duplicates: 0, unordered: 0 }]);
    expect(state.total).toBeGreaterThan(20_000);
  });

  it('has at most 3 high groups, each of which somebody should look at', () => {
    expect(high.map(({ detection, actor }) => `${detection} ${actor}`).sort()).toEqual([
      'secrets-listed olga@example.org',
      'secrets-listed system:serviceaccount:velero:velero',
      'sensitive-mount-pod-created olga@example.org',
    ]);
  });

  it('has at most 5 high events in 10,000', () => {
    const events = high.reduce((sum, { count }) => sum + count, 0);
    expect((events / state.total) * 10_000).toBeLessThanOrEqual(5);
  });

  it('has few kinds of medium', () => {
    const medium = hours.filter(({ severity }) => severity === 'medium');
    expect([...new Set(medium.map(({ detection, actor }) => `${detection} ${actor}`))].sort()).toEqual([
      'admission-webhook-changed system:serviceaccount:kyverno:kyverno-admission-controller',
      // Argo CD under its usual name, which the config does not vouch for, binds the role admin.
      'cluster-admin-bound system:serviceaccount:argocd:argocd-application-controller',
      'ephemeral-container-added ben@example.org',
      'exec-into-pod system:serviceaccount:ci:gitlab-runner',
      'sensitive-mount-pod-created system:serviceaccount:kube-system:daemon-set-controller',
      'service-account-token-created system:serviceaccount:external-secrets:external-secrets',
    ]);
  });
});
