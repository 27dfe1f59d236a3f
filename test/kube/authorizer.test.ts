import { describe, expect, test } from 'vitest';
import { rbacPolicy } from '../../src/analyses/rbac/policy.ts';
import { authorize, type Decision } from '../../src/kube/authorizer.ts';
import { serviceAccountIdentity, type RbacUser } from '../../src/kube/rbac-user.ts';
import { viewOf } from '../analyses/rbac/view-of.ts';

const RBAC = 'apiVersion: rbac.authorization.k8s.io/v1';

function clusterRole(name: string, rules: string): string {
  return `${RBAC}\nkind: ClusterRole\nmetadata: {name: ${name}}\nrules: ${rules}\n`;
}

function role(namespace: string, name: string, rules: string): string {
  return `${RBAC}\nkind: Role\nmetadata: {name: ${name}, namespace: ${namespace}}\nrules: ${rules}\n`;
}

function clusterBinding(name: string, roleRef: string, subjects: string): string {
  return `${RBAC}\nkind: ClusterRoleBinding\nmetadata: {name: ${name}}\nroleRef: ${ref(roleRef)}\nsubjects: ${subjects}\n`;
}

function binding(namespace: string, name: string, roleRef: string, subjects: string): string {
  return `${RBAC}\nkind: RoleBinding\nmetadata: {name: ${name}, namespace: ${namespace}}\nroleRef: ${ref(roleRef)}\nsubjects: ${subjects}\n`;
}

function ref(roleRef: string): string {
  const [kind, name] = roleRef.split('/');
  return `{apiGroup: rbac.authorization.k8s.io, kind: ${kind}, name: ${name}}`;
}

const ALICE = '[{kind: User, name: alice}]';
const alice: RbacUser = { name: 'alice', groups: ['devs', 'system:authenticated'] };

/** `get ns/pods.group/sub name`, with the parts that are there. */
function ask(documents: readonly string[], user: RbacUser, words: string): Decision {
  const [verb = '', target = '', name = ''] = words.split(' ');
  const policy = rbacPolicy(viewOf(documents.join('---\n')));
  if (target.startsWith('/')) return authorize(policy, user, { type: 'path', verb, path: target });
  const [, namespace = '', resource = '', group = '', subresource = ''] =
    /^(?:([^:]*):)?([^./]+)(?:\.([^/]+))?(?:\/(.+))?$/.exec(target) ?? [];
  return authorize(policy, user, { type: 'resource', verb, group, resource, subresource, namespace, name });
}

function isAllowed(rules: string, words: string): boolean {
  return ask([clusterRole('r', rules), clusterBinding('b', 'ClusterRole/r', ALICE)], alice, words).allowed;
}

