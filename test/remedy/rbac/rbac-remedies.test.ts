import { describe, expect, test } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { REMEDIES } from '../../../src/remedy/index.ts';
import type { RemedyDraft, RemedyRefusal } from '../../../src/remedy/remedy.ts';
import { RBAC_RULES } from '../../../src/rules/rbac/rbac-rules.ts';
import { viewOf } from '../../analyses/rbac/view-of.ts';

const RBAC = 'apiVersion: rbac.authorization.k8s.io/v1';

interface Built {
  readonly draft: RemedyDraft;
  readonly closes: readonly string[];
  readonly opens: readonly string[];
}

function build(remedy: string, rule: string, yaml: string): RemedyDraft | RemedyRefusal {
  return prepared(remedy, rule, yaml).draft;
}

function prepared(id: string, rule: string, yaml: string): { engine: Engine; draft: RemedyDraft | RemedyRefusal } {
  const engine = new Engine(viewOf(yaml), RBAC_RULES);
  engine.settle();
  const finding = [...engine.findings.values()].find((one) => one.rule === rule);
  const remedy = REMEDIES.find((one) => one.id === id);
  if (finding === undefined || remedy === undefined) throw new Error(`no ${rule} or ${id}`);
  return { engine, draft: remedy.build(finding, engine.view) };
}

function proven(id: string, rule: string, yaml: string): Built {
  const { engine, draft } = prepared(id, rule, yaml);
  if ('refused' in draft) throw new Error(draft.refused);
  const { closes, opens } = engine.prove(draft.changes);
  return { draft, closes: closes.map((one) => one.rule), opens: opens.map((one) => `${one.rule} ${one.severity}`) };
}

const READER = `${RBAC}\nkind: ClusterRole\nmetadata: {name: reader}\nrules:\n- {verbs: [get, list], apiGroups: [""], resources: [secrets, configmaps]}\n- {verbs: [get], apiGroups: [""], resources: [pods]}\n`;
const CART = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: cart, namespace: shop}\n';

function bound(subjects: string, role = 'reader'): string {
  return `${RBAC}\nkind: ClusterRoleBinding\nmetadata: {name: b}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${role}}\nsubjects: ${subjects}\n`;
}

const join = (...documents: readonly string[]): string => documents.join('---\n');
const ACCOUNT = '[{kind: ServiceAccount, name: cart, namespace: shop}]';

describe('remove-subject', () => {
  test('of a grant: nobody stays, so the binding goes, and what is lost is said', () => {
    const { draft, closes } = proven('rbac/remove-subject', 'rbac/reads-secrets', join(CART, READER, bound(ACCOUNT)));
    expect(closes).toEqual(['rbac/reads-secrets']);
    expect(draft.use).toEqual({ type: 'commands', commands: ['kubectl delete clusterrolebinding b'] });
    expect(draft.effects).toEqual([
      'ServiceAccount shop/cart loses get,list secrets, configmaps in all namespaces',
      'ServiceAccount shop/cart loses get pods in all namespaces',
    ]);
  });

  test('of a group of everyone: the others stay', () => {
    const subjects = '[{kind: Group, name: "system:unauthenticated"}, {kind: User, name: alice}]';
    const { draft, closes } = proven('rbac/remove-subject', 'rbac/unauthenticated', join(READER, bound(subjects)));
    expect(closes).toEqual(['rbac/unauthenticated']);
    expect(draft.manifests).toMatchObject([
      { kind: 'ClusterRoleBinding', subjects: [{ kind: 'User', name: 'alice' }] },
    ]);
  });

  test('what another binding gives too is not lost', () => {
    const twice = join(CART, READER, bound(ACCOUNT), bound(ACCOUNT).replace('{name: b}', '{name: c}'));
    const draft = build('rbac/remove-subject', 'rbac/reads-secrets', twice);
    expect((draft as RemedyDraft).effects).toEqual([
      'ServiceAccount shop/cart loses nothing: other bindings give it the same',
    ]);
  });
});

test('remove-binding takes away what refers to no role', () => {
  const { closes } = proven('rbac/remove-binding', 'rbac/dangling-role', bound('[{kind: User, name: a}]', 'gone'));
  expect(closes).toEqual(['rbac/dangling-role']);
});

describe('narrow-to-namespaces', () => {
  test('RoleBindings in the namespaces of the accounts', () => {
    const { draft, closes, opens } = proven(
      'rbac/narrow-to-namespaces',
      'rbac/reads-secrets',
      join(CART, READER, bound(ACCOUNT)),
    );
    expect(closes).toEqual(['rbac/reads-secrets']);
    // The same account still reads the Secrets of its own namespace.
    expect(opens).toEqual(['rbac/reads-secrets medium']);
    expect(draft.manifests).toMatchObject([{ kind: 'RoleBinding', metadata: { namespace: 'shop', name: 'b' } }]);
  });

  test('users belong to no namespace', () => {
    const draft = build(
      'rbac/narrow-to-namespaces',
      'rbac/reads-secrets',
      join(READER, bound('[{kind: User, name: a}]')),
    );
    expect(draft).toHaveProperty('refused');
  });
});

