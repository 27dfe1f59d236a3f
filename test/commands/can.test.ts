import { describe, expect, test } from 'vitest';
import { canCommand } from '../../src/commands/can.ts';
import { UsageError } from '../../src/commands/command.ts';
import { viewOf } from '../analyses/rbac/view-of.ts';
import { runCommand, type RunOptions } from './rbac-command.ts';

const RBAC = 'apiVersion: rbac.authorization.k8s.io/v1';

function bound(kind: string, meta: string, role: string, subjects: string): string {
  return `---\n${RBAC}\nkind: ${kind}\nmetadata: ${meta}\nroleRef: {kind: ClusterRole, name: ${role}}\nsubjects: ${subjects}\n`;
}

const POLICY = [
  `${RBAC}\nkind: ClusterRole\nmetadata: {name: reader}\nrules: [{verbs: [get], apiGroups: [""], resources: [pods]}]\n`,
  bound('ClusterRoleBinding', '{name: everyone}', 'reader', '[{kind: Group, name: "system:authenticated"}]'),
  bound('ClusterRoleBinding', '{name: accounts}', 'reader', '[{kind: Group, name: "system:serviceaccounts:shop"}]'),
  bound('RoleBinding', '{name: cart, namespace: shop}', 'reader', '[{kind: ServiceAccount, name: cart}]'),
  bound('RoleBinding', '{name: devs, namespace: data}', 'reader', '[{kind: Group, name: devs}]'),
  bound('RoleBinding', '{name: alice, namespace: data}', 'gone', '[{kind: User, name: alice}]'),
  '---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: cart, namespace: shop}\n',
  '---\napiVersion: v1\nkind: Pod\nmetadata: {name: cart-0, namespace: shop}\nspec: {serviceAccountName: cart, containers: [{name: a, image: b}]}\n',
].join('');

interface Answer {
  readonly grants: readonly { readonly binding: { readonly name: string }; readonly namespace: string | null }[];
  readonly notes: readonly string[];
  readonly errors: readonly string[];
}

async function can(subject: string, options: RunOptions = {}): Promise<Answer & { readonly names: readonly string[] }> {
  const { output } = await runCommand(canCommand, viewOf(POLICY), [subject], { output: 'json', ...options });
  const answer = JSON.parse(output) as Answer;
  return { ...answer, names: answer.grants.map((one) => one.binding.name) };
}

describe('what a subject may do', () => {
  test('a service account has its own grants and those of its groups', async () => {
    expect((await can('sa:shop/cart')).names).toEqual(['accounts', 'everyone', 'cart']);
    expect((await can('sa:data/other')).names).toEqual(['everyone']);
  });

  test('a pod is its service account', async () => {
    expect((await can('pod:shop/cart-0')).names).toEqual(['accounts', 'everyone', 'cart']);
  });

  test('a user whose groups are unknown: said, and not counted', async () => {
    const { names, notes, errors } = await can('user:alice');
    expect(names).toEqual(['everyone']);
    expect(notes).toEqual([
      'groups of alice unknown: group grants not counted (name them with --as-group or --directory)',
    ]);
    expect(errors).toEqual(['clusterrole.rbac.authorization.k8s.io "gone" not found']);
  });

  test('--as-group names the groups', async () => {
    const { names, notes } = await can('user:alice', { options: { 'as-group': ['devs'] } });
    expect(names).toEqual(['everyone', 'devs']);
    expect(notes).toEqual([]);
  });

  test('the anonymous user is not authenticated', async () => {
    expect((await can('user:system:anonymous')).names).toEqual([]);
  });

  test('a group has the grants of its name only', async () => {
    expect((await can('group:devs')).names).toEqual(['devs']);
  });

  test('-n chooses namespaces; cluster-wide grants stay', async () => {
    expect((await can('sa:shop/cart', { namespaces: ['data'] })).names).toEqual(['accounts', 'everyone']);
  });
});

test('the text has a line for each rule and states the authorizers', async () => {
  const { output, code } = await runCommand(canCommand, viewOf(POLICY), ['group:devs']);
  expect(output).toBe(
    [
      'RBAC gives group devs 1 rule (groups: devs)',
      'SCOPE           BINDING                ROLE                THROUGH     RULE',
      'namespace data  RoleBinding data/devs  ClusterRole reader  Group devs  get pods',
      'authorizers: rbac read; node not modelled; webhook or cloud IAM none seen',
      '',
    ].join('\n'),
  );
  expect(code).toBe(0);
});

test('denied roles: what is known is answered, with exit code 3', async () => {
  const view = viewOf(POLICY, { denied: ['ClusterRoleBinding'] });
  const { output, code } = await runCommand(canCommand, view, ['sa:shop/cart'], { output: 'yaml' });
  expect(output).toContain('ClusterRoleBindings could not be read');
  expect(code).toBe(3);
});

test.each(['alice', 'sa:cart', 'sa:/x', 'robot:x', 'user:', 'pod:shop/gone'])('%s is no subject', async (subject) => {
  await expect(runCommand(canCommand, viewOf(POLICY), [subject])).rejects.toThrow(UsageError);
});