describe('order and reasons', () => {
  const everything = '[{verbs: ["*"], apiGroups: ["*"], resources: ["*"]}]';

  test('ClusterRoleBindings come before RoleBindings, each in order of name', () => {
    const documents = [
      clusterRole('all', everything),
      binding('shop', 'a', 'ClusterRole/all', ALICE),
      clusterBinding('z', 'ClusterRole/all', ALICE),
      clusterBinding('m', 'ClusterRole/all', ALICE),
    ];
    expect(ask(documents, alice, 'get shop:pods').reason).toBe(
      'RBAC: allowed by ClusterRoleBinding "m" of ClusterRole "all" to User "alice"',
    );
  });

  test('a RoleBinding counts only for requests in its namespace', () => {
    const documents = [clusterRole('all', everything), binding('shop', 'a', 'ClusterRole/all', ALICE)];
    expect(ask(documents, alice, 'get shop:pods').reason).toBe(
      'RBAC: allowed by RoleBinding "a/shop" of ClusterRole "all" to User "alice"',
    );
    expect(ask(documents, alice, 'get data:pods').allowed).toBe(false);
    expect(ask(documents, alice, 'list pods').allowed).toBe(false);
  });

  test('a missing role is collected as an error, and the other bindings still count', () => {
    const gone = clusterBinding('a', 'ClusterRole/gone', ALICE);
    expect(ask([gone], alice, 'get shop:pods')).toMatchObject({
      allowed: false,
      reason: 'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
    });
    const there = [gone, clusterRole('all', everything), clusterBinding('b', 'ClusterRole/all', ALICE)];
    expect(ask(there, alice, 'get shop:pods').allowed).toBe(true);
  });

  test('several missing roles are one list, equal errors once', () => {
    const documents = [
      clusterBinding('a', 'ClusterRole/gone', ALICE),
      clusterBinding('b', 'ClusterRole/gone', ALICE),
      binding('shop', 'c', 'Role/absent', ALICE),
    ];
    expect(ask(documents, alice, 'get shop:pods').reason).toBe(
      'RBAC: [clusterrole.rbac.authorization.k8s.io "gone" not found, role.rbac.authorization.k8s.io "absent" not found]',
    );
  });

  test('names are quoted as Go quotes them', () => {
    const documents = [
      clusterRole('all', everything),
      clusterBinding('b', 'ClusterRole/all', '[{kind: User, name: "a\\"b\\\\ä"}]'),
    ];
    expect(ask(documents, { name: 'a"b\\ä', groups: [] }, 'get pods').reason).toBe(
      'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "all" to User "a\\"b\\\\ä"',
    );
  });

  test('system:masters is allowed everything without a reason', () => {
    expect(ask([], { name: 'x', groups: ['system:masters'] }, 'get pods')).toMatchObject({ allowed: true, reason: '' });
  });

  test('a node that RBAC does not allow may be allowed by the Node authorizer', () => {
    const node = { name: 'system:node:n1', groups: ['system:nodes'] };
    expect(ask([], node, 'get pods').holes).toHaveLength(1);
    expect(ask([], { ...node, groups: [] }, 'get pods').holes).toEqual([]);
  });

  test('the first subject that applies is named', () => {
    const subjects = '[{kind: Group, name: other}, {kind: Group, name: devs}, {kind: User, name: alice}]';
    const documents = [clusterRole('all', everything), clusterBinding('b', 'ClusterRole/all', subjects)];
    expect(ask(documents, alice, 'get pods').reason).toContain('to Group "devs"');
  });
});

describe('role references', () => {
  const rules = '[{verbs: [get], apiGroups: [""], resources: [pods]}]';

  test('a Role is looked up in the namespace of its RoleBinding', () => {
    const documents = [role('data', 'r', rules), binding('shop', 'b', 'Role/r', ALICE)];
    expect(ask(documents, alice, 'get shop:pods').allowed).toBe(false);
    expect(ask([...documents, role('shop', 'r', rules)], alice, 'get shop:pods').allowed).toBe(true);
  });

  test('a ClusterRoleBinding to a Role never resolves', () => {
    const documents = [role('shop', 'r', rules), clusterBinding('b', 'Role/r', ALICE)];
    expect(ask(documents, alice, 'get shop:pods').reason).toBe('RBAC: role.rbac.authorization.k8s.io "r" not found');
  });
});

