import { describe, expect, test } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import type { ClusterFacts } from '../../../src/model/change.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { buildRemedies } from '../../../src/remedy/build.ts';
import type { BuiltRemedy } from '../../../src/remedy/built-remedy.ts';
import { RBAC_RULES } from '../../../src/rules/rbac/rbac-rules.ts';
import { auditChange, event } from '../../analyses/rbac/audit-event.ts';
import { viewOf } from '../../analyses/rbac/view-of.ts';

const RBAC = 'apiVersion: rbac.authorization.k8s.io/v1';

interface World {
  readonly facts?: Partial<ClusterFacts>;
  /** What the audit log holds; without it there is none. */
  readonly events?: readonly AuditEvent[];
}

/** The remedy of the first finding of a rule, proven. */
function built(id: string, rule: string, yaml: string, { facts = {}, events }: World = {}): BuiltRemedy {
  const view = viewOf(yaml, { facts });
  if (events !== undefined) view.apply([auditChange(events)]);
  const engine = new Engine(view, RBAC_RULES);
  engine.settle();
  const finding = [...engine.findings.values()].find((one) => one.rule === rule);
  const remedies = finding === undefined ? [] : buildRemedies(engine, finding);
  const remedy = remedies.find((one) => one.id === id);
  if (remedy === undefined) throw new Error(`no ${rule} or ${id}`);
  return remedy;
}

function proven(id: string, rule: string, yaml: string, world?: World): BuiltRemedy {
  const remedy = built(id, rule, yaml, world);
  if (remedy.refused !== null) throw new Error(remedy.refused);
  return remedy;
}

const rules = (findings: readonly Finding[]): readonly string[] => findings.map((one) => one.rule);

/** Effects but for the log and for who may apply it. */
const changes = ({ effects }: BuiltRemedy): readonly string[] =>
  effects.filter((one) => !/^(?:whoever applies|no audit log)/.test(one));

const READER = `${RBAC}\nkind: ClusterRole\nmetadata: {name: reader}\nrules:\n- {verbs: [get, list], apiGroups: [""], resources: [secrets, configmaps]}\n- {verbs: [get], apiGroups: [""], resources: [pods]}\n`;
const CART = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: cart, namespace: shop}\n';

function bound(subjects: string, role = 'reader'): string {
  return `${RBAC}\nkind: ClusterRoleBinding\nmetadata: {name: b}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${role}}\nsubjects: ${subjects}\n`;
}

const join = (...documents: readonly string[]): string => documents.join('---\n');
const ACCOUNT = '[{kind: ServiceAccount, name: cart, namespace: shop}]';

describe('remove-subject', () => {
  test('of a grant: nobody stays, so the binding goes, and what is lost is said', () => {
    const remedy = proven('rbac/remove-subject', 'rbac/reads-secrets', join(CART, READER, bound(ACCOUNT)));
    expect(rules(remedy.closes)).toEqual(['rbac/reads-secrets']);
    expect(remedy.commands).toEqual(['kubectl delete clusterrolebinding b']);
    expect(changes(remedy)).toEqual([
      'ServiceAccount shop/cart loses get,list secrets, configmaps in all namespaces',
      'ServiceAccount shop/cart loses get pods in all namespaces',
      'closes 1 of 1 escalation path',
    ]);
  });

  test('of a group of everyone: the others stay', () => {
    const subjects = '[{kind: Group, name: "system:unauthenticated"}, {kind: User, name: alice}]';
    const remedy = proven('rbac/remove-subject', 'rbac/unauthenticated', join(READER, bound(subjects)));
    expect(rules(remedy.closes)).toEqual(['rbac/unauthenticated']);
    expect(remedy.manifests).toMatchObject([
      { kind: 'ClusterRoleBinding', subjects: [{ kind: 'User', name: 'alice' }] },
    ]);
  });

  test('what another binding gives too is not lost', () => {
    const twice = join(CART, READER, bound(ACCOUNT), bound(ACCOUNT).replace('{name: b}', '{name: c}'));
    expect(changes(proven('rbac/remove-subject', 'rbac/reads-secrets', twice))).toEqual([
      'nobody loses a permission: other bindings give the same, or it gave none',
      'closes none of 1 escalation path',
    ]);
  });
});

test('remove-binding takes away what refers to no role', () => {
  const remedy = proven('rbac/remove-binding', 'rbac/dangling-role', bound('[{kind: User, name: a}]', 'gone'));
  expect(rules(remedy.closes)).toEqual(['rbac/dangling-role']);
});

