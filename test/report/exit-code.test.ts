import { describe, expect, it } from 'vitest';
import type { Waiver } from '../../src/config/waivers.ts';
import { exitVerdict, type FailOn } from '../../src/report/exit-code.ts';
import { object } from '../objects.ts';
import { judged, NOW, ONLY_PRIVILEGED, PRIVILEGED, privileged, written, type Judged } from './judged.ts';

function code(given: Judged, failOn: FailOn = 'high', objects = privileged('agent')): number {
  return exitVerdict(judged(objects, { scope: ONLY_PRIVILEGED, ...given }), failOn).code;
}

const WAIVER: Waiver = {
  rule: PRIVILEGED,
  subject: 'Deployment shop/agent',
  cluster: '*',
  key: '*',
  until: null,
  reason: 'a node agent',
};

describe('the exit code', () => {
  it.each([
    ['critical', 0],
    ['high', 2],
    ['medium', 2],
    ['never', 0],
  ] as const)('of a high finding with --fail-on %s is %i', (failOn, expected) => {
    expect(code({}, failOn)).toBe(expected);
  });

  it('is 0 where nothing is found and everything was read', () => {
    expect(exitVerdict(judged([], { scope: ONLY_PRIVILEGED }), 'high')).toEqual({
      code: 0,
      reason: 'no finding at or over high, everything was read',
    });
  });

  it('is 3 where a namespace that was asked for is not there', () => {
    const report = judged(privileged('agent'), { scope: { ...ONLY_PRIVILEGED, namespaces: ['shopp', 'nowhere'] } });
    expect(report.holes.map((hole) => hole.text)).toEqual([
      'no namespace shopp was found; did you mean shop?',
      'no namespace nowhere was found',
    ]);
    expect(exitVerdict(report, 'high').code).toBe(3);
    const empty = [object('Namespace', { metadata: { name: 'empty' } })];
    expect(code({ scope: { ...ONLY_PRIVILEGED, namespaces: ['empty'] } }, 'high', empty)).toBe(0);
    // Files that hold one Service of it, and no Namespace.
    const service = [object('Service', { metadata: { name: 'web', namespace: 'edge' } })];
    expect(code({ scope: { ...ONLY_PRIVILEGED, namespaces: ['edge'] } }, 'high', service)).toBe(0);
  });

  it('does not depend on what --severity hides', () => {
    expect(code({ scope: { ...ONLY_PRIVILEGED, severity: 'critical' } })).toBe(2);
  });

  it('leaves waived findings out, until the waiver ends', () => {
    expect(code({ waivers: [WAIVER] })).toBe(0);
    expect(code({ waivers: [{ ...WAIVER, until: NOW + 1 }] })).toBe(0);
    expect(code({ waivers: [{ ...WAIVER, until: NOW }] })).toBe(2);
    expect(code({ waivers: [{ ...WAIVER, subject: 'Deployment shop/other' }] })).toBe(2);
    expect(code({ waivers: [{ ...WAIVER, cluster: 'staging' }] })).toBe(2);
  });

  it('is 3 where of Secrets only the names were read, unless that is accepted', () => {
    const namesOnly = {
      coverage: [{ kind: 'Secret', namesOnly: true, reason: 'only the names were read' }],
      scope: { panes: ['secrets'] },
    } as const;
    const facts = { secretTransformers: ['k8s:enc:kms:v2:key:'] };
    expect(code({ facts, scope: { panes: ['secrets'] } }, 'high', [])).toBe(0);
    expect(code({ ...namesOnly, facts }, 'high', [])).toBe(3);
    expect(code({ ...namesOnly, facts, allowUnread: ['secrets'] }, 'high', [])).toBe(0);
    expect(judged([], namesOnly).holes.map((hole) => hole.text)).toContain('secrets: only the names were read');
  });

  it('is 3 where a kind that decides could not be read', () => {
    const denied = { coverage: [{ kind: 'Pod', status: 'denied', reason: 'forbidden' }] } as const;
    expect(code(denied, 'high', [])).toBe(3);
    expect(code(denied, 'never', [])).toBe(3);
    expect(code({ ...denied, allowUnread: ['pods'] }, 'high', [])).toBe(0);
    expect(code({ ...denied, allowUnread: ['POD'] }, 'high', [])).toBe(0);
    expect(code({ ...denied, allowUnread: ['Secret'] }, 'high', [])).toBe(3);
  });

  it('is not 3 for a kind that no judged rule needs', () => {
    expect(code({ coverage: [{ kind: 'APIService', status: 'denied' }] }, 'high', [])).toBe(0);
  });

  it('is 2 where findings count, whatever could not be read', () => {
    expect(code({ coverage: [{ kind: 'ServiceAccount', status: 'denied' }], scope: {} })).toBe(2);
  });

  it('is 3 for broken objects, and names file, line and field', () => {
    const report = judged([], {
      scope: ONLY_PRIVILEGED,
      changes: [
        {
          type: 'broken',
          problem: {
            file: 'a.yaml',
            line: 7,
            kind: 'Deployment',
            namespace: 'shop',
            name: 'web',
            field: 'spec.template',
            message: 'is no map',
          },
        },
      ],
    });
    expect(report.holes.map((hole) => hole.text)).toEqual(['a.yaml:7: Deployment shop/web: spec.template: is no map']);
    expect(exitVerdict(report, 'high').code).toBe(3);
  });

  it('is 3 for unknown verdicts, unless the kinds that they miss are accepted', () => {
    const unknown = {
      coverage: [{ kind: 'NetworkPolicy', status: 'denied', reason: 'forbidden' }],
      scope: { rules: ['network/no-ingress-isolation'] },
    } as const;
    const report = judged(privileged('agent'), unknown);
    expect(report.summary.unknown).toBe(1);
    expect(exitVerdict(report, 'high').code).toBe(3);
    expect(exitVerdict(judged(privileged('agent'), { ...unknown, allowUnread: ['Secret'] }), 'high').code).toBe(3);
    const accepted = judged(privileged('agent'), { ...unknown, allowUnread: ['networkpolicies'] });
    expect(exitVerdict(accepted, 'high').code).toBe(0);
    expect(written(accepted, 'text')).toContain('networkpolicies: denied: forbidden (accepted by --allow-unread)');
  });

  it('does not count absence that partial files can not prove', () => {
    const scope = { rules: ['network/no-ingress-isolation'] };
    const partial = judged(privileged('agent'), { scope, facts: { source: 'files', complete: false } });
    expect(partial.findings.map((one) => one.finding.basis)).toEqual(['files-only']);
    expect(exitVerdict(partial, 'info').code).toBe(0);
    const whole = judged(privileged('agent'), { scope, facts: { source: 'files', complete: true } });
    expect(exitVerdict(whole, 'info').code).toBe(2);
  });
});

