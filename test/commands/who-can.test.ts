import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/commands/command.ts';
import { whoCanCommand } from '../../src/commands/who-can.ts';
import { viewOf, type ViewOptions } from '../analyses/rbac/view-of.ts';
import { runCommand } from './rbac-command.ts';

const RBAC = 'apiVersion: rbac.authorization.k8s.io/v1';
const POLICY = `
${RBAC}
kind: ClusterRole
metadata: {name: reader}
rules:
- {verbs: [get], apiGroups: [""], resources: [pods, "*/log"]}
- {verbs: [get], nonResourceURLs: ["/healthz/*"]}
- {verbs: [get], apiGroups: [""], resources: [nodes, namespaces]}
- {verbs: [get], apiGroups: [""], resources: [secrets], resourceNames: [token]}
- {verbs: [create], apiGroups: [apps], resources: [deployments]}
---
${RBAC}
kind: ClusterRoleBinding
metadata: {name: wide}
roleRef: {kind: ClusterRole, name: reader}
subjects: [{kind: Group, name: devs}, {kind: ServiceAccount, name: nowhere}]
---
${RBAC}
kind: RoleBinding
metadata: {name: narrow, namespace: shop}
roleRef: {kind: ClusterRole, name: reader}
subjects: [{kind: ServiceAccount, name: cart}]
`;

interface Answer {
  readonly subjects: readonly {
    readonly subject: { readonly kind: string; readonly name: string };
    readonly scope: string;
    readonly namespace: string | null;
    readonly binding: { readonly name: string };
  }[];
  readonly authorizers: Record<string, unknown>;
}

async function whoCan(words: string, namespaces: readonly string[] = []): Promise<readonly string[]> {
  const { output } = await runCommand(whoCanCommand, viewOf(POLICY), words.split(' '), { output: 'json', namespaces });
  return (JSON.parse(output) as Answer).subjects.map(
    ({ subject, namespace }) => `${subject.kind} ${subject.name} ${namespace ?? 'everywhere'}`,
  );
}

const DEVS = 'Group devs everywhere';
const CART = 'ServiceAccount cart shop';

describe('what nobody knows in a question', () => {
  test.each([
    ['gte secrets', [], ['"gte" is no verb of Kubernetes; did you mean get?']],
    ['get secretz', [], ['"secretz" is no resource that is known here; did you mean secrets?']],
    ['get secrets', ['shpo'], ['no namespace shpo was found; did you mean shop?']],
    ['get secrets', ['shop'], []],
    ['get widgets.example.org', [], []],
    ['use podsecuritypolicies.policy', [], []],
    ['get /metrics', [], []],
    ['* *', [], []],
  ])('%s %j: %j', async (words, namespaces, doubts) => {
    const view = viewOf(`${POLICY}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n`);
    const { output } = await runCommand(whoCanCommand, view, words.split(' '), { output: 'json', namespaces });
    expect(JSON.parse(output)).toMatchObject({ doubts });
    const told = await runCommand(whoCanCommand, view, words.split(' '), { namespaces });
    expect(told.output.split('\n').slice(0, doubts.length)).toEqual(doubts);
  });
});

describe('the subjects', () => {
  test.each([
    ['get pods', [DEVS, CART]],
    ['get po', [DEVS, CART]],
    ['get Pod', [DEVS, CART]],
    ['get pods/log', [DEVS, CART]],
    ['get deployments/log.apps', []],
    ['create deployments', [DEVS, CART]],
    ['create deployments.apps', [DEVS, CART]],
    ['get nodes', [DEVS]],
    ['get namespaces shop', [DEVS, CART]],
    ['get namespaces data', [DEVS]],
    ['get secrets', []],
    ['get secrets token', [DEVS, CART]],
    ['get /healthz/ready', [DEVS]],
    ['get /healthz', []],
  ])('who can %s', async (words, expected) => {
    expect(await whoCan(words)).toEqual(expected);
  });

  test('-n leaves out the RoleBindings of other namespaces', async () => {
    expect(await whoCan('get pods', ['data'])).toEqual([DEVS]);
    expect(await whoCan('get pods', ['shop'])).toEqual([DEVS, CART]);
  });
});

const run = async (words: string, options?: ViewOptions): ReturnType<typeof runCommand> =>
  await runCommand(whoCanCommand, viewOf(POLICY, options), words.split(' '));

describe('what every answer states', () => {
  test('the authorizers, system:masters, and no bare nobody', async () => {
    const { output, code } = await run('get secrets');
    expect(output).toBe(
      [
        '0 RBAC grants allow get secrets',
        'Group system:masters may do everything: it bypasses RBAC, and no binding shows its members',
        'who is in a group is not known to the cluster (--directory, or an audit log, tells)',
        'authorizers: rbac read; node not modelled; webhook or cloud IAM none seen',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });

  test('binding, role and rule of each', async () => {
    const { output } = await run('create deployments');
    expect(output.split('\n').slice(0, 4)).toEqual([
      '2 RBAC grants allow create deployments.apps',
      'SUBJECT                   SCOPE           BINDING                  ROLE                RULE',
      'Group devs                cluster-wide    ClusterRoleBinding wide  ClusterRole reader  create deployments.apps',
      'ServiceAccount shop/cart  namespace shop  RoleBinding shop/narrow  ClusterRole reader  create deployments.apps',
    ]);
  });

  test('what could not be read: exit code 3', async () => {
    const { output, code } = await run('get pods', { denied: ['RoleBinding'] });
    expect(code).toBe(3);
    expect(output).toContain('not judged: RoleBindings could not be read in every namespace: RoleBinding: forbidden');
    expect(output).toContain('authorizers: rbac not all read');
  });

  test('an EKS server has another authorizer', async () => {
    const { output } = await run('get pods', { facts: { serverVersion: 'v1.34.2-eks-abc' } });
    expect(output).toContain(
      'webhook or cloud IAM present (server v1.34.2-eks-abc: EKS access entries may allow more)',
    );
  });

  test('a question without a resource is an error', async () => {
    await expect(run('get')).rejects.toThrow(UsageError);
  });
});
