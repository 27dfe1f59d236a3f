import { describe, expect, test } from 'vitest';
import { namespaceIsolation } from '../../../src/analyses/network/isolation.ts';
import { reachCommand } from '../../../src/commands/reach.ts';
import { networkPane } from '../../../src/panes/network.ts';
import { networkSection } from '../../../src/report/sections/network.ts';
import type { ClusterView } from '../../../src/store/cluster-view.ts';
import type { StoreView } from '../../../src/store/store-view.ts';
import { cluster, namespace, pod, policy, type ClusterOptions } from '../../analyses/network/cluster.ts';
import { runCommand, type RunOptions } from '../rbac-command.ts';

const SHOP = [
  namespace('shop'),
  namespace('data', { team: 'data' }),
  pod('shop', 'web', { app: 'web' }),
  pod('data', 'db', { app: 'db' }),
  pod('data', 'agent', {}, '  hostNetwork: true'),
  policy(
    'data',
    'db',
    '{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}, {ipBlock: {cidr: 192.0.2.0/25}}, {ipBlock: {cidr: 192.0.2.128/25}}], ports: [{port: web}, {port: 443, endPort: 450}, {port: 449, endPort: 460}]}]}',
  ),
].join('');

interface Answer {
  readonly connections: readonly unknown[];
  readonly notApplicable: readonly unknown[];
  readonly unknown: readonly unknown[];
  readonly caveats: readonly unknown[];
}

async function reach(view: StoreView, run: RunOptions = {}): Promise<{ code: number; answer: Answer }> {
  const { code, output } = await runCommand(reachCommand, view, [], { output: 'json', ...run });
  return { code, answer: JSON.parse(output) as Answer };
}

const WEB = { kind: 'Pod', namespace: 'shop', name: 'web' };
const DB = { kind: 'Pod', namespace: 'data', name: 'db' };

describe('reach -o json', () => {
  test('workloads, outside ranges, merged ports, and what policies do not apply to', async () => {
    const { code, answer } = await reach(cluster(SHOP));
    const ports = { TCP: '443-460,8080' };
    const v4 = { range: '0.0.0.0-255.255.255.255' };
    const v6 = { range: '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff' };
    expect(code).toBe(0);
    expect(answer.connections).toEqual([
      { src: WEB, dst: DB, ports },
      { src: WEB, dst: v4, ports: 'all' },
      { src: WEB, dst: v6, ports: 'all' },
      { src: { range: '192.0.2.0-192.0.2.255' }, dst: DB, ports },
      { src: v4, dst: WEB, ports: 'all' },
      { src: v6, dst: WEB, ports: 'all' },
    ]);
    expect(answer.notApplicable).toEqual([{ kind: 'Pod', namespace: 'data', name: 'agent', reason: 'host network' }]);
  });

  test('ingress and egress without a common port allow nothing', async () => {
    const view = cluster(
      SHOP + policy('shop', 'web', '{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 9999}]}]}'),
    );
    const { answer } = await reach(view, { options: { source: 'shop/web', destination: 'data/db' } });
    expect(answer.connections).toEqual([]);
  });

  test('one source or destination answers what the whole answer says of it', async () => {
    const all = (await reach(cluster(SHOP))).answer.connections as { src: unknown; dst: unknown }[];
    const from = await reach(cluster(SHOP), { options: { source: 'web' } });
    const to = await reach(cluster(SHOP), { options: { destination: 'Pod/data/db' } });
    expect(from.answer.connections).toEqual(all.filter((one) => JSON.stringify(one.src) === JSON.stringify(WEB)));
    expect(to.answer.connections).toEqual(all.filter((one) => JSON.stringify(one.dst) === JSON.stringify(DB)));
  });

  test('a workload whose policies can not be decided is in no connection, exit code 3', async () => {
    const broken: ClusterOptions = {
      broken: [
        {
          file: null,
          line: null,
          kind: 'NetworkPolicy',
          namespace: 'data',
          name: 'bad',
          field: 'spec',
          message: 'bad',
        },
      ],
    };
    const { code, answer } = await reach(cluster(SHOP, broken));
    expect(code).toBe(3);
    expect(answer.connections.filter((one) => JSON.stringify(one).includes('"db"'))).toEqual([]);
    expect(answer.unknown).toEqual([{ ...DB, reason: 'NetworkPolicy bad is broken: bad' }]);
  });

  test('pods that are not valid, and documents that may be some, are a caveat, exit code 3', async () => {
    const problem = { file: 'a.yaml', line: 1, namespace: 'data', field: 'spec', message: 'bad' };
    const { code, answer } = await reach(
      cluster(SHOP, {
        broken: [
          { ...problem, kind: 'Deployment', name: 'api' },
          { ...problem, kind: 'Deployment', name: 'api', field: 'metadata' },
          { ...problem, kind: 'Deployment', name: 'cart' },
          { ...problem, kind: null, namespace: null, name: null },
          { ...problem, kind: 'ConfigMap', name: 'settings' },
        ],
      }),
    );
    expect(code).toBe(3);
    expect(answer.caveats).toEqual(['Deployment: 2 not valid', 'documents: 1 not valid']);
  });

  test('wider policies that could not be read are a caveat', async () => {
    const { code, answer } = await reach(cluster(SHOP, { denied: ['CiliumNetworkPolicy'] }));
    expect(code).toBe(3);
    expect(answer.caveats).toHaveLength(1);
  });
});

