import { describe, expect, it } from 'vitest';
import { BaselineError, parseBaseline } from '../../src/report/baseline.ts';
import { exitVerdict } from '../../src/report/exit-code.ts';
import type { Report } from '../../src/report/report.ts';
import { object } from '../objects.ts';
import { judged, NOW, ONLY_PRIVILEGED, privileged, written, type Judged } from './judged.ts';

const AGENT = 'vigilance/privileged-workload / Deployment.apps / shop / agent / ';
const OTHER = 'vigilance/privileged-workload / Deployment.apps / shop / other / ';

const DAY = 86_400_000;

function verdicts(report: Report): Record<string, string | null> {
  return Object.fromEntries(report.findings.map((one) => [one.finding.id, one.baseline]));
}

function before(given: Judged = {}, objects = privileged('agent')): string {
  return written(judged(objects, { scope: ONLY_PRIVILEGED, ...given }), 'json');
}

describe('a baseline', () => {
  it('marks what is new, and only that counts', () => {
    const baseline = before();
    const same = judged(privileged('agent'), { scope: ONLY_PRIVILEGED, baseline });
    expect(verdicts(same)).toEqual({ [AGENT]: 'unchanged' });
    expect(exitVerdict(same, 'high').code).toBe(0);
    const more = judged([...privileged('agent'), ...privileged('other')], { scope: ONLY_PRIVILEGED, baseline });
    expect(verdicts(more)).toEqual({ [AGENT]: 'unchanged', [OTHER]: 'new' });
    expect(exitVerdict(more, 'high')).toEqual({ code: 2, reason: '1 new finding at or over high' });
  });

  it('counts what weighs more than it did, known for as long as it is', () => {
    const worse = before()
      .replaceAll('"severity": "high"', '"severity": "medium"')
      .replaceAll('"severity":"high"', '"severity":"medium"');
    expect(worse).not.toBe(before());
    const report = judged(privileged('agent'), { scope: ONLY_PRIVILEGED, baseline: worse, generatedAt: NOW + DAY });
    expect(verdicts(report)).toEqual({ [AGENT]: 'new' });
    expect(exitVerdict(report, 'high').code).toBe(2);
    expect(report.findings.map(({ firstSeen }) => firstSeen)).toEqual([NOW]);
    const less = before().replaceAll('"high"', '"critical"');
    expect(verdicts(judged(privileged('agent'), { scope: ONLY_PRIVILEGED, baseline: less }))).toEqual({
      [AGENT]: 'unchanged',
    });
    const none = before().replaceAll('"high"', '""');
    expect(verdicts(judged(privileged('agent'), { scope: ONLY_PRIVILEGED, baseline: none }))).toEqual({
      [AGENT]: 'unchanged',
    });
  });

  it('of another cluster tells nothing', () => {
    const baseline = before({ facts: { clusterUID: 'one' } }, [...privileged('agent'), ...privileged('gone')]);
    const report = judged(privileged('agent'), { scope: ONLY_PRIVILEGED, baseline, facts: { clusterUID: 'two' } });
    expect(verdicts(report)).toEqual({ [AGENT]: 'incomparable' });
    expect(report.baseline).toMatchObject({ resolved: [], incomparable: [AGENT.replace('agent', 'gone')] });
    expect(exitVerdict(report, 'high')).toEqual({
      code: 3,
      reason: 'the baseline is of another cluster: nothing can be compared',
    });
    const same = judged(privileged('agent'), { scope: ONLY_PRIVILEGED, baseline, facts: { clusterUID: 'one' } });
    expect(verdicts(same)).toEqual({ [AGENT]: 'unchanged' });
  });

  it('says nothing of Secrets whose names alone were read one of the two times', () => {
    const scope = { rules: ['secrets/values-in-annotation'] };
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"p":"eA=="}}' };
    const copied = object('Secret', {
      metadata: { name: 'pg', namespace: 'shop', uid: 's', annotations },
      type: 'Opaque',
    });
    const names = object('Secret', { metadata: { name: 'pg', namespace: 'shop', uid: '' }, type: 'Opaque' });
    const coverage = [{ kind: 'Secret', namesOnly: true, reason: 'only the names were read' }] as const;
    const id = 'secrets/values-in-annotation / Secret / shop / pg / ';
    const whole = written(judged([copied], { scope }), 'json');
    const less = judged([names], { scope, coverage, baseline: whole });
    expect(less.baseline).toMatchObject({ resolved: [], incomparable: [id] });
    const more = judged([copied], { scope, baseline: written(judged([names], { scope, coverage }), 'json') });
    expect(verdicts(more)).toEqual({ [id]: 'incomparable' });
  });

  it('carries on since when a finding is known, from report to report', () => {
    const seen = (report: Report): Record<string, string | null> => {
      const { findings } = JSON.parse(written(report, 'json')) as {
        findings: { id: string; firstSeen: string | null }[];
      };
      return Object.fromEntries(findings.map((one) => [one.id, one.firstSeen]));
    };
    const agent = privileged('agent');
    const first = judged(agent, { scope: ONLY_PRIVILEGED, generatedAt: NOW - 20 * DAY });
    expect(seen(first)).toEqual({ [AGENT]: null });
    const second = judged([...agent, ...privileged('other')], {
      scope: ONLY_PRIVILEGED,
      baseline: written(first, 'json'),
    });
    const now = { [AGENT]: '2026-11-03T10:00:00Z', [OTHER]: '2026-11-23T10:00:00Z' };
    expect(seen(second)).toEqual(now);
    const third = judged([...agent, ...privileged('other')], {
      scope: ONLY_PRIVILEGED,
      baseline: written(second, 'json'),
    });
    expect(seen(third)).toEqual(now);
    const odd = written(second, 'json').replaceAll('2026-11-03T10:00:00Z', 'long ago');
    expect(seen(judged(agent, { scope: ONLY_PRIVILEGED, baseline: odd }))).toEqual({
      [AGENT]: '2026-11-23T10:00:00Z',
    });
  });

  it('tells what was resolved', () => {
    const report = judged([], { scope: ONLY_PRIVILEGED, baseline: before() });
    expect(report.baseline).toMatchObject({ resolved: [AGENT], incomparable: [] });
    expect(exitVerdict(report, 'high').code).toBe(0);
    expect(written(report, 'text')).toContain('1 resolved');
  });

  it('does not call resolved what can no longer be read', () => {
    const denied = [{ kind: 'Pod', status: 'denied' }] as const;
    const report = judged([], { scope: ONLY_PRIVILEGED, baseline: before(), coverage: denied });
    expect(report.baseline).toMatchObject({ resolved: [], incomparable: [AGENT] });
    expect(exitVerdict(report, 'high').code).toBe(3);
  });

  it('does not call new what could not be read before', () => {
    const baseline = before({ coverage: [{ kind: 'Pod', status: 'denied' }] }, []);
    const report = judged(privileged('agent'), { scope: ONLY_PRIVILEGED, baseline });
    expect(verdicts(report)).toEqual({ [AGENT]: 'incomparable' });
    expect(exitVerdict(report, 'high')).toEqual({ code: 3, reason: '1 not comparable with the baseline' });
  });

  it('compares runs with the same rights, however few', () => {
    const coverage = [{ kind: 'Pod', status: 'live', namespaces: ['shop'] }] as const;
    const baseline = before({ coverage }, []);
    const report = judged(privileged('agent'), { scope: ONLY_PRIVILEGED, baseline, coverage });
    expect(verdicts(report)).toEqual({ [AGENT]: 'new' });
  });

  it('does not compare what only one of the runs was asked for', () => {
    const narrow = { ...ONLY_PRIVILEGED, namespaces: ['data'] };
    const widened = judged(privileged('agent'), { scope: ONLY_PRIVILEGED, baseline: before({ scope: narrow }, []) });
    expect(verdicts(widened)).toEqual({ [AGENT]: 'incomparable' });
    const narrowed = judged(privileged('agent'), { scope: narrow, baseline: before() });
    expect(narrowed.baseline).toMatchObject({ resolved: [], incomparable: [AGENT] });
  });

  it('does not call unchanged what was unknown before', () => {
    const scope = { rules: ['network/no-ingress-isolation'] };
    const baseline = before({ scope, coverage: [{ kind: 'NetworkPolicy', status: 'denied' }] });
    const report = judged(privileged('agent'), { scope, baseline });
    expect(Object.values(verdicts(report))).toEqual(['incomparable']);
  });

  it.each([
    ['{', 'old.json is not JSON: a baseline is what --report -o json wrote'],
    ['[]', 'old.json is no report of k8sec'],
    ['{"schemaVersion":"2","findings":[]}', 'old.json is no report of k8sec'],
  ])('that reads %j is refused', (text, message) => {
    expect(() => parseBaseline(text, 'old.json')).toThrow(BaselineError);
    expect(() => parseBaseline(text, 'old.json')).toThrow(message);
  });
});
