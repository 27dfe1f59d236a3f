import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { Engine } from '../../../src/engine/engine.ts';
import { buildRemedies } from '../../../src/remedy/build.ts';
import type { BuiltRemedy } from '../../../src/remedy/built-remedy.ts';
import { jointRemedy } from '../../../src/remedy/joint-remedy.ts';
import { RULES } from '../../../src/rules/index.ts';
import { viewOf } from '../../analyses/rbac/view-of.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** The marks of each tool, and what its hint begins with. */
const OWNERS = {
  helm: {
    marks: { annotations: { 'meta.helm.sh/release-name': 'front' } },
    hint: 'Helm release front overwrites this at its next upgrade: in the values or templates of its chart, ',
  },
  argocd: {
    marks: { annotations: { 'argocd.argoproj.io/tracking-id': 'store:x/y:shop/z' } },
    hint: 'Argo CD application store reverts what kubectl changes: in https://git.example/store at deploy, ',
  },
  flux: {
    marks: {
      labels: {
        'kustomize.toolkit.fluxcd.io/name': 'apps',
        'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
      },
    },
    hint: 'Flux (apps) reverts what kubectl changes: in its repository, ',
  },
  operator: {
    marks: {
      ownerReferences: [{ apiVersion: 'example.com/v1', kind: 'Shop', name: 'main', uid: 'u', controller: true }],
    },
    hint: 'Shop main owns this and may revert what kubectl changes: in the resource that it is made from, ',
  },
} as const;

/** A ClusterRoleBinding and its ClusterRole, both with the same marks. */
function cluster(marks: object): string {
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'shop', name: 'cart' } },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'reader', ...marks },
      rules: [
        { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
        { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
      ],
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'b', ...marks },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'shop', name: 'cart' }],
    },
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { namespace: 'argocd', name: 'store' },
      spec: { source: { repoURL: 'https://git.example/store', path: 'deploy' } },
    },
  ]
    .map((one) => stringify(one))
    .join('---\n');
}

function engineOf(marks: object): Engine {
  const engine = new Engine(viewOf(cluster(marks)), RULES);
  engine.settle();
  return engine;
}

function remedies(engine: Engine): ReadonlyMap<string, BuiltRemedy> {
  const finding = [...engine.findings.values()].find((one) => one.rule === 'rbac/reads-secrets');
  if (finding === undefined) throw new Error('no finding');
  const built = buildRemedies(engine, finding).filter((one) => one.refused === null);
  return new Map(built.map((one) => [one.id, one]));
}

/** What each remedy does, as the hint says it. */
const DONE = {
  'rbac/drop-rules': 'change ClusterRole reader.',
  'rbac/remove-subject': 'remove ClusterRoleBinding b.',
  'rbac/narrow-to-namespaces': 'add RoleBinding shop/b; remove ClusterRoleBinding b.',
} as const;

describe.each(Object.entries(OWNERS))('what %s owns', (manager, { marks, hint }) => {
  const built = remedies(engineOf(marks));

  it.each(Object.entries(DONE))('is changed in its source: %s', (id, done) => {
    const remedy = built.get(id);
    expect(remedy?.target.manager).toBe(manager);
    expect(remedy?.commands).toEqual([]);
    expect(remedy?.source).toBe(`${hint}${done}`);
    const head = (remedy?.yaml ?? '')
      .split('\n')
      .filter((line) => line.startsWith('#'))
      .map((line) => line.slice(2))
      .join(' ');
    expect(head).toContain(`${hint}${done}`);
    expect(head).not.toContain('kubectl apply');
  });
});

describe('what nobody owns', () => {
  it('keeps its commands, and has no source', () => {
    const built = remedies(engineOf({}));
    expect([...built.values()].map((one) => [one.id, one.source, one.commands])).toEqual([
      [
        'rbac/narrow-to-namespaces',
        null,
        ['kubectl apply -f narrow-to-namespaces-rolebinding-shop-b.yaml', 'kubectl delete clusterrolebinding b'],
      ],
      [
        'rbac/drop-rules',
        null,
        ['kubectl patch clusterrole reader --type=merge --patch-file drop-rules-clusterrole-reader.yaml'],
      ],
      ['rbac/remove-subject', null, ['kubectl delete clusterrolebinding b']],
    ]);
  });
});

describe('several findings in one file', () => {
  const second = (marks: object): string =>
    [
      {
        apiVersion: `${RBAC}/v1`,
        kind: 'Role',
        metadata: { namespace: 'data', name: 'own', ...marks },
        rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
      },
      {
        apiVersion: `${RBAC}/v1`,
        kind: 'RoleBinding',
        metadata: { namespace: 'data', name: 'own', ...marks },
        roleRef: { apiGroup: RBAC, kind: 'Role', name: 'own' },
        subjects: [{ kind: 'User', name: 'bob' }],
      },
    ]
      .map((one) => stringify(one))
      .join('---\n');

  function joint(marks: object, otherMarks: object): BuiltRemedy {
    const engine = new Engine(viewOf(`${cluster(marks)}---\n${second(otherMarks)}`), RULES);
    engine.settle();
    const findings = [...engine.findings.values()].filter((one) => one.rule === 'rbac/reads-secrets');
    const remedy = jointRemedy(engine, findings);
    if (remedy === undefined) throw new Error('no joint remedy');
    return remedy;
  }

  it('offer commands for what nobody owns only, and the rest as comments with its source', () => {
    const remedy = joint(OWNERS.helm.marks, {});
    expect(remedy.commands).toEqual(['kubectl -n data delete rolebinding own']);
    expect(remedy.source).toBe(`${OWNERS.helm.hint}${DONE['rbac/narrow-to-namespaces']}`);
    expect(remedy.yaml).toContain('# Helm release front overwrites this at its next upgrade');
    const documents = parseAllDocuments(remedy.yaml).map((one): unknown => one.toJS());
    expect(documents.filter((one) => one !== null)).toEqual([]);
  });

  it('offer no command where all of it is owned', () => {
    expect(joint(OWNERS.argocd.marks, OWNERS.flux.marks).commands).toEqual([]);
  });
});
