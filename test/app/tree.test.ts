import { describe, expect, test } from 'vitest';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../src/app/glyphs.ts';
import { pathsQuestion, reachQuestion, treeText } from '../../src/app/row-tree.ts';
import { node, treeLines } from '../../src/app/tree.ts';
import { row } from './fake-model.ts';
import { Driver, SHOP } from './session-driver.ts';

const end = (namespace: string, name: string) => ({ kind: 'Deployment', namespace, name });
const POSTGRES = end('data', 'postgres');
const REST = { notApplicable: [], unknown: [], caveats: [] };

const INTO = JSON.stringify({
  connections: [
    { src: end('shop', 'cart'), dst: POSTGRES, ports: { TCP: '5432' } },
    { src: { range: '0.0.0.0-255.255.255.255' }, dst: POSTGRES, ports: 'all' },
    { src: end('data', 'backup-runner'), dst: POSTGRES, ports: { TCP: '80,443-450', UDP: '53' } },
    { src: end('shop', 'web-frontend'), dst: POSTGRES, ports: 'all', certainty: 'depends on the CNI' },
  ],
  ...REST,
});
const OUT = JSON.stringify({ connections: [], ...REST, caveats: ['pods: forbidden'] });

describe('a tree', () => {
  test('is drawn with lines that join what belongs together', () => {
    const root = node('a', [node('b', [node('c'), node('d', [node('e')])]), node('f', [node('g')])]);
    expect(treeLines(root, UNICODE_GLYPHS.tree)).toEqual([
      'a',
      '├─ b',
      '│  ├─ c',
      '│  └─ d',
      '│     └─ e',
      '└─ f',
      '   └─ g',
    ]);
    expect(treeLines(root, ASCII_GLYPHS.tree).join('')).toMatch(/^[\x20-\x7e]*$/);
  });

  test('of reach: outside first, then by namespace; what could not be read is said', () => {
    const text = treeText(reachQuestion('Deployment', 'data', 'postgres'), [INTO, OUT], UNICODE_GLYPHS);
    expect(text.split('\n')).toEqual([
      'Deployment data/postgres',
      '├─ may be reached from',
      '│  ├─ outside the cluster',
      '│  │  └─ any IPv4 address  all ports',
      '│  ├─ data  1 workload',
      '│  │  └─ Deployment backup-runner  TCP 80,443-450, UDP 53',
      '│  └─ shop  2 workloads',
      '│     ├─ Deployment cart          TCP 5432',
      '│     └─ Deployment web-frontend  all ports  (depends on the CNI)',
      '├─ may reach',
      '│  └─ nothing',
      '└─ not judged: pods: forbidden',
    ]);
  });

  test('of reach: policies that cannot be decided are no "nobody"', () => {
    const unknown = JSON.stringify({ connections: [], ...REST, unknown: [{ ...POSTGRES, reason: 'x' }] });
    const text = treeText(reachQuestion('Deployment', 'data', 'postgres'), [unknown, unknown], UNICODE_GLYPHS);
    expect(text).not.toContain('nobody');
    expect(text.match(/not known/g)).toHaveLength(2);
  });

  test('of paths: beginnings that are the same stand once', () => {
    const account = (name: string) => ({ kind: 'ServiceAccount', namespace: 'ci', name });
    const asked = { verb: 'create', group: '', resource: 'pods', subresource: 'exec', namespace: 'ci', name: '' };
    const all = { verb: '*', group: '*', resource: '*', subresource: '', namespace: '', name: '' };
    const via = (name: string) => ({
      binding: { kind: 'RoleBinding', namespace: 'ci', name },
      role: { kind: 'Role', namespace: 'ci', name },
    });
    const first = {
      from: account('runner'),
      to: account('deployer'),
      via: via('exec'),
      condition: 'its token is mounted',
      request: { resourceAttributes: asked },
    };
    const last = { ...first, from: first.to, via: via('deploy'), condition: '', request: { resourceAttributes: all } };
    const answer = JSON.stringify({
      paths: [
        { from: first.from, to: 'cluster-admin', hops: [first, last] },
        { from: first.from, to: 'secrets', hops: [first, last] },
      ],
      cuts: [{ bindings: [via('exec').binding], closes: 2 }],
      holes: [],
    });
    expect(treeText(pathsQuestion('sa:ci/runner', ['sa:ci/runner']), [answer], UNICODE_GLYPHS).split('\n')).toEqual([
      'sa:ci/runner',
      '├─ can create pods/exec in ci → ServiceAccount ci/deployer  (its token is mounted)',
      '│  ├─ by RoleBinding ci/exec, Role ci/exec',
      '│  ├─ can do everything → cluster-admin',
      '│  │  └─ by RoleBinding ci/deploy, Role ci/deploy',
      '│  └─ can do everything → all Secrets',
      '│     └─ by RoleBinding ci/deploy, Role ci/deploy',
      '└─ removing RoleBinding ci/exec closes 2 paths',
    ]);
  });

  test('of paths: the accounts of a binding stand side by side', () => {
    const none = JSON.stringify({ paths: [], cuts: [], holes: ['Role: forbidden'] });
    const question = pathsQuestion('ClusterRoleBinding ops', ['user:ann', 'group:ops']);
    expect(treeText(question, [none, none], ASCII_GLYPHS).split('\n')).toEqual([
      'ClusterRoleBinding ops',
      '|- user:ann',
      '|  |- leads to no cluster-admin, node, all Secrets or all of a namespace by RBAC',
      '|  `- not judged: Role: forbidden',
      '`- group:ops',
      '   |- leads to no cluster-admin, node, all Secrets or all of a namespace by RBAC',
      '   `- not judged: Role: forbidden',
    ]);
  });

  test.each([
    ['ServiceAccount', 'runner', '-', ['sa:ci/runner']],
    ['Group', 'system:authenticated', '-', ['group:system:authenticated']],
    ['RoleBinding', 'ops', 'sa ci/deployer +2', ['sa:ci/deployer']],
    ['RoleBinding', 'ops', 'user ann lee', ['user:ann lee']],
  ])('t on a %s of the rbac pane asks for its accounts', (kind, name, subjects, accounts) => {
    const made = row('ci', name, 'high', { kind, cells: { SUBJECTS: { text: subjects, tone: 'plain' } } });
    const panes = SHOP.panes.map((pane) => (pane.name === 'rbac' ? { ...pane, rows: [made] } : pane));
    const driver = new Driver({ ...SHOP, panes }, { pane: 'rbac' }).press('t');
    const effect = driver.effects.find((one) => one.type === 'tree');
    expect(effect?.question.questions.map((words) => words[1])).toEqual(accounts);
    expect(effect?.question.title.includes('1 of its 3 subjects')).toBe(subjects.endsWith('+2'));
  });

  test('t asks both ways, and the answers are shown where the row was', () => {
    const driver = new Driver(SHOP, { pane: 'network' }).press('t');
    const effect = driver.effects.find((one) => one.type === 'tree');
    expect(effect?.question.questions.map((words) => words[1])).toEqual(['--destination', '--source']);
    if (effect === undefined) return;
    driver.send({ type: 'tree', visit: effect.visit, question: effect.question, answers: [INTO, OUT] });
    const place = driver.state.visits.at(-1)?.place;
    expect(place?.type === 'text' && place.text).toContain('├─ may be reached from');
  });
});
