import { describe, expect, test } from 'vitest';
import { pathsCommand } from '../../src/commands/paths.ts';
import { rawBinding, rawRole } from '../analyses/rbac/raw-rbac.ts';
import { viewOf, viewOfObjects, type ViewOptions } from '../analyses/rbac/view-of.ts';
import { runCommand, type RunOptions } from './rbac-command.ts';

const RBAC = 'apiVersion: rbac.authorization.k8s.io/v1';

function role(name: string, rule: string): string {
  return `${RBAC}\nkind: ClusterRole\nmetadata: {name: ${name}}\nrules: [${rule}]\n`;
}

function bind(name: string, roleName: string, subject: string, namespace?: string): string {
  const meta = namespace === undefined ? `{name: ${name}}` : `{name: ${name}, namespace: ${namespace}}`;
  const kind = namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding';
  return `${RBAC}\nkind: ${kind}\nmetadata: ${meta}\nroleRef: {kind: ClusterRole, name: ${roleName}}\nsubjects: [${subject}]\n`;
}

function account(namespace: string, name: string): string {
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: ${name}, namespace: ${namespace}}\n`;
}

const sa = (namespace: string, name: string): string =>
  `{kind: ServiceAccount, name: ${name}, namespace: ${namespace}}`;

const CLUSTER = [
  'apiVersion: v1\nkind: Namespace\nmetadata: {name: ci, labels: {pod-security.kubernetes.io/enforce: restricted}}\n',
  account('ci', 'runner'),
  account('ci', 'deployer'),
  'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: ci}\nspec: {serviceAccountName: runner, containers: [{name: a, image: b}]}\n',
  role('podder', '{verbs: [create], apiGroups: [""], resources: [pods]}'),
  role('all', '{verbs: ["*"], apiGroups: ["*"], resources: ["*"]}'),
  role('minter', '{verbs: [create], apiGroups: [""], resources: [serviceaccounts/token]}'),
  bind('pods', 'podder', sa('ci', 'runner'), 'ci'),
  bind('deploy', 'all', sa('ci', 'deployer')),
  bind('mint', 'minter', '{kind: Group, name: devs}'),
];

interface Answer {
  readonly paths: readonly {
    readonly from: { readonly kind: string; readonly name: string };
    readonly to: string;
    readonly namespace: string | null;
    readonly hops: readonly {
      readonly via: { readonly binding: { readonly name: string } } | null;
      readonly request: unknown;
    }[];
  }[];
  readonly cuts: readonly { readonly bindings: readonly { readonly name: string }[]; readonly closes: number }[];
}

async function paths(
  words: readonly string[],
  options: RunOptions = {},
  cluster = CLUSTER,
  view: ViewOptions = {},
): Promise<Answer> {
  const { output } = await runCommand(pathsCommand, viewOf(cluster.join('---\n'), view), words, {
    output: 'json',
    ...options,
  });
  return JSON.parse(output) as Answer;
}

function shown(answer: Answer): readonly string[] {
  return answer.paths.map(
    ({ from, to, hops }) => `${from.kind} ${from.name} ${to}: ${hops.map((hop) => hop.via?.binding.name).join(' > ')}`,
  );
}

describe('paths', () => {
  test('from every account and subject, the shortest each', async () => {
    expect(shown(await paths([]))).toEqual([
      'Group devs cluster-admin: mint > deploy',
      'ServiceAccount deployer cluster-admin: deploy',
      'ServiceAccount runner cluster-admin: pods > deploy',
    ]);
  });

  test('one binding closes all of them', async () => {
    const { cuts } = await paths([]);
    expect(cuts).toMatchObject([{ bindings: [{ name: 'deploy' }], closes: 3 }]);
  });

  test('from one subject, a pod as well', async () => {
    expect(shown(await paths(['pod:ci/p']))).toEqual(['ServiceAccount runner cluster-admin: pods > deploy']);
    expect(shown(await paths(['group:devs']))).toEqual(['Group devs cluster-admin: mint > deploy']);
    expect(shown(await paths(['user:bob'], { options: { 'as-group': ['devs'] } }))).toHaveLength(1);
    const [path] = (await paths(['user:bob'], { options: { 'as-group': ['devs'] } })).paths;
    expect(path?.hops[0]?.request).toMatchObject({ user: 'bob', groups: ['devs'] });
    expect(shown(await paths(['user:bob']))).toEqual([]);
  });

  test('each hop names the request that proves it', async () => {
    const [path] = (await paths(['sa:ci/runner'])).paths;
    expect(path?.hops[0]?.request).toMatchObject({
      user: 'system:serviceaccount:ci:runner',
      resourceAttributes: { verb: 'create', group: '', resource: 'pods', namespace: 'ci' },
    });
  });

  test('a namespace that enforces restricted stops the privileged pod', async () => {
    const free = CLUSTER.filter((one) => !one.includes('name: deploy}')).map((one) =>
      one.replace('restricted', 'privileged'),
    );
    expect(shown(await paths(['sa:ci/runner'], {}, free))).toEqual(['ServiceAccount runner node: pods']);
    const restricted = CLUSTER.filter((one) => !one.includes('name: deploy}'));
    expect(shown(await paths(['sa:ci/runner'], {}, restricted))).toEqual([]);
  });

  test('steps of default bindings count only behind the first', async () => {
    const controller = role(
      'system:controller:clusterrole-aggregation-controller',
      '{verbs: [escalate, update], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles]}',
    );
    const name = 'clusterrole-aggregation-controller';
    const bound = bind(`system:controller:${name}`, `system:controller:${name}`, sa('kube-system', name));
    const cluster = [
      account('kube-system', name),
      controller,
      bound,
      role('podder', '{verbs: [create], apiGroups: [""], resources: [pods]}'),
      bind('x', 'podder', '{kind: User, name: eve}', 'kube-system'),
    ];
    expect(shown(await paths([], {}, cluster))).toEqual([
      `User eve cluster-admin: x > system:controller:${name}`,
      'User eve node: x',
    ]);
  });

  test('members of everybody take the steps of the group', async () => {
    const cluster = [
      account('ci', 'runner'),
      role('all', '{verbs: ["*"], apiGroups: ["*"], resources: ["*"]}'),
      bind('open', 'all', '{kind: Group, name: "system:serviceaccounts"}'),
    ];
    expect(shown(await paths(['sa:ci/runner'], {}, cluster))).toEqual(['ServiceAccount runner cluster-admin: open']);
  });
});

test('a token is minted for an account, which then acts as one of its group', async () => {
  const cluster = [
    account('ci', 'runner'),
    account('ops', 'root'),
    role('minter', '{verbs: [create], apiGroups: [""], resources: [serviceaccounts/token]}'),
    role('all', '{verbs: ["*"], apiGroups: ["*"], resources: ["*"]}'),
    bind('mint', 'minter', sa('ci', 'runner'), 'ops'),
    bind('open', 'all', '{kind: Group, name: "system:serviceaccounts:ops"}'),
  ];
  const { output } = await runCommand(pathsCommand, viewOf(cluster.join('---\n')), ['sa:ci/runner']);
  expect(output).toContain(
    'ServiceAccount ci/runner can request tokens of service accounts → ServiceAccount ops/root\n',
  );
  expect(output).toContain('ServiceAccount ops/root can do everything → cluster-admin');
  expect(output).toContain('as one of Group system:serviceaccounts:ops');
});

describe('a pod that is root on its node', () => {
  const pod = (name: string, of: string, node: string, extra = ''): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: ci}\nspec: {nodeName: ${node}, serviceAccountName: ${of}, containers: [{name: a, image: b${extra}}]}\n`;
  const privileged = ', securityContext: {privileged: true}';
  const cluster = [
    account('ci', 'runner'),
    account('ci', 'admin'),
    role('all', '{verbs: ["*"], apiGroups: ["*"], resources: ["*"]}'),
    bind('deploy', 'all', sa('ci', 'admin')),
    pod('build', 'runner', 'n1', privileged),
  ];

  test('holds the accounts of the pods beside it', async () => {
    const beside = [...cluster, pod('admin', 'admin', 'n1')];
    const { output } = await runCommand(pathsCommand, viewOf(beside.join('---\n')), ['pod:ci/build']);
    expect(output).toContain('Pod ci/build reaches cluster-admin in 3 steps');
    expect(output).toContain('1. Pod ci/build → node (the pod is privileged)');
    expect(output).toContain('2. Node * → ServiceAccount ci/admin (root on a node holds the tokens');
    const elsewhere = [...cluster, pod('admin', 'admin', 'n2')];
    const apart = await runCommand(pathsCommand, viewOf(elsewhere.join('---\n')), ['pod:ci/build']);
    expect(apart.output).not.toContain('cluster-admin');
  });

  test('makes the node of exec, and a hop without a permission has no binding', async () => {
    const exec = [
      ...cluster,
      role('execer', '{verbs: [create], apiGroups: [""], resources: [pods/exec]}'),
      bind('exec', 'execer', '{kind: User, name: eve}', 'ci'),
      pod('admin', 'admin', 'n2')
        .replaceAll('namespace: ci', 'namespace: other')
        .replace('admin, containers', 'default, containers'),
    ];
    const { paths: found } = await paths(['user:eve'], {}, exec);
    expect(found.map(({ to, hops }) => [to, hops.map((hop) => hop.via?.binding.name ?? null)])).toEqual([
      ['node', ['exec']],
    ]);
    const [path] = (await paths(['pod:ci/build'], {}, [...cluster, pod('admin', 'admin', 'n1')])).paths;
    expect(path?.hops.map((hop) => hop.via?.binding.name ?? null)).toEqual([null, null, 'deploy']);
  });

  test('root through a pod of its own reaches every running account', async () => {
    const create = [
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: free}\n',
      account('ops', 'admin'),
      role('all', '{verbs: ["*"], apiGroups: ["*"], resources: ["*"]}'),
      role('podder', '{verbs: [create], apiGroups: [""], resources: [pods]}'),
      bind('deploy', 'all', sa('ops', 'admin')),
      bind('pods', 'podder', '{kind: User, name: eve}', 'free'),
    ];
    const running = pod('admin', 'admin', 'n1').replaceAll('namespace: ci', 'namespace: ops');
    expect(shown(await paths(['user:eve'], {}, create))).toEqual(['User eve node: pods']);
    expect(
      (await paths(['user:eve'], {}, [...create, running])).paths.map(({ to, hops }) => [to, hops.length]),
    ).toEqual([
      ['cluster-admin', 3],
      ['node', 1],
    ]);
  });
});

