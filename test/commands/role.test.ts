import { expect, test } from 'vitest';
import { roleCommand } from '../../src/commands/role.ts';
import type { AuditEvent } from '../../src/model/audit-event.ts';
import { viewOf } from '../analyses/rbac/view-of.ts';
import { runCommand } from './rbac-command.ts';

const CLUSTER = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: cart, namespace: shop}
rules: [{verbs: [get, list], apiGroups: [""], resources: [secrets]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {kind: Role, name: cart}
subjects: [{kind: ServiceAccount, name: cart, namespace: shop}]
`;

function event(auditID: string, verb: string, name: string): AuditEvent {
  return {
    auditID,
    stage: 'ResponseComplete',
    level: 'Metadata',
    time: 0,
    verb,
    requestURI: '',
    user: { username: 'system:serviceaccount:shop:cart', uid: '', groups: [], extra: {} },
    impersonated: null,
    sourceIPs: [],
    userAgent: '',
    object: { resource: 'secrets', subresource: '', namespace: 'shop', name, apiGroup: '', uid: '' },
    code: 200,
    statusReason: '',
    statusMessage: '',
    impersonationConstraint: '',
    decision: 'allow',
    reason: '',
    annotations: {},
    body: null,
  };
}

test('what was seen stays, each event once, and what goes is listed', async () => {
  const events = [event('a', 'get', 'pg'), event('a', 'get', 'pg'), event('b', 'create', 'new')];
  const { output, code } = await runCommand(roleCommand, viewOf(CLUSTER), ['sa:shop/cart'], { events, output: 'json' });
  expect(JSON.parse(output)).toMatchObject({
    user: 'system:serviceaccount:shop:cart',
    roles: [
      {
        namespace: 'shop',
        rules: [
          { verbs: ['create'], apiGroups: [''], resources: ['secrets'] },
          { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['pg'] },
        ],
      },
    ],
    replay: { allowed: 2, of: 2 },
    removed: ['get,list secrets in namespace shop (RoleBinding cart)'],
    holes: [],
  });
  expect(code).toBe(0);
});

test('without a log there is no role', async () => {
  await expect(runCommand(roleCommand, viewOf(CLUSTER), ['sa:shop/cart'])).rejects.toThrow('--audit-log');
});

test('a role that is there and fits is named, with what little it gives beyond', async () => {
  const fitting = (verbs: string): string => `${CLUSTER}---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules: [{verbs: [${verbs}], apiGroups: [""], resources: [secrets], resourceNames: [pg]}]
`;
  const notes = async (verbs: string): Promise<readonly string[]> => {
    const events = [event('a', 'get', 'pg')];
    const { output } = await runCommand(roleCommand, viewOf(fitting(verbs)), ['sa:shop/cart'], { events });
    return output.split('\n').filter((line) => line.includes('is there'));
  };
  expect(await notes('get')).toEqual([
    '# Role reader is there and gives exactly this in namespace shop: it is bound, no new role is made',
  ]);
  expect(await notes('get, patch')).toEqual([
    '# Role reader is there and gives this and patch secrets (names pg) in namespace shop: a binding to it does without a new role',
  ]);
  // The role that reads every Secret fits as well, but gives what is dangerous beyond.
  expect(await notes('get, list, watch, update, patch')).toEqual([]);
});

test('the YAML holds a role whose rules cite events and its binding, or the binding of a role that fits exactly', async () => {
  const yaml = async (cluster: string): Promise<string> => {
    const events = [event('a', 'get', 'pg'), event('b', 'get', 'pg'), event('c', 'create', 'new')];
    const { output } = await runCommand(roleCommand, viewOf(cluster), ['sa:shop/cart'], { events });
    return output.replaceAll(/^#.*\n/gm, '');
  };
  const binding = (role: string): string => `---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: least-cart
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: ${role}
subjects:
  - kind: ServiceAccount
    namespace: shop
    name: cart
`;
  expect(await yaml(CLUSTER)).toBe(`---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: least-cart
  namespace: shop
rules:
  # 1 event, such as c
  - apiGroups:
      - ""
    resources:
      - secrets
    verbs:
      - create
  # 2 events, such as a
  - apiGroups:
      - ""
    resources:
      - secrets
    verbs:
      - get
    resourceNames:
      - pg
${binding('least-cart')}`);
  const fitting = `${CLUSTER}---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: keeper, namespace: shop}
rules:
- {verbs: [get], apiGroups: [""], resources: [secrets], resourceNames: [pg]}
- {verbs: [create], apiGroups: [""], resources: [secrets]}
`;
  expect(await yaml(fitting)).toBe(binding('keeper'));
});

test('a log without an event of the user says what it holds instead, and proves nothing', async () => {
  const nothing = async (subject: string, ...events: readonly AuditEvent[]): Promise<readonly string[]> => {
    const { output, code } = await runCommand(roleCommand, viewOf(CLUSTER), [subject], { events });
    expect(code).toBe(3);
    return output.split('\n').slice(0, -2);
  };
  const held = (rules: string): string =>
    `# it holds ${rules} now (see k8sec can); that none of them is used is not proven`;
  expect(await nothing('sa:shop/cart')).toEqual(['# the log holds no request', held('1 rule')]);
  const window = '# the log ( to ) holds no request that RBAC allowed to';
  expect(await nothing('sa:shop/card', event('a', 'get', 'pg'))).toEqual([
    `${window} system:serviceaccount:shop:card`,
    '# did you mean system:serviceaccount:shop:cart?',
    held('0 rules'),
  ]);
  expect(await nothing('user:bob', event('a', 'get', 'pg'))).toEqual([
    `${window} bob`,
    '# users of the log: system:serviceaccount:shop:cart',
    held('0 rules'),
  ]);
  expect(await nothing('sa:shop/cart', { ...event('a', 'get', 'pg'), decision: 'forbid' })).toEqual([
    `${window} system:serviceaccount:shop:cart`,
    '# requests of it that were refused: 1; grant what it needs first, then let it run',
    held('1 rule'),
  ]);
});
