import { expect, test } from 'vitest';
import { allVerdicts } from '../../../src/analyses/rbac/binding-verdict.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { BOOTSTRAP_BINDINGS, BOOTSTRAP_ROLES } from '../../../src/kube/rbac-bootstrap-policy.ts';
import { bootstrapRules } from '../../../src/kube/rbac-bootstrap.ts';
import { rbacSection } from '../../../src/report/sections/rbac.ts';
import { rbacPane } from '../../../src/panes/rbac.ts';
import { RBAC_RULES } from '../../../src/rules/rbac/rbac-rules.ts';
import { upserts, viewOfObjects, type RawObject } from './view-of.ts';

const VERSION = 'rbac.authorization.k8s.io/v1';

/** What a fresh API server holds, as objects. */
function freshCluster(): readonly RawObject[] {
  const roles = Object.keys(BOOTSTRAP_ROLES).map((key) => {
    const [namespace, name] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)];
    const metadata = namespace === '' ? { name, uid: 'u' } : { name, namespace, uid: 'u' };
    return {
      apiVersion: VERSION,
      kind: namespace === '' ? 'ClusterRole' : 'Role',
      metadata,
      rules: bootstrapRules(namespace, name),
    };
  });
  const bindings = Object.entries(BOOTSTRAP_BINDINGS).map(([key, [role, ...subjects]]) => {
    const [namespace, name] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)];
    const [kind = '', ...roleName] = role.split(' ');
    return {
      apiVersion: VERSION,
      kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding',
      metadata: namespace === '' ? { name } : { name, namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: roleName.join(' ') },
      subjects: subjects.map((text) => {
        const [subjectKind = '', ...rest] = text.split(' ');
        const full = rest.join(' ');
        if (subjectKind !== 'ServiceAccount') return { kind: subjectKind, name: full };
        return {
          kind: subjectKind,
          namespace: full.slice(0, full.indexOf('/')),
          name: full.slice(full.indexOf('/') + 1),
        };
      }),
    };
  });
  return [...roles, ...bindings];
}

test('a fresh cluster has no finding at all', () => {
  const engine = new Engine(viewOfObjects(freshCluster()), RBAC_RULES);
  engine.settle();
  expect([...engine.findings.keys()]).toEqual([]);
  expect(engine.failures()).toEqual([]);
  for (const [binding, { status }] of allVerdicts(engine.view))
    expect([binding.name, status]).toEqual([binding.name, 'default']);
});

test('an added subject and an added rule are judged', () => {
  const engine = new Engine(viewOfObjects(freshCluster()), RBAC_RULES);
  engine.settle();
  const changed = freshCluster().map((one) => {
    if (one.kind === 'ClusterRole' && one.metadata.name === 'system:basic-user') {
      return { ...one, rules: [{ verbs: ['list'], apiGroups: [''], resources: ['secrets'] }] };
    }
    if (one.kind === 'ClusterRoleBinding' && one.metadata.name === 'system:kube-scheduler') {
      return { ...one, subjects: [{ kind: 'User', name: 'eve' }] };
    }
    return one;
  });
  engine.apply(upserts(changed));
  engine.settle();
  const subjects = [...engine.findings.values()].map((one) => `${one.subject.name} ${one.severity}`);
  expect(subjects).toContain('system:basic-user critical');
  expect(subjects.some((one) => one.startsWith('system:kube-scheduler'))).toBe(true);
});

test('the pane and the report hold every binding, the default ones too', () => {
  const eve = {
    apiVersion: VERSION,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'eve' },
    roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'User', name: 'eve' }],
  };
  const engine = new Engine(viewOfObjects([...freshCluster(), eve]), RBAC_RULES);
  engine.settle();
  const findings = [...engine.findings.values()];
  const rows = [...rbacPane.rows(engine.view, findings)];
  expect(rows).toHaveLength(Object.keys(BOOTSTRAP_BINDINGS).length + 1);
  expect(rows.find((row) => row.name === 'eve')).toMatchObject({
    severity: 'critical',
    cells: { GIVES: { text: 'cluster-admin' } },
  });
  expect(rbacPane.summary(engine.view, findings, rows)).toMatchObject({
    failing: 1,
    headline: '1 binding gives more than its subjects need',
  });
  const bindings = [...rbacSection(engine.view, findings).bindings];
  expect(bindings).toHaveLength(rows.length);
  expect(bindings.find((one) => one.name === 'eve')).toMatchObject({
    severity: 'critical',
    role: 'ClusterRole/cluster-admin',
    grants: expect.arrayContaining(['rbac/cluster-admin', 'rbac/reads-secrets', 'rbac/creates-workloads']) as unknown,
    usage: { status: 'no-log' },
  });
  expect(bindings.find((one) => one.name === 'cluster-admin')).toMatchObject({ severity: null, grants: [] });
});