test('the text names hops, conditions and the cut', async () => {
  const { output, code } = await runCommand(pathsCommand, viewOf(CLUSTER.join('---\n')), ['sa:ci/runner']);
  expect(output).toBe(`1 escalation path by RBAC
ServiceAccount ci/runner reaches cluster-admin in 2 steps
  1. ServiceAccount ci/runner can create pods → ServiceAccount ci/deployer (a pod may name any service account of its namespace)
     by RoleBinding ci/pods, ClusterRole podder: create pods
  2. ServiceAccount ci/deployer can do everything → cluster-admin
     by ClusterRoleBinding deploy, ClusterRole all: * *.*
removing RoleBinding ci/pods closes 1 of 1
authorizers: rbac read; node not modelled; webhook or cloud IAM none seen
`);
  expect(code).toBe(0);
});

test('dot and Mermaid', async () => {
  const view = viewOf(CLUSTER.join('---\n'));
  const dot = await runCommand(pathsCommand, view, ['sa:ci/runner'], { output: 'dot' });
  expect(dot.output).toContain('"ServiceAccount ci/runner" -> "ServiceAccount ci/deployer" [label="pods"];');
  const mermaid = await runCommand(pathsCommand, view, ['sa:ci/runner'], { output: 'mermaid' });
  expect(mermaid.output).toContain('n0["ServiceAccount ci/runner"] -->|"pods"| n1["ServiceAccount ci/deployer"]');
});