describe('subjects', () => {
  const rules = clusterRole('r', '[{verbs: [get], apiGroups: [""], resources: [pods]}]');
  const cart = serviceAccountIdentity('shop', 'cart');
  const inShop = (subjects: string): boolean =>
    ask([rules, binding('shop', 'b', 'ClusterRole/r', subjects)], cart, 'get shop:pods').allowed;
  const inCluster = (subjects: string): boolean =>
    ask([rules, clusterBinding('b', 'ClusterRole/r', subjects)], cart, 'get shop:pods').allowed;

  test('a service account without a namespace is in the namespace of its RoleBinding', () => {
    expect(inShop('[{kind: ServiceAccount, name: cart}]')).toBe(true);
    expect(inShop('[{kind: ServiceAccount, name: cart, namespace: data}]')).toBe(false);
  });

  test('a service account without a namespace in a ClusterRoleBinding is nobody', () => {
    expect(inCluster('[{kind: ServiceAccount, name: cart}]')).toBe(false);
    expect(inCluster('[{kind: ServiceAccount, name: cart, namespace: shop}]')).toBe(true);
  });

  test('the reason names a service account as name/namespace', () => {
    const documents = [rules, binding('shop', 'b', 'ClusterRole/r', '[{kind: ServiceAccount, name: cart}]')];
    expect(ask(documents, cart, 'get shop:pods').reason).toBe(
      'RBAC: allowed by RoleBinding "b/shop" of ClusterRole "r" to ServiceAccount "cart/shop"',
    );
  });

  test.each(['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'])(
    'a service account is in %s',
    (group) => {
      expect(inCluster(`[{kind: Group, name: "${group}"}]`)).toBe(true);
    },
  );

  test('a User subject with the name of a service account is that account', () => {
    expect(inCluster('[{kind: User, name: "system:serviceaccount:shop:cart"}]')).toBe(true);
  });

  test('a subject behind a group is not lost, and unknown kinds match nobody', () => {
    expect(inCluster('[{kind: Group, name: x}, {kind: ServiceAccount, name: cart, namespace: shop}]')).toBe(true);
    expect(inCluster('[{kind: Robot, name: "system:serviceaccount:shop:cart"}]')).toBe(false);
  });
});

describe('rules', () => {
  test.each([
    ['[{verbs: ["*"], apiGroups: [""], resources: [pods]}]', 'explode pods', true],
    ['[{verbs: [Get], apiGroups: [""], resources: [pods]}]', 'get pods', false],
    ['[{verbs: [get], apiGroups: [""], resources: [deployments]}]', 'get deployments.apps', false],
    ['[{verbs: [get], apiGroups: ["*"], resources: [deployments]}]', 'get deployments.apps', true],
    ['[{verbs: [get], apiGroups: [""], resources: ["*"]}]', 'get pods/log', true],
    ['[{verbs: [get], apiGroups: [""], resources: [pods/log]}]', 'get pods/log', true],
    ['[{verbs: [get], apiGroups: [""], resources: ["*/log"]}]', 'get pods/log', true],
    ['[{verbs: [get], apiGroups: [""], resources: ["*/log"]}]', 'get pods', false],
    ['[{verbs: [get], apiGroups: [""], resources: ["*/og"]}]', 'get pods/log', false],
    ['[{verbs: [get], apiGroups: [""], resources: ["pods/*"]}]', 'get pods/log', false],
    ['[{verbs: [get], apiGroups: [""], resources: [pods]}]', 'get pods/status', false],
  ])('%s: %s is %s', (rules, words, expected) => {
    expect(isAllowed(rules, words)).toBe(expected);
  });

  test.each([
    ['get secrets a', true],
    ['get secrets b', false],
    ['list secrets', false],
    ['list secrets a', true],
    ['create secrets', false],
    ['deletecollection secrets', false],
  ])('resourceNames [a]: %s is %s', (words, expected) => {
    expect(isAllowed('[{verbs: ["*"], apiGroups: [""], resources: [secrets], resourceNames: [a]}]', words)).toBe(
      expected,
    );
  });

  test('a star in resourceNames is the name star', () => {
    const rules = '[{verbs: [get], apiGroups: [""], resources: [secrets], resourceNames: ["*"]}]';
    expect(isAllowed(rules, 'get secrets a')).toBe(false);
    expect(isAllowed(rules, 'get secrets *')).toBe(true);
  });

  test('the Namespace object foo is asked for in namespace foo, so a RoleBinding there grants it', () => {
    const documents = [
      clusterRole('r', '[{verbs: [get], apiGroups: [""], resources: [namespaces, nodes]}]'),
      binding('foo', 'b', 'ClusterRole/r', ALICE),
    ];
    expect(ask(documents, alice, 'get foo:namespaces foo').allowed).toBe(true);
    expect(ask(documents, alice, 'get nodes n1').allowed).toBe(false);
  });

  test.each([
    ['["*"]', '/metrics', true],
    ['[/metrics]', '/metrics', true],
    ['[/metrics]', '/metrics/cadvisor', false],
    ['["/logs/*"]', '/logs/a/b', true],
    ['["/logs/*"]', '/logs', false],
    ['["/a**"]', '/abc', true],
  ])('nonResourceURLs %s: %s is %s', (urls, path, expected) => {
    expect(isAllowed(`[{verbs: [get], nonResourceURLs: ${urls}}]`, `get ${path}`)).toBe(expected);
  });

  test('a RoleBinding never grants a path', () => {
    const documents = [
      clusterRole('r', '[{verbs: [get], nonResourceURLs: ["*"]}]'),
      binding('shop', 'b', 'ClusterRole/r', ALICE),
    ];
    expect(ask(documents, alice, 'get /metrics').allowed).toBe(false);
  });
});

