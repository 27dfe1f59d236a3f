import { expect, test } from 'vitest';
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

test('a waiver entry is YAML that the config takes', () => {
  const entry = parse(waiverYaml([findingOf('shop', 'cart', 'high')], NOW)) as unknown;
  expect(entry).toEqual({
    apiVersion: 'k8sec/v1',
    waivers: [
      { rule: 'network/no-ingress-isolation', subject: 'Deployment/shop/cart', until: '2027-02-21', reason: '' },
    ],
  });
});
