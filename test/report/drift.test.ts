import { describe, expect, it } from 'vitest';
import { parseBaseline } from '../../src/report/baseline.ts';
import { driftRow, driftSince, driftSummary, driftText, type Drift } from '../../src/report/drift.ts';
import { RULES } from '../../src/rules/index.ts';
import { judged, ONLY_PRIVILEGED, privileged, written, type Judged } from './judged.ts';

const DAY = 86_400_000;
const OLD = Date.parse('2026-11-20T10:00:00Z');
const STALE_NODES = { coverage: [{ kind: 'Pod', status: 'denied' }] } as const;

/** The baseline of some workloads, and what became of it. */
function drifted(before: Judged & { objects: Parameters<typeof judged>[0] }, now: typeof before) {
  const text = written(judged(before.objects, { scope: ONLY_PRIVILEGED, generatedAt: OLD, ...before }), 'json');
  const baseline = parseBaseline(text, 'base.json');
  const report = judged(now.objects, { scope: ONLY_PRIVILEGED, ...now });
  const { view } = report.engine;
  const findings = report.findings.map((one) => one.finding);
  const drift: Drift = driftSince(baseline, findings, { view, scope: report.scope, rules: RULES });
  return { baseline, drift, view };
}

describe('the drift since a baseline', () => {
  const both = { objects: [...privileged('agent'), ...privileged('other')] };

  it('counts what is new, resolved and unchanged', () => {
    const { baseline, drift, view } = drifted(both, {
      objects: [...privileged('agent'), ...privileged('fresh')],
    });
    expect(driftSummary(drift)).toBe('1 new, 1 resolved, 1 unchanged, 0 incomparable');
    expect(driftText(baseline, drift).split('\n')).toEqual([
      'drift since 2026-11-20: 1 new, 1 resolved, 1 unchanged, 0 incomparable',
      '',
      'NEW',
      expect.stringMatching(/^ \+ high {5}vigilance\/privileged-workload {2}Deployment shop\/fresh: /),
      '',
      'RESOLVED',
      expect.stringMatching(/^ - high {5}vigilance\/privileged-workload {2}Deployment shop\/other: /),
      '',
    ]);
    expect(driftRow(baseline, drift, view)).toMatchObject({
      severity: 'high',
      findings: ['vigilance/privileged-workload / Deployment.apps / shop / fresh / '],
      cells: { OBJECT: { text: 'Baseline of 2026-11-20' }, AGE: { text: '3d' } },
      created: view.now - 3 * DAY,
    });
  });

  it('passes where nothing changed', () => {
    const { baseline, drift, view } = drifted(both, both);
    expect(driftRow(baseline, drift, view)).toMatchObject({ severity: null, findings: [] });
  });

  it('is unknown where only one of the two could be read, and until everything was', () => {
    const { baseline, drift, view } = drifted(both, { ...STALE_NODES, objects: [] });
    expect(driftSummary(drift)).toBe('0 new, 0 resolved, 0 unchanged, 2 incomparable');
    expect(driftRow(baseline, drift, view).severity).toBe('unknown');
    expect(driftRow(baseline, null, view)).toMatchObject({
      severity: 'unknown',
      cells: { FOUND: { text: 'compared once everything was read' } },
    });
  });

  it('compares nothing with another cluster', () => {
    const { baseline, drift, view } = drifted(
      { ...both, facts: { clusterUID: 'one' } },
      { ...both, facts: { clusterUID: 'two' } },
    );
    expect(driftSummary(drift)).toBe('the baseline is of another cluster: nothing can be compared');
    expect(driftRow(baseline, drift, view).severity).toBe('unknown');
  });

  it('shows no control sequence of the file', () => {
    const finding = {
      id: 'vigilance/host-path / Pod / shop / a / ',
      rule: 'vigilance/host-path',
      title: 'red \u001b[31malert',
      severity: 'high',
      subject: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'a\u0007' },
    };
    const baseline = parseBaseline(JSON.stringify({ schemaVersion: '1', findings: [finding] }), 'base.json');
    const { engine, scope } = judged([]);
    const text = driftText(baseline, driftSince(baseline, [], { view: engine.view, scope, rules: RULES }));
    expect(text).toContain('alert');
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});