const whole = (meta: string): string =>
  `${RBAC}\nkind: ClusterRole\nmetadata: {name: whole, labels: {to: x}${meta}}\n` +
  'aggregationRule: {clusterRoleSelectors: [{matchLabels: {to: x}}]}\n' +
  'rules: [{verbs: [get], apiGroups: [""], resources: [nodes]}]\n';

describe('aggregation', () => {
  const parts = [
    clusterRole('part-b', '[{verbs: [get], apiGroups: [""], resources: [pods]}]').replace(
      '{name: part-b}',
      '{name: part-b, labels: {to: x}}',
    ),
    clusterBinding('b', 'ClusterRole/whole', ALICE),
  ];

  test('from a file the rules are those of the selected roles, its own are overwritten', () => {
    expect(ask([...parts, whole('')], alice, 'get shop:pods').allowed).toBe(true);
    expect(ask([...parts, whole('')], alice, 'get nodes').allowed).toBe(false);
  });

  test('an object from a server has a uid, and its stored rules count', () => {
    expect(ask([...parts, whole(', uid: u1')], alice, 'get shop:pods').allowed).toBe(false);
    expect(ask([...parts, whole(', uid: u1')], alice, 'get nodes').allowed).toBe(true);
  });

  test('roles that select each other end', () => {
    const other = whole('').replace('name: whole', 'name: other');
    expect(ask([...parts, whole(''), other], alice, 'get shop:pods').allowed).toBe(true);
  });
});

describe('what could not be read', () => {
  test('denied ClusterRoles leave a hole, not a denial', () => {
    const view = viewOf(clusterBinding('b', 'ClusterRole/r', ALICE), { denied: ['ClusterRole'] });
    const request = { type: 'path', verb: 'get', path: '/metrics' } as const;
    const decision = authorize(rbacPolicy(view), alice, request);
    expect(decision.allowed).toBe(false);
    expect(decision.holes).toEqual(['ClusterRole r could not be read: ClusterRole: forbidden']);
  });

  test('files that are not a whole cluster have the built-in roles', () => {
    const documents = binding('shop', 'b', 'ClusterRole/edit', ALICE);
    const request = {
      type: 'resource',
      verb: 'create',
      group: 'apps',
      resource: 'deployments',
      subresource: '',
      namespace: 'shop',
      name: '',
    } as const;
    const partial = viewOf(documents, { facts: { source: 'files', complete: false } });
    const whole = viewOf(documents, { facts: { source: 'files', complete: true } });
    expect(authorize(rbacPolicy(partial), alice, request).allowed).toBe(true);
    expect(authorize(rbacPolicy(whole), alice, request).allowed).toBe(false);
  });
});
