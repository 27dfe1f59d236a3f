import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { waiverOf } from '../../src/config/waivers.ts';
import type { Finding } from '../../src/model/finding.ts';
import { tableCsv, waiverYaml } from '../../src/app/text-files.ts';
import { parse } from 'yaml';
import { findingOf, NOW, row, snapshotOf } from './fake-model.ts';

test('a saved table quotes what CSV needs quoted, and defuses formulas', () => {
  const hostile = row('shop', 'x', 'high', {
    cells: {
      SEVERITY: { text: 'high', tone: 'high' },
      WORKLOAD: { text: 'a,"b"', tone: 'plain' },
      INGRESS: { text: '=HYPERLINK("x")', tone: 'plain' },
      EGRESS: { text: '-', tone: 'muted' },
    },
  });
  const [pane] = snapshotOf([hostile]).panes;
  if (pane === undefined) throw new Error('no pane');
  const [head, line] = tableCsv(pane, pane.rows).split('\r\n');
  expect(head).toBe('SEVERITY,NAMESPACE,WORKLOAD,PODS,INGRESS,EGRESS,EXPOSED BY,POLICIES,AGE');
  expect(line).toBe(`high,,"a,""b""",,"'=HYPERLINK(""x"")",-,,,`);
});

describe('a waiver entry', () => {
  /** The config with the entry once a person gave a reason, and which of some findings it then covers. */
  function covered(waived: Finding, findings: readonly Finding[], cluster: string | null = 'prod'): readonly string[] {
    const text = waiverYaml([waived], NOW, cluster).replace('reason: ""', 'reason: "agreed"');
    const { waivers } = parseConfig(text, 'k8sec.yaml');
    const where = { now: NOW, cluster: cluster ?? '' };
    return findings.filter((one) => waiverOf(one, waivers, where) !== null).map((one) => one.id);
  }

  const cart = findingOf('shop', 'cart', 'high');
  const named = (name: string): Finding => ({
    ...cart,
    id: name,
    subject: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', namespace: null, name },
  });

  test('is YAML that the config takes', () => {
    expect(parse(waiverYaml([cart], NOW, 'prod'))).toEqual({
      apiVersion: 'k8sec/v1',
      waivers: [
        {
          rule: 'network/no-ingress-isolation',
          subject: 'Deployment shop/cart',
          cluster: 'prod',
          key: '',
          until: '2027-02-21',
          reason: '',
        },
      ],
    });
  });

  test('covers its finding, and no other', () => {
    const others = [
      findingOf('shop', 'cart-2', 'high'),
      findingOf('data', 'cart', 'high'),
      { ...cart, id: 'key', key: 'k' },
    ];
    expect(covered(cart, [cart, ...others])).toEqual([cart.id]);
    expect(covered({ ...cart, key: 'k' }, [cart, ...others])).toEqual(['key']);
    expect(covered(named('b'), [named('b'), named('bb')], null)).toEqual(['b']);
  });

  test('takes a star in a name for a star: who may name a binding must not have all of them waived', () => {
    expect(covered(named('*'), [named('*'), named('admin')])).toEqual(['*']);
    expect(
      covered({ ...cart, id: 'star', key: 'a*' }, [
        { ...cart, id: 'star', key: 'a*' },
        { ...cart, key: 'ab' },
      ]),
    ).toEqual(['star']);
  });

  test('holds in its cluster only', () => {
    const text = waiverYaml([cart], NOW, 'prod').replace('reason: ""', 'reason: "agreed"');
    const { waivers } = parseConfig(text, 'k8sec.yaml');
    expect(waiverOf(cart, waivers, { now: NOW, cluster: 'staging' })).toBe(null);
  });
});