describe('holes of a narrowed report', () => {
  const partly = [{ kind: 'Pod', status: 'live', namespaces: ['shop'], reason: 'forbidden elsewhere' }] as const;

  it('are what was asked for and not read', () => {
    const holes = (namespaces: readonly string[]): string[] =>
      judged([], { scope: { ...ONLY_PRIVILEGED, namespaces }, coverage: partly }).holes.map((hole) => hole.text);
    expect(holes([])).toEqual(['pods in other namespaces: forbidden elsewhere']);
    expect(holes(['data'])).toEqual(['pods in data: forbidden elsewhere']);
  });

  it('leave out what belongs to another namespace', () => {
    const objects = [...privileged('agent'), ...privileged('store', 'data')];
    const report = judged(objects, { scope: { ...ONLY_PRIVILEGED, namespaces: ['data'] } });
    expect(report.findings.map((one) => one.finding.subject.name)).toEqual(['store']);
  });

  it('keep to labels', () => {
    const labelled = object('Deployment', {
      metadata: { name: 'web', namespace: 'shop', labels: { tier: 'front' } },
      spec: { selector: {}, template: { spec: { containers: [] } } },
    });
    const scope = { selector: { matchLabels: { tier: 'front' } }, panes: ['labels'] } as const;
    const report = judged([...privileged('agent'), labelled], { scope });
    expect(new Set(report.findings.map((one) => one.finding.subject.name))).toEqual(new Set(['web']));
  });
});