test('dot and Mermaid hold whatever a name is', async () => {
  const name = '%%{init: {"a":1}}%%<b>#quot;\\N`';
  const subjects = [{ kind: 'User', name }];
  const view = viewOfObjects([rawRole('all', ['* * *']), rawBinding('', 'a|"b', 'all', ...subjects)]);
  const of = async (output: string): Promise<string> => (await runCommand(pathsCommand, view, [], { output })).output;
  expect(await of('mermaid')).toBe(
    'flowchart LR\n  n0["User #37;#37;{init: {#34;a#34;:1}}#37;#37;#60;b#62;#35;quot;#92;N#96;"] -->|"a|#34;b"| n1["cluster-admin"]\n',
  );
  expect(await of('dot')).toBe(
    'digraph paths {\n  rankdir=LR;\n  "User %%{init: {\\"a\\":1}}%%<b>#quot;\\\\N`" -> "cluster-admin" [label="a|\\"b"];\n}\n',
  );
});

test('what could not be read: exit code 3', async () => {
  const { code } = await runCommand(pathsCommand, viewOf(CLUSTER.join('---\n'), { denied: ['Namespace'] }), []);
  expect(code).toBe(3);
});

test('two halves of a grant, one of them through a group: both bindings, and who the server must see', async () => {
  const memberships = [{ user: 'alice', group: 'devs', from: null, to: null }];
  const view = viewOfObjects(
    [
      rawRole('binds', ['bind rbac.authorization.k8s.io clusterroles']),
      rawRole('writes', ['create rbac.authorization.k8s.io clusterrolebindings']),
      rawBinding('', 'of-devs', 'binds', { kind: 'Group', name: 'devs' }),
      rawBinding('', 'of-alice', 'writes', { kind: 'User', name: 'alice' }),
    ],
    { facts: { directory: { source: 'people.csv', memberships } } },
  );
  const { output } = await runCommand(pathsCommand, view, ['user:alice'], { output: 'json' });
  const { paths: found } = JSON.parse(output) as Answer;
  expect(found).toMatchObject([
    {
      from: { kind: 'User', name: 'alice' },
      to: 'cluster-admin',
      hops: [
        {
          via: { binding: { name: 'of-devs' }, along: [{ kind: 'ClusterRoleBinding', name: 'of-alice' }] },
          condition: 'also by ClusterRoleBinding of-alice, as one of group devs',
          request: { user: 'alice', groups: ['devs'], resourceAttributes: { verb: 'bind', resource: 'clusterroles' } },
        },
      ],
    },
  ]);
  expect((await runCommand(pathsCommand, view, ['user:alice'])).output).toContain(
    'User alice can bind roles beyond its own rights → cluster-admin (also by ClusterRoleBinding of-alice, as one of group devs)\n     by ClusterRoleBinding of-devs',
  );
});