test.each([
  [true, ['rbac/remove-binding']],
  [false, []],
])(
  'files that are the whole cluster (%s) say which binding to remove: the role may stand in others',
  (complete, ids) => {
    const view = viewOf(bound('[{kind: User, name: a}]', 'gone'), { facts: { source: 'files', complete } });
    const engine = new Engine(view, RBAC_RULES);
    engine.settle();
    const dangling = [...engine.findings.values()].filter((one) => one.rule === 'rbac/dangling-role');
    expect(dangling.map((one) => one.remedies)).toEqual([ids]);
  },
);

describe('narrow-to-namespaces', () => {
  test('RoleBindings in the namespaces of the accounts', () => {
    const remedy = proven('rbac/narrow-to-namespaces', 'rbac/reads-secrets', join(CART, READER, bound(ACCOUNT)));
    expect(rules(remedy.closes)).toEqual(['rbac/reads-secrets']);
    // The same account still reads the Secrets of its own namespace.
    expect(remedy.opens).toMatchObject([{ rule: 'rbac/reads-secrets', severity: 'medium' }]);
    expect(remedy.manifests).toMatchObject([{ kind: 'RoleBinding', metadata: { namespace: 'shop', name: 'b' } }]);
  });

  test('is not offered where all that is dangerous has no namespace, which a RoleBinding does not give', () => {
    const storage = READER.replace('""]', 'storage.k8s.io]')
      .replace('[secrets, configmaps]', '[storageclasses]')
      .replace('[get, list]', '[create]');
    expect(() => built('rbac/narrow-to-namespaces', 'rbac/storage', join(CART, storage, bound(ACCOUNT)))).toThrow(
      'no rbac/storage or rbac/narrow-to-namespaces',
    );
    expect(proven('rbac/drop-rules', 'rbac/storage', join(CART, storage, bound(ACCOUNT))).refused).toBeNull();
  });

  test('a RoleBinding of that name is left alone', () => {
    const there = bound(ACCOUNT, 'other')
      .replace('ClusterRoleBinding', 'RoleBinding')
      .replace('{name: b}', '{name: b, namespace: shop}');
    const remedy = proven('rbac/narrow-to-namespaces', 'rbac/reads-secrets', join(CART, READER, bound(ACCOUNT), there));
    expect(remedy.manifests).toMatchObject([{ kind: 'RoleBinding', metadata: { namespace: 'shop', name: 'b-2' } }]);
  });

  test('RoleBindings where the log shows it in use, for whom it does, people too', () => {
    const users = '[{kind: User, name: alice}, {kind: User, name: bob}, {kind: User, name: idle}]';
    const read = (at: number, username: string, namespace: string): AuditEvent =>
      event(at, {
        user: { username, uid: '', groups: ['system:authenticated'], extra: {} },
        object: { resource: 'secrets', subresource: '', namespace, name: 'pg', apiGroup: '', uid: '' },
      });
    const events = [read(0, 'alice', 'shop'), read(1, 'bob', 'data'), read(2, 'alice', 'data')];
    const yaml = join(READER, bound(users));
    const remedy = proven('rbac/narrow-to-namespaces', 'rbac/reads-secrets', yaml, { events });
    expect(remedy.manifests).toMatchObject([
      { kind: 'RoleBinding', metadata: { namespace: 'data' }, subjects: [{ name: 'alice' }, { name: 'bob' }] },
      { kind: 'RoleBinding', metadata: { namespace: 'shop' }, subjects: [{ name: 'alice' }] },
    ]);
    expect(remedy.effects).toContain(
      'User alice loses get,list secrets, configmaps in all namespaces, and keeps it in data, shop',
    );
    expect(remedy.effects.filter((one) => one.startsWith('DENIES'))).toEqual([]);
    const everywhere = [...events, read(3, 'alice', '')];
    expect(built('rbac/narrow-to-namespaces', 'rbac/reads-secrets', yaml, { events: everywhere }).refused).toMatch(
      /^The audit log shows requests that only a ClusterRoleBinding allows/,
    );
  });

  test('users belong to no namespace', () => {
    const remedy = built(
      'rbac/narrow-to-namespaces',
      'rbac/reads-secrets',
      join(READER, bound('[{kind: User, name: a}]')),
    );
    expect(remedy.refused).toMatch(/^Users and groups belong to no namespace/);
  });
});