describe('other forms', () => {
  test('explain names the rule, or why there is none', async () => {
    const asked = { options: { source: 'web', destination: 'db', explain: true } } as const;
    const { output } = await runCommand(reachCommand, cluster(SHOP), [], asked);
    expect(output).toContain('Pod shop/web -> Pod data/db  TCP 443-460,8080');
    expect(output).toContain('allowed by NetworkPolicy data/db spec.ingress[0]');
    const back = { options: { source: 'db', destination: 'web', explain: true } } as const;
    const denied = await runCommand(reachCommand, cluster(SHOP), [], back);
    expect(denied.output).toContain('denied: isolated by data/db');
  });

  test('explain names what leaves one end without any connection', async () => {
    const closed = policy('shop', 'closed', '{podSelector: {}, policyTypes: [Ingress, Egress]}');
    const view = cluster(namespace('shop') + pod('shop', 'web', { app: 'web' }) + closed);
    const ask = async (end: 'source' | 'destination', explain: boolean): Promise<string> => {
      const options = { [end]: 'web', ...(explain ? { explain: true as const } : {}) };
      return (await runCommand(reachCommand, view, [], { options })).output;
    };
    expect(await ask('source', true)).toBe(
      'no connection is allowed\nPod shop/web  no connection to anyone\n    egress: denied: isolated by shop/closed, and no rule of them allows anyone\n',
    );
    expect(await ask('destination', true)).toBe(
      'no connection is allowed\nPod shop/web  no connection from anyone\n    ingress: denied: isolated by shop/closed, and no rule of them allows anyone\n',
    );
    expect(await ask('source', false)).toBe('no connection is allowed\n');
  });

  test('one pod of a workload whose pods differ', async () => {
    const owner = 'ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: set, uid: u, controller: true}]';
    const owned = (name: string, labels: Readonly<Record<string, string>>, more = ''): string =>
      pod('data', name, labels, more).replace('namespace: data', `namespace: data, ${owner}`);
    const yaml = SHOP + owned('set-0', { app: 'db' }) + owned('set-1', {}) + owned('set-2', {}, '  hostNetwork: true');
    const from = async (source: string, destination: string): Promise<string> =>
      (await runCommand(reachCommand, cluster(yaml), [], { options: { source, destination } })).output;
    const open = 'Pod shop/web -> Pod data/set-1  all ports';
    expect(await from('web', 'data/set-0')).toContain('Pod shop/web -> Pod data/set-0  TCP 443-460,8080');
    expect(await from('web', 'Pod/data/set-1')).toContain(open);
    expect(await from('web', 'set')).toContain('Pod shop/web -> StatefulSet data/set  all ports');
    expect(await from('set-0', 'set-1')).toContain('no connection is allowed');
    expect(await from('set-1', 'set')).toContain(
      'Pod data/set-1 -> its own StatefulSet data/set  a pod always reaches',
    );
    await expect(from('set-2', 'web')).rejects.toThrow('policies do not apply to Pod data/set-2: host network');
  });

  test('a workload against itself', async () => {
    const own = async (name: string): Promise<string> =>
      (await runCommand(reachCommand, cluster(SHOP), [], { options: { source: name, destination: name } })).output;
    expect(await own('web')).toContain(
      'Pod shop/web -> itself  a pod always reaches itself; its other pods: all ports',
    );
    expect(await own('db')).toContain('Pod data/db -> itself  a pod always reaches itself; its other pods: nothing');
    expect(await own('db')).not.toContain('no connection');
  });

  test.each([
    ['csv', 'Pod,shop,web,Pod,data,db,"TCP 443-460,8080",,,'],
    ['dot', '"Pod shop/web" -> "Pod data/db" [label="TCP 443-460,8080"];'],
    ['mermaid', '-->|"TCP 443-460,8080"|'],
  ])('%s', async (output, expected) => {
    expect((await runCommand(reachCommand, cluster(SHOP), [], { output })).output).toContain(expected);
  });

  test('an unknown workload or form is an error that helps', async () => {
    const view = cluster(SHOP);
    await expect(runCommand(reachCommand, view, [], { options: { source: 'shop/wbe' } })).rejects.toThrow(
      'did you mean shop/web?',
    );
    await expect(runCommand(reachCommand, view, [], { options: { source: 'data/agent' } })).rejects.toThrow(
      'host network',
    );
    await expect(runCommand(reachCommand, view, [], { output: 'sarif' })).rejects.toThrow('no output sarif');
  });
});

test('the pane, the report and the verdicts agree on every pod', () => {
  const view: ClusterView = cluster(SHOP);
  const pods = [...networkSection(view).pods];
  expect(pods.map((one) => [one.name, one.ingress, one.egress, one.policies])).toEqual([
    ['agent', 'not-applicable', 'not-applicable', []],
    ['db', 'isolated', 'isolated', ['data/db']],
    ['web', 'open', 'open', []],
  ]);
  expect(namespaceIsolation(view, 'data')).toHaveLength(2);
  const rows = [...networkPane.rows(view, [])];
  expect(rows.map((row) => [row.name, row.cells['INGRESS']?.text, row.cells['POLICIES']?.text])).toEqual([
    ['agent', 'n/a', 'host network'],
    ['db', 'isolated', 'db'],
    ['web', 'open', '-'],
  ]);
  const summary = networkPane.summary(view, [], rows);
  expect(summary.headline).toBe('enforcement unknown; by policy 1 of 2 pods isolated for ingress');
  expect([summary.share, summary.aside]).toEqual([null, '']);
});
