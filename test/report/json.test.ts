import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import type { Waiver } from '../../src/config/waivers.ts';
import { object, pod } from '../objects.ts';
import { judged, ONLY_PRIVILEGED, PRIVILEGED, privileged, written } from './judged.ts';
import { schemaErrors } from './report-schema.ts';

interface JsonReport {
  readonly generatedAt: string;
  readonly notJudged: readonly string[];
  readonly summary: { readonly findings: Readonly<Record<string, number>>; readonly waived: number };
  readonly findings: readonly {
    readonly id: string;
    readonly severity: string;
    readonly members: readonly unknown[];
    readonly membersMore?: number;
    readonly remedies: readonly string[];
    readonly waiver: unknown;
  }[];
  readonly remedies: readonly { readonly id: string; readonly proof: { readonly closes: readonly string[] } }[];
  readonly waivers: { readonly unused: readonly unknown[]; readonly expired: readonly unknown[] };
}

function json(...args: Parameters<typeof judged>): JsonReport {
  return JSON.parse(written(judged(...args), 'json')) as JsonReport;
}

const BINDING = object('ClusterRoleBinding', {
  metadata: { name: 'everybody', uid: 'b1' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:authenticated' }],
});

describe('the JSON report', () => {
  it('has the fields of the interface, in their order', () => {
    expect(Object.keys(json(privileged('agent')))).toEqual([
      'schemaVersion',
      'tool',
      'generatedAt',
      'evaluatedAt',
      'source',
      'coverage',
      'notJudged',
      'summary',
      'findings',
      'remedies',
      'baseline',
      'waivers',
      'network',
      'rbac',
      'podSecurity',
      'labels',
      'secrets',
      'audit',
      'vigilance',
      'compliance',
    ]);
  });

  it.each([
    ['of an empty cluster', [], {}],
    ['with findings', [...privileged('agent'), BINDING], {}],
    ['with remedies', [...privileged('agent'), BINDING], { withRemedies: true }],
    ['of one namespace', privileged('agent'), { scope: { namespaces: ['shop'], panes: ['network'] } }],
    [
      'of a reader without rights',
      privileged('agent'),
      { coverage: [{ kind: 'NetworkPolicy', status: 'denied', reason: 'forbidden' }] },
    ],
    ['with a selector', privileged('agent'), { scope: { selector: { matchLabels: { app: 'agent' } } } }],
  ] as const)('%s is valid by its schema', (_name, objects, given) => {
    expect(schemaErrors(json([...objects], given))).toEqual([]);
  });

  it('with a baseline and waivers is valid by its schema', () => {
    const baseline = written(judged(privileged('agent')), 'json');
    const waiver: Waiver = { rule: '*', subject: '* shop/*', cluster: '*', key: '*', until: null, reason: 'test' };
    expect(schemaErrors(json([BINDING, ...privileged('other')], { baseline, waivers: [waiver] }))).toEqual([]);
  });

  it('is the same for the same input, but for the time of writing', () => {
    const objects = [...privileged('agent'), ...privileged('other', 'data'), BINDING];
    const first = written(judged(objects, { generatedAt: 1_000 }), 'json');
    const second = written(judged(objects.toReversed(), { generatedAt: 2_000 }), 'json');
    expect(first).not.toBe(second);
    const withoutTime = (text: string): string => text.replace(/"generatedAt": "[^"]*"/, '');
    expect(withoutTime(first)).toBe(withoutTime(second));
  });

  it('counts waived findings apart, and keeps them in the list', () => {
    const waiver: Waiver = {
      rule: PRIVILEGED,
      subject: '*',
      cluster: '*',
      key: '*',
      until: Date.parse('2027-01-01T00:00:00Z'),
      reason: 'a node agent',
    };
    const report = json(privileged('agent'), { scope: ONLY_PRIVILEGED, waivers: [waiver] });
    expect(report.summary).toMatchObject({ findings: { high: 0 }, waived: 1 });
    expect(report.findings.map((one) => one.waiver)).toEqual([
      { reason: 'a node agent', until: '2027-01-01T00:00:00Z' },
    ]);
  });

  it('names waivers that do nothing', () => {
    const waiver: Waiver = { rule: 'rbac/wildcard', subject: '*', cluster: '*', key: '*', until: null, reason: 'old' };
    const report = json(privileged('agent'), {
      waivers: [waiver, { ...waiver, until: 1_000 }, { ...waiver, cluster: 'another' }],
    });
    expect(report.waivers.unused).toHaveLength(1);
    expect(report.waivers.expired).toHaveLength(1);
  });

  it('hides by severity without changing the counts', () => {
    const all = json(privileged('agent'));
    const few = json(privileged('agent'), { scope: { severity: 'high' } });
    expect(new Set(few.findings.map((one) => one.severity))).toEqual(new Set(['high']));
    expect(few.summary.findings).toEqual(all.summary.findings);
    expect(all.findings.length).toBeGreaterThan(few.findings.length);
  });

  it('lists 50 members and counts the others', () => {
    const owner = { kind: 'ReplicaSet', name: 'agent-5d9c' };
    const spec = { containers: [{ name: 'main', image: 'main:1', securityContext: { privileged: true } }] };
    const labels = { app: 'agent', 'pod-template-hash': '5d9c' };
    const pods = Array.from({ length: 60 }, (_, index) => pod(`agent-5d9c-${index}`, { owner, spec, labels }));
    const [finding] = json([...privileged('agent').slice(0, 2), ...pods], { scope: ONLY_PRIVILEGED }).findings;
    expect(finding?.members).toHaveLength(50);
    expect(finding?.membersMore).toBe(10);
  });

  it('holds every remedy that a finding names, with its proof', () => {
    const report = json(privileged('agent'), { withRemedies: true });
    const ids = report.remedies.map((one) => one.id);
    const named = report.findings.flatMap((one) => one.remedies);
    expect(named.length).toBeGreaterThan(0);
    expect(ids.toSorted()).toEqual(named.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is JSON, and the same as YAML, for an empty and for a large cluster', () => {
    const many = Array.from({ length: 100 }, (_, index) => privileged(`agent-${index}`)).flat();
    for (const objects of [[], many]) {
      const report = judged(objects);
      expect(parse(written(report, 'yaml'), { version: '1.2' })).toEqual(JSON.parse(written(report, 'json')));
    }
  });
});
