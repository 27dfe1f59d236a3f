import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { Kind } from '../../../src/model/kind.ts';
import { RULES } from '../../../src/rules/index.ts';
import { upserts, viewOfObjects, type RawManifest } from './view-of.ts';

const RBAC = 'rbac.authorization.k8s.io';

const ACCOUNT: RawManifest = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'shop', name: 'web' } };
const POD: RawManifest = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'shop', name: 'web', labels: { app: 'web' } },
  spec: { serviceAccountName: 'web', containers: [{ name: 'a', image: 'a:1' }] },
  status: { phase: 'Running' },
};
const ROLE: RawManifest = {
  apiVersion: `${RBAC}/v1`,
  kind: 'Role',
  metadata: { namespace: 'shop', name: 'reads' },
  rules: [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'] }],
};
const BINDING: RawManifest = {
  apiVersion: `${RBAC}/v1`,
  kind: 'RoleBinding',
  metadata: { namespace: 'shop', name: 'reads' },
  roleRef: { apiGroup: RBAC, kind: 'Role', name: 'reads' },
  subjects: [{ kind: 'ServiceAccount', namespace: 'shop', name: 'web' }],
};

function service(type: string, address?: string): RawManifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'shop', name: 'web' },
    spec: { type, selector: { app: 'web' }, ports: [{ port: 443 }] },
    status: address === undefined ? {} : { loadBalancer: { ingress: [{ ip: address }] } },
  };
}

function engineOf(objects: readonly RawManifest[], denied: readonly Kind[] = []): Engine {
  const engine = new Engine(viewOfObjects(objects, { denied }), RULES);
  engine.settle();
  return engine;
}

function theFinding(engine: Engine): Finding {
  const found = [...engine.findings.values()].find((one) => one.rule === 'rbac/reads-secrets');
  if (found === undefined) throw new Error('no finding');
  return found;
}

function exposureTexts(finding: Finding): readonly string[] {
  return finding.evidence.flatMap(({ text }) => (text.includes('reachable from outside') ? [text] : []));
}

describe('a grant of a workload', () => {
  it('says through what outsiders reach the workload', () => {
    const finding = theFinding(engineOf([ACCOUNT, POD, ROLE, BINDING, service('LoadBalancer', '8.8.8.8')]));
    expect(finding.severity).toBe('high');
    expect(exposureTexts(finding)).toEqual([
      'Pod shop/web is reachable from outside through Service shop/web (LoadBalancer 443 on a public address)',
    ]);
    expect(finding.why).toContain('whoever breaks into that has it');
  });

  it('is worth what it was before as soon as the way from outside is closed', () => {
    const engine = engineOf([ACCOUNT, POD, ROLE, BINDING, service('LoadBalancer', '8.8.8.8')]);
    engine.apply(upserts([service('ClusterIP')]));
    engine.settle();
    expect(theFinding(engine).severity).toBe('medium');
    expect(exposureTexts(theFinding(engine))).toEqual([]);
    engine.apply(upserts([service('NodePort')]));
    engine.settle();
    expect(theFinding(engine).severity).toBe('high');
  });

  it('says that the exposure is not known where Services could not be read, and is worth no less', () => {
    const finding = theFinding(engineOf([ACCOUNT, POD, ROLE, BINDING], ['Service']));
    expect(finding.severity).toBe('medium');
    expect(exposureTexts(finding)).toEqual([
      'whether its pods are reachable from outside is not all known: Service: forbidden',
    ]);
  });

  it('keeps the weight of one way that is seen where another kind could not be read', () => {
    const finding = theFinding(engineOf([ACCOUNT, POD, ROLE, BINDING, service('NodePort')], ['Ingress']));
    expect(finding.severity).toBe('high');
    expect(exposureTexts(finding)).toEqual([
      'Pod shop/web is reachable from outside through Service shop/web (NodePort)',
      'whether its pods are reachable from outside is not all known: Ingress: forbidden',
    ]);
  });
});

describe('a path of escalation', () => {
  const TO_NODE: readonly RawManifest[] = [
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'Role',
      metadata: { namespace: 'shop', name: 'execs' },
      rules: [{ verbs: ['create'], apiGroups: [''], resources: ['pods/exec'] }],
    },
    {
      ...BINDING,
      metadata: { namespace: 'shop', name: 'execs' },
      roleRef: { apiGroup: RBAC, kind: 'Role', name: 'execs' },
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'shop', name: 'reader' } },
    {
      ...POD,
      metadata: { namespace: 'shop', name: 'reader' },
      spec: { serviceAccountName: 'reader', containers: [{ name: 'a', image: 'a:1' }] },
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'all-secrets' },
      rules: [{ verbs: ['list'], apiGroups: [''], resources: ['secrets'] }],
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'all-secrets' },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'all-secrets' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'shop', name: 'reader' }],
    },
  ];

  it.each([
    { type: 'ClusterIP', severity: 'high' },
    { type: 'NodePort', severity: 'critical' },
  ])('to every Secret behind a Service of type $type is $severity', ({ type, severity }) => {
    const engine = engineOf([ACCOUNT, POD, ...TO_NODE, service(type)]);
    const paths = [...engine.findings.values()].filter((one) => one.rule === 'rbac/escalation-path');
    expect(paths.map((one) => [one.subject.name, one.severity, exposureTexts(one).length])).toEqual([
      ['web', severity, type === 'NodePort' ? 1 : 0],
    ]);
  });
});
