import { describe, expect, it } from 'vitest';
import { labelMapCommand } from '../../src/commands/label-map.ts';
import { apply } from '../analyses/network/cluster.ts';
import { deployment, document, service, viewOf } from '../analyses/labels/clusters.ts';
import { runCommand } from './rbac-command.ts';

const policy = document({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'allow-web', namespace: 'data' },
  spec: {
    podSelector: {},
    ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'web' } } }] }],
  },
});
const budget = document({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'blue', namespace: 'shop' },
  spec: { selector: { matchLabels: { app: 'blue' } } },
});
const view = viewOf(
  deployment('shop', 'web', { app: 'web' }),
  deployment('edge', 'web', { app: 'web' }),
  deployment('data', 'db', { app: 'db' }),
  service('shop', 'web', { app: 'web' }),
  policy,
  budget,
);

async function answer(words: readonly string[], options = {}, namespaces: readonly string[] = []): Promise<unknown> {
  const { code, output } = await runCommand(labelMapCommand, view, words, { output: 'json', options, namespaces });
  expect(code).toBe(0);
  return JSON.parse(output);
}

describe('k8sec label-map', () => {
  it('says what a label selects and who relies on it, in all namespaces', async () => {
    expect(await answer(['app=web'])).toEqual({
      selector: 'app=web',
      namespaces: 'all',
      selects: [
        { kind: 'Deployment', namespace: 'edge', name: 'web' },
        { kind: 'Deployment', namespace: 'shop', name: 'web' },
      ],
      reliedOnBy: [
        {
          by: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'data', name: 'allow-web' },
          path: 'spec.ingress[0].from[0]',
          selector: 'app=web',
          effect: 'selects',
        },
        {
          by: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web' },
          path: 'spec.selector',
          selector: 'app=web',
          effect: 'selects',
        },
      ],
      becomes: null,
      nearest: null,
      holes: [],
    });
  });

  it('says of a label that nothing carries what would select it', async () => {
    const { output } = await runCommand(labelMapCommand, view, ['app=blue'], { namespaces: ['shop'] });
    expect(output).toBe(
      'app=blue selects 0 workloads\nrelied on by\n  PodDisruptionBudget shop/blue  app=blue  would select it  spec.selector\n',
    );
  });

  it('says which selectors would gain and lose the pods', async () => {
    const { output, code } = await runCommand(labelMapCommand, view, ['app=web'], {
      options: { becomes: 'app=blue,tier-' },
      namespaces: ['shop'],
    });
    expect(code).toBe(0);
    expect(output).toBe(
      [
        'app=web selects 1 workload',
        '  Deployment shop/web',
        'relied on by',
        '  Service shop/web              app=web  selects some of them  spec.selector',
        '  NetworkPolicy data/allow-web  app=web  selects some of them  spec.ingress[0].from[0]',
        'with app=blue,tier-',
        '  Service shop/web would cease to select Deployment shop/web (spec.selector: app=web)',
        '  PodDisruptionBudget shop/blue would begin to select Deployment shop/web (spec.selector: app=blue)',
        '  NetworkPolicy data/allow-web would cease to select Deployment shop/web (spec.ingress[0].from[0]: app=web)',
        '',
      ].join('\n'),
    );
  });

  it('says so where nothing would change', async () => {
    const { output } = await runCommand(labelMapCommand, view, ['app=db'], { options: { becomes: 'owner=me' } });
    expect(output).toBe(
      'app=db selects 1 workload\n  Deployment data/db\nno selector relies on it\nwith owner=me no selector would match other pods\n',
    );
  });

  it('names the label that was meant where nothing has the one asked for', async () => {
    const { output } = await runCommand(labelMapCommand, view, ['app.kubernetes.io/name=db']);
    expect(output).toBe(
      'app.kubernetes.io/name=db selects 0 workloads\nnearest: app.kubernetes.io/name=db is written app=db on Deployment data/db\nno selector relies on it\n',
    );
  });

  it('is no whole answer where a kind could not be read', async () => {
    const partly = viewOf(deployment('shop', 'web', { app: 'web' }));
    apply(partly, [
      {
        type: 'coverage',
        coverage: {
          kind: 'Service',
          apiVersion: 'v1',
          status: 'denied',
          namespaces: 'all',
          reason: 'services is forbidden',
          since: 0,
        },
      },
    ]);
    const { code, output } = await runCommand(labelMapCommand, partly, ['app=web']);
    expect(code).toBe(3);
    expect(output).toContain('not read: services: services is forbidden\n');
  });

  it.each([
    [[], {}, 'usage: label-map SELECTOR'],
    [['app=web', 'x'], {}, 'usage: label-map SELECTOR'],
    [['app=(web'], {}, 'app=(web is no label selector'],
    [['app=web'], { becomes: 'app' }, '--becomes app: KEY=VALUE, or KEY- to remove it; name part must not be empty'],
    [['app=web'], { becomes: 'app=a b' }, '--becomes app=a b: KEY=VALUE, or KEY- to remove it; must consist of'],
  ])('refuses %j %j', async (words, options, message) => {
    await expect(runCommand(labelMapCommand, view, words, { options })).rejects.toThrow(message);
  });
});
