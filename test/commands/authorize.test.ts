import { expect, test } from 'vitest';
import { authorizeCommand } from '../../src/commands/authorize.ts';
import { UsageError } from '../../src/commands/command.ts';
import { viewOf } from '../analyses/rbac/view-of.ts';
import { runCommand, type Run } from './rbac-command.ts';

const POLICY = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: [{verbs: [get], apiGroups: [""], resources: [pods]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: readers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{kind: User, name: alice}, {kind: Group, name: "system:authenticated"}]
`;

const REASON = 'RBAC: allowed by ClusterRoleBinding "readers" of ClusterRole "reader" to User "alice"';

function review(spec: object, more: object = {}): Record<string, unknown> {
  return { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', ...more, spec };
}

function asks(user: string, verb: string): Record<string, unknown> {
  return review({ user, resourceAttributes: { verb, resource: 'pods', namespace: 'shop' } });
}

async function authorize(input: string): Promise<Run> {
  return await runCommand(authorizeCommand, viewOf(POLICY), [], { input });
}

const allowed = { allowed: true, denied: false, reason: REASON };
const denied = { allowed: false, denied: false, reason: '' };

test('NDJSON in, NDJSON out, in order', async () => {
  const reviews = [asks('alice', 'get'), asks('bob', 'get'), asks('alice', 'delete')];
  const { code, output } = await authorize(`${reviews.map((one) => JSON.stringify(one)).join('\n')}\n`);
  const expected = [allowed, denied, denied].map((status, at) => JSON.stringify({ ...reviews[at], status }));
  expect(output).toBe(`${expected.join('\n')}\n`);
  expect(code).toBe(0);
});

test('a JSON array stays an array', async () => {
  const { output } = await authorize(JSON.stringify([asks('alice', 'get')]));
  expect(JSON.parse(output)).toEqual([{ ...asks('alice', 'get'), status: allowed }]);
});

test('a List stays a List, with what else it holds', async () => {
  const list = { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: [asks('alice', 'get')] };
  const { output } = await authorize(JSON.stringify(list, null, 2));
  expect(JSON.parse(output)).toEqual({ ...list, items: [{ ...asks('alice', 'get'), status: allowed }] });
  expect(output.split('\n').length).toBeGreaterThan(5);
});

function yamlReview(user: string): string {
  return `# why ${user}
apiVersion: authorization.k8s.io/v1
kind: SubjectAccessReview
spec:
  user: ${user}
  resourceAttributes: {verb: get, resource: pods, namespace: shop}
`;
}

test('a YAML stream stays one, comments and all', async () => {
  const { output, code } = await authorize(`${yamlReview('alice')}---\n${yamlReview('bob')}`);
  expect(output).toBe(
    `${yamlReview('alice').replace('{verb: get, resource: pods, namespace: shop}', '{ verb: get, resource: pods, namespace: shop }')}status:
  allowed: true
  denied: false
  reason: 'RBAC: allowed by ClusterRoleBinding "readers" of ClusterRole "reader" to User "alice"'
---
${yamlReview('bob').replace('{verb: get, resource: pods, namespace: shop}', '{ verb: get, resource: pods, namespace: shop }')}status:
  allowed: false
  denied: false
  reason: ""
`,
  );
  expect(code).toBe(0);
});

test('no group is added: system:authenticated counts only when it is given', async () => {
  const spec = { resourceAttributes: { verb: 'get', resource: 'pods' } };
  const without = await authorize(JSON.stringify(review({ ...spec, user: 'bob' })));
  const given = await authorize(JSON.stringify(review({ ...spec, user: 'bob', groups: ['system:authenticated'] })));
  expect(JSON.parse(without.output)).toMatchObject({ status: { allowed: false } });
  expect(JSON.parse(given.output)).toMatchObject({ status: { allowed: true } });
});

test('system:masters is allowed with an empty reason', async () => {
  const { output } = await authorize(JSON.stringify(review({ groups: ['system:masters'], resourceAttributes: {} })));
  expect(JSON.parse(output)).toMatchObject({ status: { allowed: true, denied: false, reason: '' } });
});

test('for a node the answer says that the Node authorizer is not modelled', async () => {
  const spec = {
    user: 'system:node:n1',
    groups: ['system:nodes'],
    resourceAttributes: { verb: 'get', resource: 'nodes' },
  };
  const { output, code } = await authorize(JSON.stringify(review(spec)));
  expect(JSON.parse(output)).toMatchObject({
    status: { allowed: false, evaluationError: expect.stringContaining('Node authorizer is not modelled') as unknown },
  });
  expect(code).toBe(0);
});

const resourceAttributes = { verb: 'get', resource: 'pods' };
const nonResourceAttributes = { verb: 'get', path: '/metrics' };

test.each([
  ['both attributes', review({ user: 'alice', resourceAttributes, nonResourceAttributes })],
  ['neither attributes', review({ user: 'alice' })],
  ['no user and no groups', review({ resourceAttributes })],
  ['metadata', review({ user: 'alice', resourceAttributes }, { metadata: { name: 'x' } })],
  ['groups that are no list', review({ user: 'alice', groups: 'devs', resourceAttributes })],
  ['an empty selector', review({ user: 'alice', resourceAttributes: { ...resourceAttributes, fieldSelector: {} } })],
  ['another kind', { apiVersion: 'v1', kind: 'Pod' }],
])('a review that a server would refuse gets an evaluationError: %s', async (_what, one) => {
  const { output, code } = await authorize(`${JSON.stringify(one)}\n${JSON.stringify(asks('alice', 'get'))}\n`);
  const [first = '', second = ''] = output.split('\n');
  expect(JSON.parse(first)).toMatchObject({ ...one, status: { allowed: false, reason: '' } });
  expect((JSON.parse(first) as { status: { evaluationError: string } }).status.evaluationError).not.toBe('');
  expect(JSON.parse(second)).toMatchObject({ status: allowed });
  expect(code).toBe(3);
});

test('empty metadata and null fields are as good as absent', async () => {
  const one = review(
    { user: 'alice', groups: null, resourceAttributes, nonResourceAttributes: null },
    { metadata: { creationTimestamp: null } },
  );
  const { output, code } = await authorize(JSON.stringify(one));
  expect(JSON.parse(output)).toEqual({ ...one, status: allowed });
  expect(code).toBe(0);
});

test('policy that could not be read makes the answer one with holes', async () => {
  const view = viewOf(POLICY, { denied: ['ClusterRole'] });
  view.apply([{ type: 'remove', kind: 'ClusterRole', namespace: '', name: 'reader' }]);
  const { output, code } = await runCommand(authorizeCommand, view, [], {
    input: JSON.stringify(asks('alice', 'get')),
  });
  expect(JSON.parse(output)).toMatchObject({
    status: { allowed: false, evaluationError: expect.stringContaining('ClusterRole reader') as unknown },
  });
  expect(code).toBe(3);
});

test('what is no object is an error', async () => {
  await expect(authorize('[1]')).rejects.toThrow(UsageError);
  await expect(authorize('a: [')).rejects.toThrow(UsageError);
});

test('nothing in, nothing out', async () => {
  expect(await authorize(' \n')).toEqual({ code: 0, output: '', warned: '' });
});
