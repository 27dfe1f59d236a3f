import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import type { Pane, PaneSummary, Row } from '../../src/panes/pane.ts';
import { secretsPane } from '../../src/panes/secrets.ts';
import { vigilancePane } from '../../src/panes/vigilance.ts';
import { secretsSection } from '../../src/report/sections/secrets.ts';
import { vigilanceSection } from '../../src/report/sections/vigilance.ts';
import { engineOf } from '../remedy/case-engine.ts';

const secret = (name: string, year: number, more = ''): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}, namespace: shop, creationTimestamp: "2023-01-01T00:00:00Z", managedFields: [{manager: m, operation: Update, time: "${year}-11-10T00:00:00Z", fieldsV1: {f:data: {f:password: {}}}}]}\ntype: ${more === '' ? 'Opaque' : more}\ndata: {password: bWFya2Vk}\n`;
const namespace = (name: string, labels = ''): string =>
  `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}, labels: {${labels}}}\n`;
const POD =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: cart, namespace: shop}\nspec: {containers: [{name: a, image: "i:1", envFrom: [{secretRef: {name: old}}]}]}\nstatus: {phase: Running}\n';

const ENGINE = engineOf(
  [
    'apiVersion: k8sec/v1\nkind: Case\nspec: {facts: {secretTransformers: null, metricsReason: metrics denied}}\n',
    secret('old', 2024),
    secret('fresh', 2026),
    secret('release', 2023, 'helm.sh/release.v1'),
    namespace('shop'),
    namespace('bank', 'pod-security.kubernetes.io/enforce: restricted'),
    namespace('kube-system'),
    POD,
  ].join('---\n'),
);

function shown(pane: Pane, engine: Engine): { readonly rows: readonly Row[]; readonly summary: PaneSummary } {
  const findings = [...engine.findings.values()].filter((finding) => finding.pane === pane.name);
  const rows = [...pane.rows(engine.view, findings)];
  return { rows, summary: pane.summary(engine.view, findings, rows) };
}

function texts(rows: readonly Row[], name: string, kind: string): Record<string, string> {
  const row = rows.find((one) => one.name === name && one.kind === kind);
  return Object.fromEntries(Object.entries(row?.cells ?? {}).map(([column, cell]) => [column, cell.text]));
}

const NO_FLAGS = 'no kube-apiserver pod can be seen, so its flags are not known';

describe('the secrets pane', () => {
  const { rows, summary } = shown(secretsPane, ENGINE);

  it('counts what is stale among what is to be rotated, and says what is not known', () => {
    expect(summary.headline).toBe('1 of 2 secrets not rotated for over a year');
    expect(summary.aside).toBe('encrypted at rest: unknown (metrics denied); left out: 1 Helm release');
  });

  it('shows age, users and readers', () => {
    expect(texts(rows, 'old', 'Secret')).toMatchObject({
      SEVERITY: 'medium',
      'DATA AGE': '≥ 743d',
      'USED BY': 'Pod cart',
      READERS: '0',
    });
    expect(texts(rows, 'release', 'Secret')).toMatchObject({
      SEVERITY: '-',
      'DATA AGE': 'n/a',
      FOUND: 'left out of age and unused: Helm release',
    });
  });

  it('has a cell for every column and one row for each key', () => {
    for (const row of rows)
      expect(Object.keys(row.cells).sort()).toEqual(secretsPane.columns.map((one) => one.name).sort());
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  });

  it('reports every Secret', () => {
    const items = [...secretsSection(ENGINE.view).items];
    expect(items.map((item) => item.name)).toEqual(['fresh', 'old', 'release']);
    expect(JSON.stringify(items)).not.toContain('bWFya2Vk');
    expect(items[1]).toEqual({
      namespace: 'shop',
      name: 'old',
      type: 'Opaque',
      keys: 1,
      dataAge: { atLeastDays: 743, basis: 'managedFields' },
      rotation: { periodDays: 365, due: '2025-11-10' },
      rotatedBy: null,
      immutable: false,
      keyNames: ['password'],
      certificateEnds: null,
      nodes: [],
      encryption: 'unknown',
      usedBy: [{ kind: 'Pod', namespace: 'shop', name: 'cart' }],
      readers: 0,
      readBy: { items: [], more: 0 },
      escapes: { items: [], more: 0 },
      didRead: null,
    });
  });
});

describe('the vigilance pane', () => {
  const { rows, summary } = shown(vigilancePane, ENGINE);

  it('counts namespaces that enforce nothing, and tells the end of support', () => {
    expect(summary.headline).toBe('1 namespace enforces no pod security');
    expect(summary.aside).toBe('1.36 supported until 2027-06-28 (as of 2026-08-22)');
  });

  it('shows what namespaces enforce and what workloads pass', () => {
    expect(texts(rows, 'bank', 'Namespace')).toMatchObject({
      SEVERITY: '-',
      LEVEL: 'restricted:latest',
      AUDIT: 'privileged:latest',
      WARN: 'restricted:latest',
      PASSES: '-',
    });
    expect(texts(rows, 'shop', 'Namespace')).toMatchObject({
      SEVERITY: 'medium',
      LEVEL: 'privileged:latest',
      PASSES: 'baseline',
    });
    expect(texts(rows, 'cart', 'Pod')['LEVEL']).toBe('baseline');
  });

  it('has a cell for every column and one row for each key', () => {
    for (const row of rows) {
      expect(Object.keys(row.cells).sort()).toEqual(vigilancePane.columns.map((one) => one.name).sort());
    }
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  });

  it('reports the version and the table that judged it', () => {
    expect(vigilanceSection(ENGINE.view)).toEqual({
      server: 'v1.36.3',
      endOfLife: '2027-06-28',
      tableAsOf: '2026-08-22',
      deprecatedApis: [],
      tls: [
        { leg: 'client to API server', status: 'unknown', reason: 'there is no connection to a server' },
        { leg: 'client credential', status: 'unknown', reason: 'how its client logs in is not known' },
        { leg: 'API server to kubelets', status: 'unknown', reason: NO_FLAGS },
        { leg: 'API server to etcd', status: 'unknown', reason: NO_FLAGS },
        { leg: 'API server to extensions', status: 'yes', reason: 'there is no extension API server' },
      ],
    });
  });
});
