import { describe, expect, it } from 'vitest';
import { BENCHMARKS } from '../../src/model/benchmark.ts';
import type { KubeObject } from '../../src/model/objects.ts';
import { compliance, type JudgedItem } from '../../src/report/compliance.ts';
import { RULES } from '../../src/rules/index.ts';
import { object } from '../objects.ts';
import { judged, NOW, privileged, written, type Judged } from './judged.ts';

const ATTESTATION = {
  fact: 'cis-kubernetes/3.2.1',
  value: true,
  by: 'ada',
  evidence: 'OPS-12',
  until: NOW + 1,
} as const;

function item(id: string, objects: Parameters<typeof judged>[0], given?: Judged): JudgedItem | undefined {
  return compliance(judged(objects, given))
    .flatMap((one) => one.items)
    .find((one) => one.id === id);
}

function workload(kind: 'DaemonSet' | 'Deployment', namespace: string, podSpec: object): KubeObject {
  const labels = { app: 'logs' };
  return object(kind, {
    metadata: { name: 'logs', namespace, uid: 'w1' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
  });
}

function hostPathUser(kind: 'DaemonSet' | 'Deployment', namespace: string): KubeObject {
  const containers = [
    { name: 'main', image: 'registry.example/logs:1', volumeMounts: [{ name: 'logs', mountPath: '/logs' }] },
  ];
  return workload(kind, namespace, { containers, volumes: [{ name: 'logs', hostPath: { path: '/var/log/pods' } }] });
}

function secretInEnvironment(): KubeObject {
  const env = [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }];
  return workload('Deployment', 'shop', { containers: [{ name: 'main', image: 'registry.example/main:1', env }] });
}

describe('the benchmark tables', () => {
  it('hold every item that a rule refers to, but for techniques of attackers', () => {
    const known = new Set(
      BENCHMARKS.flatMap(({ name, version, items }) => items.map(({ id }) => `${name} ${version} ${id}`)),
    );
    const missing = RULES.flatMap((rule) => rule.references)
      .filter(({ benchmark }) => benchmark !== 'mitre-attack')
      .map(({ benchmark, version, id }) => `${benchmark} ${version} ${id}`)
      .filter((name) => !known.has(name));
    expect([...new Set(missing)]).toEqual([]);
  });

  it('promise to see the whole only of items that some rule judges', () => {
    const judgedIds = new Set(
      RULES.flatMap((rule) => rule.references).map(({ benchmark, id }) => `${benchmark} ${id}`),
    );
    const promised = BENCHMARKS.filter(({ name }) => name !== 'pod-security-standards').flatMap(({ name, items }) =>
      items.filter(({ visibility }) => visibility !== 'part').map(({ id }) => `${name} ${id}`),
    );
    expect(promised.filter((name) => !judgedIds.has(name))).toEqual([]);
  });
});

