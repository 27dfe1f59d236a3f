import { expect, test } from 'vitest';
import { CERT_MANAGER, INGRESS_NGINX, installed } from '../analyses/rbac/add-on-cluster.ts';
import { upserts } from '../analyses/rbac/view-of.ts';
import { judged, written } from './judged.ts';

const OBJECTS = upserts([CERT_MANAGER, INGRESS_NGINX].flatMap(installed)).flatMap((change) =>
  change.type === 'upsert' ? [change.object] : [],
);
const SCOPE = { namespaces: [], selector: null, panes: ['rbac'], rules: [], severity: 'info' } as const;

test('the report tells what it finds of an add-on in one line, and all of it in the wide form', () => {
  const report = judged(OBJECTS, { scope: SCOPE });
  const lines = written(report, 'text')
    .split('\n')
    .filter((line) => /^(?:[A-Z]+ {2}\d|  )/.test(line));
  const from = lines.findIndex((line) => line.startsWith('CRITICAL'));
  expect(lines.slice(from, from + 7).map((line) => line.slice(0, 78))).toEqual([
    'CRITICAL  1',
    '  looks like cert-manager  12  what it holds is real, and grouped because its ',
    '    ClusterRoleBinding cert-manager-cainjector: ServiceAccount cert-manager/ce',
    'HIGH  11',
    '  looks like ingress-nginx  1  what it holds is real, and grouped because its ',
    '    ClusterRoleBinding ingress-nginx: ServiceAccount ingress-nginx/ingress-ngi',
    '  of the add-ons above  10',
  ]);
  const wide = written(report, 'wide');
  for (const { finding } of report.findings) expect(wide).toContain(finding.title);
  const fields = JSON.parse(written(report, 'json')) as { readonly findings: readonly { readonly addOn?: string }[] };
  expect(new Set(fields.findings.map((one) => one.addOn))).toEqual(new Set(['cert-manager', 'ingress-nginx']));
});
