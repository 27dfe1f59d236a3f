import { expect, test } from 'vitest';
import { tableCsv, waiverYaml, withJointRemedy } from '../../src/app/text-files.ts';
import { parse } from 'yaml';
import { findingOf, NOW, remedyOf, row, snapshotOf } from './fake-model.ts';

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

test('a waiver entry is YAML that the config takes', () => {
  const entry = parse(waiverYaml([findingOf('shop', 'cart', 'high')], NOW)) as unknown;
  expect(entry).toEqual({
    apiVersion: 'k8sec/v1',
    waivers: [
      { rule: 'network/no-ingress-isolation', subject: 'Deployment/shop/cart', until: '2027-02-21', reason: '' },
    ],
  });
});

test('remedies of several findings are joined from the best of each; a single one is left alone', () => {
  const cart = findingOf('shop', 'cart', 'high');
  const web = findingOf('shop', 'web', 'high');
  const single = [remedyOf(cart), remedyOf(cart, { title: 'other' })];
  expect(withJointRemedy(single)).toEqual({ remedies: single, joint: [] });
  const { remedies, joint } = withJointRemedy([...single, remedyOf(web)]);
  expect(joint).toEqual([cart.id, web.id]);
  expect(remedies).toHaveLength(4);
  expect(remedies[0]?.yaml.split('\n---\n')).toHaveLength(2);
  expect(remedies[0]?.closes.map((one) => one.id)).toEqual([cart.id, web.id]);
  expect(remedies[0]?.note).toContain('not together');
});