describe('compliance', () => {
  it('fails an item of which a rule found something, with the count', () => {
    expect(item('5.2.2', privileged('agent'))).toMatchObject({ status: 'fail', failing: 1 });
    expect(item('baseline', privileged('agent'))).toMatchObject({ status: 'fail', failing: 1 });
  });

  it('counts a finding once, though its rule is about two kinds of bindings', () => {
    const binding = object('ClusterRoleBinding', {
      metadata: { name: 'ops' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ada' }],
    });
    const role = object('ClusterRole', {
      metadata: { name: 'cluster-admin' },
      rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
    });
    expect(item('5.1.1', [role, binding])).toMatchObject({ status: 'fail', failing: 1 });
  });

  it.each([
    ['kube-system', 'DaemonSet', 'pass', 0, '1 advisory finding does not fail it'],
    ['shop', 'DaemonSet', 'fail', 1, ''],
    ['kube-system', 'Deployment', 'fail', 1, ''],
  ] as const)('judges host paths in %s of a %s: %s', (namespace, kind, status, failing, reason) => {
    expect(item('5.2.11', [hostPathUser(kind, namespace)])).toMatchObject({ status, failing, reason });
  });

  it('fails an item by what is found, not by its severity', () => {
    const found = judged([secretInEnvironment()]);
    expect(found.findings.filter(({ finding }) => finding.rule === 'secrets/mounted-as-env')).toMatchObject([
      { finding: { severity: 'info' } },
    ]);
    expect(item('5.4.1', [secretInEnvironment()])).toMatchObject({ status: 'fail', failing: 1 });
  });

  it('passes an item only where everything was read', () => {
    expect(item('5.2.2', [])).toMatchObject({ status: 'pass', reason: '' });
    expect(item('5.2.2', [], { coverage: [{ kind: 'Pod', status: 'denied', reason: 'forbidden' }] })).toMatchObject({
      status: 'not-visible',
      reason: 'pods: denied: forbidden',
    });
    expect(item('baseline', [], { coverage: [{ kind: 'Pod', status: 'denied' }] })?.status).toBe('not-visible');
  });

  it('passes nothing for parts of a cluster, nor what only a server tells for files', () => {
    expect(item('5.2.2', [], { facts: { source: 'files', complete: false } })?.status).toBe('not-visible');
    expect(item('1.2.27', [], { facts: { source: 'files', complete: true } })?.status).toBe('not-visible');
  });

  it('passes nothing that was not asked for, nor what is only waived', () => {
    expect(item('5.2.2', [], { scope: { panes: ['network'] } })?.status).toBe('not-visible');
    const waiver = { rule: '*', subject: '*', cluster: '*', key: '*', until: null, reason: 'known' };
    expect(item('5.2.2', privileged('agent'), { waivers: [waiver] })).toMatchObject({
      status: 'not-visible',
      reason: 'its findings are waived',
    });
  });

  it('takes an unknown verdict as not visible', () => {
    expect(item('1.2.27', [], { facts: { secretTransformers: null, metricsReason: 'denied' } })).toMatchObject({
      status: 'not-visible',
      reason: 'denied.',
    });
  });

  it('tells whether Secrets are encrypted apart from how well', () => {
    const encryption = (secretTransformers: readonly string[] | null) =>
      ['1.2.27', '1.2.28', '6.1'].map((id) => item(id, [], { facts: { secretTransformers } })?.status);
    expect(encryption(['k8s:enc:secretbox:v1:'])).toEqual(['pass', 'pass', 'pass']);
    expect(encryption(['k8s:enc:aesgcm:v1:'])).toEqual(['pass', 'fail', 'pass']);
    expect(encryption(['k8s:enc:aescbc:v1:'])).toEqual(['pass', 'pass', 'pass']);
    expect(encryption([''])).toEqual(['fail', 'fail', 'fail']);
    expect(encryption(null)).toEqual(['not-visible', 'not-visible', 'not-visible']);
  });

  it('shows what a person vouches for as attested, until it expires', () => {
    expect(item('3.2.1', [])?.status).toBe('not-visible');
    expect(item('3.2.1', [], { facts: { attestations: [ATTESTATION] } })).toMatchObject({
      status: 'attested',
      reason: 'by ada until 2026-11-23: OPS-12',
    });
    const over = { ...ATTESTATION, until: NOW };
    expect(item('3.2.1', [], { facts: { attestations: [over] } })?.status).toBe('not-visible');
    const unmet = { ...ATTESTATION, value: false };
    expect(item('3.2.1', [], { facts: { attestations: [unmet] } })?.status).toBe('fail');
  });

  it('lets nobody vouch against a finding', () => {
    const attestations = [{ ...ATTESTATION, fact: 'cis-kubernetes/5.2.2' }];
    expect(item('5.2.2', privileged('agent'), { facts: { attestations } })?.status).toBe('fail');
  });
});

describe('what only visible pods of etcd tell', () => {
  const etcd = (flags: readonly string[]): KubeObject =>
    object('Pod', {
      metadata: { name: 'etcd-a', namespace: 'kube-system', uid: 'e1' },
      spec: { containers: [{ name: 'etcd', image: 'registry.k8s.io/etcd:3.6.4', command: ['etcd', ...flags] }] },
      status: { phase: 'Running' },
    });

  it.each([
    ['passes where they are set', [etcd(['--client-cert-auth=true'])], 'pass', ''],
    ['fails where they are not', [etcd(['--client-cert-auth=false'])], 'fail', ''],
    ['is not visible without a pod', [], 'not-visible', 'no pod of etcd can be seen'],
    ['is not visible in a file', [etcd(['--config-file=/e.yaml'])], 'not-visible', 'etcd reads a file of its own'],
  ])('%s', (_name, objects, status, reason) => {
    expect(item('2.2', objects)).toMatchObject({ status, reason });
  });
});

describe('the summary in other formats', () => {
  const report = judged([secretInEnvironment()]);

  it('is a table of each benchmark in HTML', () => {
    const page = written(report, 'html');
    expect(page).toContain('<h2>Compliance</h2>');
    expect(page).toMatch(/<td>5\.4\.1<\/td><td>Secrets as files rather than in the environment<\/td><td>fail<\/td>/);
  });

  it('lists in Markdown what did not pass', () => {
    const text = written(report, 'markdown');
    expect(text).toContain('## compliance');
    expect(text).toMatch(/\| 5\.4\.1 Secrets as files rather than in the environment \| fail \| 1 failing \|/);
    expect(text).not.toContain('| pass |');
  });
});