describe('all of a namespace', () => {
  const EDITOR = role(
    'editor',
    '{verbs: [get], apiGroups: [""], resources: [secrets]}, {verbs: [create], apiGroups: [""], resources: [pods, pods/exec]}',
  );
  const SHOP =
    'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: restricted}}\n';
  const MINTER = role('minter', '{verbs: [create], apiGroups: [""], resources: [serviceaccounts/token]}');
  const ends = ({ paths: found }: Answer): readonly string[] =>
    found.map(({ from, to, namespace, hops }) => `${from.kind} ${from.name} ${to} ${namespace} ${hops.length}`);
  const SMALL = [
    SHOP,
    account('shop', 'deployer'),
    EDITOR,
    MINTER,
    bind('edits', 'editor', sa('shop', 'deployer'), 'shop'),
    bind('mints', 'minter', '{kind: User, name: bob}', 'shop'),
  ];

  test('is an end, by one binding and by way of an account', async () => {
    const answer = await paths([], {}, SMALL);
    expect(ends(answer)).toEqual(['User bob namespace-admin shop 2', 'ServiceAccount deployer namespace-admin shop 1']);
    expect(answer.cuts).toEqual([{ bindings: [{ kind: 'RoleBinding', namespace: 'shop', name: 'edits' }], closes: 2 }]);
    expect(answer.paths[1]?.hops).toEqual([
      {
        from: { kind: 'ServiceAccount', namespace: 'shop', name: 'deployer' },
        to: { kind: 'Group', namespace: 'shop', name: 'namespace-admin' },
        via: expect.objectContaining({ binding: { kind: 'RoleBinding', namespace: 'shop', name: 'edits' } }),
        condition: 'it reads the Secrets, makes pods and gets into them or into their accounts',
        request: {
          user: 'system:serviceaccount:shop:deployer',
          groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
          resourceAttributes: {
            verb: 'create',
            group: '',
            resource: 'pods',
            subresource: '',
            namespace: 'shop',
            name: '',
          },
        },
      },
    ]);
    expect(ends(await paths(['user:bob'], {}, SMALL))).toEqual(['User bob namespace-admin shop 2']);
  });

  test('is told of a subject that reaches further where it takes fewer steps', async () => {
    const all = role('all', '{verbs: ["*"], apiGroups: ["*"], resources: ["*"]}');
    const boss = [account('ops', 'boss'), bind('root', 'all', sa('ops', 'boss'))];
    const lead = (namespace: string): readonly string[] => [
      bind('edits-too', 'editor', '{kind: User, name: ann}', 'shop'),
      bind('mints', 'minter', '{kind: User, name: ann}', namespace),
    ];
    expect(ends(await paths(['user:ann'], {}, [...SMALL, all, ...boss, ...lead('ops')]))).toEqual([
      'User ann cluster-admin null 2',
      'User ann namespace-admin shop 1',
    ]);
  });

  test('is counted among the ends, also where there is none', async () => {
    const { output } = await runCommand(pathsCommand, viewOf(SMALL.join('---\n')), [], { output: 'text' });
    expect(output).toContain(
      '2 escalation paths by RBAC\n0 to cluster-admin, 0 to node, 0 to secrets, 2 to namespace-admin (told of who reaches nothing else)\n',
    );
  });

  test('is told in words', async () => {
    const { output } = await runCommand(pathsCommand, viewOf(SMALL.join('---\n')), ['user:bob'], { output: 'text' });
    expect(output).toContain('User bob reaches namespace-admin of shop in 2 steps\n');
    expect(output).toContain('removing RoleBinding shop/mints closes 1 of 1\n');
  });

  test('is not listed for who reaches further, and has a cut of its own beside theirs', async () => {
    const all = role('all', '{verbs: ["*"], apiGroups: ["*"], resources: ["*"]}');
    const answer = await paths([], {}, [...SMALL, all, bind('root', 'all', '{kind: User, name: bob}')]);
    expect(ends(answer)).toContain('User bob cluster-admin null 1');
    expect(ends(answer).filter((one) => one.startsWith('User bob namespace-admin'))).toEqual([]);
    expect(answer.cuts.map(({ bindings, closes }) => [bindings.map((one) => one.name), closes])).toEqual([
      [['root'], answer.paths.length - 1],
      [['edits'], 1],
    ]);
  });

  test('comes with binding a role that gives it, and not with binding one that does not', async () => {
    const binder = (name: string): string[] => [
      SHOP,
      role(
        'binder',
        `{verbs: [bind], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [${name}]}, {verbs: [create], apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings]}`,
      ),
      bind('binds', 'binder', '{kind: User, name: eve}', 'shop'),
    ];
    expect(ends(await paths([], {}, binder('admin')))).toEqual(['User eve namespace-admin shop 1']);
    expect(ends(await paths([], {}, binder('view')))).toEqual([]);
  });

  test('of every namespace is one path', async () => {
    const maker = role(
      'binder',
      '{verbs: [bind], apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [edit]}, {verbs: [create], apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings, clusterrolebindings]}',
    );
    const answer = await paths([], {}, [...SMALL, maker, bind('binds', 'binder', '{kind: User, name: eve}')]);
    expect(ends(answer)).toContain('User eve namespace-admin null 1');
    expect(ends(answer).filter((one) => one.startsWith('User eve'))).toHaveLength(1);
  });
});
