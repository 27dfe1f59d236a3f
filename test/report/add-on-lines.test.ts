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
    '  looks like cert-manager  13  what it holds is real, and grouped because its ',
    '    ClusterRoleBinding cert-manager-cainjector: ServiceAccount cert-manager/ce',
    'HIGH  11',
    '  looks like ingress-nginx  2  what it holds is real, and grouped because its ',
    '    ClusterRoleBinding ingress-nginx: ServiceAccount ingress-nginx/ingress-ngi',
    '  of the add-ons above  10',
  ]);
  const wide = written(report, 'wide');
  for (const { finding } of report.findings) expect(wide).toContain(finding.title);
  const fields = JSON.parse(written(report, 'json')) as { readonly findings: readonly { readonly addOn?: string }[] };
  expect(new Set(fields.findings.map((one) => one.addOn))).toEqual(new Set(['cert-manager', 'ingress-nginx']));
});

interface Entries {
  readonly format: 'csv' | 'markdown' | 'html' | 'junit' | 'sarif' | 'policyreport';
  readonly entries: (text: string) => readonly string[];
}

interface Sarif {
  readonly runs: readonly { readonly results: readonly unknown[] }[];
}

/** The entries of the formats in which an add-on is one. */
const OTHERS: readonly Entries[] = [
  { format: 'csv', entries: (text) => text.split('\r\n').slice(1).filter(Boolean) },
  { format: 'markdown', entries: (text) => text.match(/^\| rbac\/.*$/gm) ?? [] },
  { format: 'html', entries: (text) => text.match(/^<tr data-severity.*$/gm) ?? [] },
  { format: 'junit', entries: (text) => text.match(/<testcase classname="rbac[^>]*[^/]>[^]*?<\/testcase>/g) ?? [] },
  {
    format: 'sarif',
    entries: (text) => (JSON.parse(text) as Sarif).runs.flatMap((run) => run.results.map((one) => JSON.stringify(one))),
  },
  { format: 'policyreport', entries: (text) => text.replaceAll(/\s+/g, ' ').match(/looks like [^)]*\)/g) ?? [] },
];

test.each(OTHERS)('$format has one entry for an add-on, which says how many it stands for', ({ format, entries }) => {
  const found = entries(written(judged(OBJECTS, { scope: SCOPE }), format));
  expect(found.map((one) => /looks like [^)\\]*/.exec(one)?.[0])).toEqual([
    'looks like cert-manager, with 12 more findings',
    'looks like ingress-nginx, with 1 more finding',
  ]);
});

test.each(['html', 'sarif', 'junit'] as const)('%s names all that is found of an add-on', (format) => {
  const report = judged(OBJECTS, { scope: SCOPE });
  const text = written(report, format);
  for (const { finding } of report.findings) expect(text).toContain(finding.title);
});
