import { describe, expect, test } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { rbacPane } from '../../../src/panes/rbac.ts';
import { RBAC_RULES } from '../../../src/rules/rbac/rbac-rules.ts';
import { CERT_MANAGER, FLUX, INGRESS_NGINX, installed, PROMETHEUS, running } from './add-on-cluster.ts';
import { rawBinding, rawRole } from './raw-rbac.ts';
import { viewOfObjects, type RawManifest } from './view-of.ts';

const CLUSTER = [FLUX, CERT_MANAGER, INGRESS_NGINX, PROMETHEUS].flatMap(installed);

function judged(objects: readonly RawManifest[]): { readonly engine: Engine; readonly findings: readonly Finding[] } {
  const engine = new Engine(viewOfObjects(objects), RBAC_RULES);
  engine.settle();
  expect(engine.failures()).toEqual([]);
  return { engine, findings: [...engine.findings.values()] };
}

/** `severity BINDING GIVES` of the rows that found something. */
function rows(objects: readonly RawManifest[]): readonly string[] {
  const { engine, findings } = judged(objects);
  return [...rbacPane.rows(engine.view, findings)]
    .filter(({ findings: own }) => own.length > 0)
    .map(({ severity, cells }) => `${severity} ${cells['BINDING']?.text} ${cells['GIVES']?.text}`)
    .sort();
}

describe('a cluster with Flux, cert-manager, ingress-nginx and the Prometheus operator', () => {
  test('has one row for each, that names what it can reach', () => {
    expect(rows(CLUSTER)).toEqual([
      'critical cert-manager-cainjector +5 looks like cert-manager: webhooks escalation-path reads-secrets tokens creates-workloads exposes-services reads-widely',
      'critical cluster-reconciler-flux-system +1 looks like Flux: cluster-admin wildcard reads-secrets alters-policy dangling-subject',
      'critical kube-state-metrics +1 looks like Prometheus operator: escalation-path reads-secrets creates-workloads tokens exposes-services alters-policy wildcard reads-widely',
      'high ingress-nginx looks like ingress-nginx: reads-secrets reads-widely',
    ]);
  });

  test('keeps every severity and every finding that it would have without being recognised', () => {
    const plain = CLUSTER.map((one) => ({ ...one, metadata: { ...one.metadata, labels: {} } }));
    const told = (objects: readonly RawManifest[]): readonly string[] =>
      judged(objects)
        .findings.map(({ id, severity }) => `${severity} ${id}`)
        .sort();
    expect(told(CLUSTER)).toEqual(told(plain));
    expect(judged(plain).findings.filter(({ addOn }) => addOn !== undefined)).toEqual([]);
    expect(rows(plain).length).toBeGreaterThan(8);
  });

  test('counts bindings in its headline, not rows', () => {
    const { engine, findings } = judged(CLUSTER);
    const failing = new Set(
      findings
        .filter((one) => one.severity !== 'info' && one.subject.kind === 'ClusterRoleBinding')
        .map((one) => one.subject.name),
    );
    const bindings = CLUSTER.filter(({ kind }) => kind === 'ClusterRoleBinding');
    expect(rbacPane.summary(engine.view, findings, [...rbacPane.rows(engine.view, findings)])).toMatchObject({
      subjects: bindings.length,
      failing: failing.size,
    });
  });

  test('says what an add-on is recognised by', () => {
    const finding = judged(CLUSTER).findings.find(({ subject }) => subject.name === 'ingress-nginx');
    expect(finding?.evidence[0]?.text).toBe(
      'looks like ingress-nginx: its accounts run ingress-nginx/controller, and ClusterRoleBinding ingress-nginx is labelled app.kubernetes.io/part-of=ingress-nginx',
    );
  });
});

/** Add-ons that are recognised in a cluster. */
function recognised(objects: readonly RawManifest[]): readonly (string | undefined)[] {
  return [...new Set(judged(objects).findings.map(({ addOn }) => addOn))];
}

describe('an add-on is not recognised', () => {
  test('by names and labels alone, where something else runs as its account', () => {
    const accounts = { 'ingress-nginx': 'registry.test/miner:1' };
    expect(recognised(installed({ ...INGRESS_NGINX, accounts }))).toEqual([undefined]);
  });

  test('by names and labels alone, where nothing runs as its account', () => {
    expect(recognised(installed({ ...INGRESS_NGINX, accounts: { 'ingress-nginx': null } }))).toEqual([undefined]);
  });

  test('where something else runs as its account too', () => {
    const rogue = running('ingress-nginx', 'ingress-nginx', 'registry.test/miner:1', 'rogue');
    expect(recognised([...installed(INGRESS_NGINX), rogue])).toEqual([undefined]);
  });

  test('by its images alone, without the labels of its manifests', () => {
    expect(recognised(installed({ ...INGRESS_NGINX, labels: {} }))).toEqual([undefined]);
  });

  test('by the end of a name that is longer', () => {
    const accounts = { 'ingress-nginx': 'registry.test/my-ingress-nginx/controller:1' };
    expect(recognised(installed({ ...INGRESS_NGINX, accounts }))).toEqual([undefined]);
  });

  test('where another subject is bound beside its accounts', () => {
    const labels = INGRESS_NGINX.labels;
    const account = { kind: 'ServiceAccount', namespace: 'ingress-nginx', name: 'ingress-nginx' };
    const shared = rawBinding('', 'ingress-nginx', 'ingress-nginx', account, { kind: 'User', name: 'eve' });
    const objects = installed(INGRESS_NGINX).filter(({ kind }) => kind !== 'ClusterRoleBinding');
    expect(recognised([...objects, { ...shared, metadata: { ...shared.metadata, labels } }])).toEqual([undefined]);
  });
});

test('what an add-on does not ask for stays a line of its own', () => {
  const account = { kind: 'ServiceAccount', namespace: 'ingress-nginx', name: 'ingress-nginx' };
  const { labels } = INGRESS_NGINX;
  const role = rawRole('more', ['get core nodes/proxy']);
  const binding = rawBinding('', 'more', 'more', account);
  const more = [role, binding].map((one) => ({ ...one, metadata: { ...one.metadata, labels } }));
  expect(rows([...installed(INGRESS_NGINX), ...more])).toEqual([
    'critical more node-proxy',
    'high ingress-nginx looks like ingress-nginx: reads-secrets reads-widely',
  ]);
});