describe('drop-rules', () => {
  test('the dangerous resource goes, the rest of the rule stays', () => {
    const { draft, closes } = proven('rbac/drop-rules', 'rbac/reads-secrets', join(CART, READER, bound(ACCOUNT)));
    expect(closes).toEqual(['rbac/reads-secrets']);
    expect(draft.manifests).toMatchObject([
      { rules: [{ verbs: ['get', 'list'], resources: ['configmaps'] }, { resources: ['pods'] }] },
    ]);
    expect(draft.effects).toEqual(['ServiceAccount shop/cart loses get,list secrets in all namespaces']);
  });

  test('roles of Kubernetes itself are not touched', () => {
    const system = READER.replace('{name: reader}', '{name: "system:reader"}');
    const yaml = join(CART, system, bound(ACCOUNT, '"system:reader"'));
    expect(build('rbac/drop-rules', 'rbac/reads-secrets', yaml)).toHaveProperty('refused');
  });

  test('a wildcard rule goes as a whole', () => {
    const star = `${RBAC}\nkind: ClusterRole\nmetadata: {name: reader}\nrules: [{verbs: ["*"], apiGroups: [""], resources: ["*"]}, {verbs: [get], apiGroups: [""], resources: [pods]}]\n`;
    const { draft, closes } = proven('rbac/drop-rules', 'rbac/wildcard', join(CART, star, bound(ACCOUNT)));
    expect(closes).toEqual(['rbac/wildcard']);
    expect(draft.manifests).toMatchObject([{ rules: [{ verbs: ['get'] }] }]);
  });

  test('a star for verbs or groups is written out where the resources are named', () => {
    const star = `${RBAC}\nkind: ClusterRole\nmetadata: {name: reader}\nrules:\n- {verbs: ["*"], apiGroups: [""], resources: [configmaps]}\n- {verbs: [get, update], apiGroups: ["*"], resources: [deployments, widgets]}\n`;
    const { draft, closes } = proven('rbac/drop-rules', 'rbac/wildcard', join(CART, star, bound(ACCOUNT)));
    expect(closes).toEqual(['rbac/wildcard']);
    const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
    expect(draft.manifests).toMatchObject([
      {
        rules: [
          { verbs, apiGroups: [''], resources: ['configmaps'] },
          { verbs: ['get', 'update'], apiGroups: ['apps'], resources: ['deployments'] },
        ],
      },
    ]);
    expect(draft.effects).toEqual([
      'ServiceAccount shop/cart loses * configmaps in all namespaces',
      'ServiceAccount shop/cart loses get,update deployments.*, widgets.* in all namespaces',
    ]);
  });
});

test('cut-path closes the path of an account', () => {
  const minter = `${RBAC}\nkind: ClusterRole\nmetadata: {name: minter}\nrules: [{verbs: [create], apiGroups: [""], resources: [serviceaccounts/token]}]\n`;
  const all = `${RBAC}\nkind: ClusterRole\nmetadata: {name: all}\nrules: [{verbs: ["*"], apiGroups: ["*"], resources: ["*"]}]\n`;
  const mint = `${RBAC}\nkind: RoleBinding\nmetadata: {name: mint, namespace: shop}\nroleRef: {kind: ClusterRole, name: minter}\nsubjects: [{kind: ServiceAccount, name: cart}]\n`;
  const admin = CART.replace('name: cart', 'name: admin');
  const yaml = join(
    CART,
    admin,
    minter,
    all,
    mint,
    bound('[{kind: ServiceAccount, name: admin, namespace: shop}]', 'all'),
  );
  const { closes } = proven('rbac/cut-path', 'rbac/escalation-path', yaml);
  expect(closes).toContain('rbac/escalation-path');
});

test('disable-automount says that the finding stays', () => {
  const yaml = join(
    CART.replace('name: cart', 'name: default'),
    READER,
    bound('[{kind: ServiceAccount, name: default, namespace: shop}]'),
  );
  const { draft, opens } = proven('rbac/disable-automount', 'rbac/default-service-account', yaml);
  expect(draft.manifests).toMatchObject([{ automountServiceAccountToken: false }]);
  expect(draft.effects).toContain('the finding stays: what is bound to the account is unchanged');
  expect(opens).toEqual([]);
});