describe('drop-rules', () => {
  test('the dangerous resource goes, the rest of the rule stays', () => {
    const remedy = proven('rbac/drop-rules', 'rbac/reads-secrets', join(CART, READER, bound(ACCOUNT)));
    expect(rules(remedy.closes)).toEqual(['rbac/reads-secrets']);
    expect(remedy.manifests).toMatchObject([
      { rules: [{ verbs: ['get', 'list'], resources: ['configmaps'] }, { resources: ['pods'] }] },
    ]);
    expect(changes(remedy)).toEqual([
      'ServiceAccount shop/cart loses get,list secrets in all namespaces',
      'closes 1 of 1 escalation path',
    ]);
  });

  test('roles of Kubernetes itself are not touched', () => {
    const system = READER.replace('{name: reader}', '{name: "system:reader"}');
    const yaml = join(CART, system, bound(ACCOUNT, '"system:reader"'));
    expect(built('rbac/drop-rules', 'rbac/reads-secrets', yaml).refused).toMatch(/belongs to Kubernetes/);
  });

  test('a wildcard rule goes as a whole', () => {
    const star = `${RBAC}\nkind: ClusterRole\nmetadata: {name: reader}\nrules: [{verbs: ["*"], apiGroups: [""], resources: ["*"]}, {verbs: [get], apiGroups: [""], resources: [pods]}]\n`;
    const remedy = proven('rbac/drop-rules', 'rbac/wildcard', join(CART, star, bound(ACCOUNT)));
    expect(rules(remedy.closes)).toEqual(['rbac/wildcard']);
    expect(remedy.manifests).toMatchObject([{ rules: [{ verbs: ['get'] }] }]);
  });

  test('a star for verbs or groups is written out where the resources are named', () => {
    const star = `${RBAC}\nkind: ClusterRole\nmetadata: {name: reader}\nrules:\n- {verbs: ["*"], apiGroups: [""], resources: [configmaps]}\n- {verbs: [get, update], apiGroups: ["*"], resources: [deployments, widgets]}\n`;
    const remedy = proven('rbac/drop-rules', 'rbac/wildcard', join(CART, star, bound(ACCOUNT)));
    expect(rules(remedy.closes)).toEqual(['rbac/wildcard']);
    const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
    expect(remedy.manifests).toMatchObject([
      {
        rules: [
          { verbs, apiGroups: [''], resources: ['configmaps'] },
          { verbs: ['get', 'update'], apiGroups: ['apps'], resources: ['deployments'] },
        ],
      },
    ]);
    expect(changes(remedy)).toEqual([
      'ServiceAccount shop/cart loses * configmaps in all namespaces',
      'ServiceAccount shop/cart loses get,update deployments.*, widgets.* in all namespaces',
      'ServiceAccount shop/cart keeps of that get,list,watch,create,update,patch,delete,deletecollection configmaps; get,update deployments.apps',
      'closes none of 1 escalation path',
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
  const remedy = proven('rbac/cut-path', 'rbac/escalation-path', yaml);
  expect(rules(remedy.closes)).toContain('rbac/escalation-path');
});

describe('disable-automount', () => {
  const account = (name: string): string =>
    join(CART.replace('name: cart', `name: ${name}`), READER, bound(ACCOUNT.replace('name: cart', `name: ${name}`)));
  const quiet = [0, 60_000].map((at) => event(at, { user: { username: 'bob', uid: '', groups: [], extra: {} } }));
  const span = 'the audit log of 2026-11-01 to 2026-11-01';

  test('of default needs no log, and says that the finding stays', () => {
    const remedy = proven('rbac/disable-automount', 'rbac/default-service-account', account('default'));
    expect(remedy.manifests).toMatchObject([{ automountServiceAccountToken: false }]);
    expect(remedy.commands).toEqual([
      `kubectl -n shop patch serviceaccount default --type=merge -p '{"automountServiceAccountToken":false}'`,
    ]);
    expect(remedy.effects).toContain('the finding stays: what is bound to the account is unchanged');
    expect(remedy.opens).toEqual([]);
    const asks = quiet.concat(event(1, { user: { ...event(0).user, username: 'system:serviceaccount:shop:default' } }));
    const used = proven('rbac/disable-automount', 'rbac/default-service-account', account('default'), { events: asks });
    expect(used.effects).toContain(`DENIES what ${span} shows: requests of shop/default, last on 2026-11-01`);
  });

  test('of another account is for one that the log shows no request of', () => {
    const of = (events?: readonly AuditEvent[]): BuiltRemedy =>
      built('rbac/disable-automount', 'rbac/reads-secrets', account('cart'), events === undefined ? {} : { events });
    expect(of().refused).toMatch(/^No audit log/);
    expect(of(quiet).effects).toContain(`${span} shows no request of shop/cart`);
    expect(of(quiet).manifests).toMatchObject([{ metadata: { namespace: 'shop', name: 'cart' } }]);
    expect(of([...quiet, event(1)]).refused).toMatch(/^The audit log shows requests/);
    const late = quiet.map((one) => ({ ...one, auditID: `late-${one.auditID}`, time: one.time + 7 * 24 * 3_600_000 }));
    expect(of([...quiet, ...late]).refused).toMatch(/has gaps/);
  });
});
