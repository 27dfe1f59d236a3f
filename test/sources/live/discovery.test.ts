import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/sources/live/api-error.ts';
import { discover, hasWatchList, placeKind } from '../../../src/sources/live/discovery.ts';
import {
  acceptOf,
  apiVersionOfTarget,
  KIND_PLANS,
  MAX_PAGE_BYTES,
  pathOf,
  targetOf,
} from '../../../src/sources/live/kinds.ts';
import { seriesOf } from '../../../src/sources/live/prometheus-text.ts';
import { ALL_KINDS } from '../../../src/model/kind.ts';
import { fakeTransport } from './fake-transport.ts';

async function* nothing(): AsyncGenerator {}

const never = new AbortController().signal;
const list = ['get', 'list', 'watch'];

function serving(documents: Readonly<Record<string, unknown>>) {
  return fakeTransport(({ path }) => {
    const document = documents[path];
    if (document === undefined) throw new ApiError({ status: 404, message: 'no' });
    if (document instanceof Error) throw document;
    return document;
  }, nothing);
}

const AGGREGATED = {
  '/api': {
    kind: 'APIGroupDiscoveryList',
    items: [{ metadata: {}, versions: [{ version: 'v1', resources: [{ resource: 'pods', verbs: list }] }] }],
  },
  '/apis': {
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: { name: 'autoscaling' },
        versions: [
          { version: 'v1', resources: [{ resource: 'horizontalpodautoscalers', verbs: list }] },
          { version: 'v2', resources: [{ resource: 'horizontalpodautoscalers', verbs: list }] },
        ],
      },
      {
        metadata: { name: 'crd.projectcalico.org' },
        versions: [{ version: 'v1', resources: [{ resource: 'networkpolicies', verbs: list }] }],
      },
      {
        metadata: { name: 'cilium.io' },
        versions: [{ version: 'v3', resources: [{ resource: 'ciliumnetworkpolicies', verbs: list }] }],
      },
      {
        metadata: { name: 'policy' },
        versions: [{ version: 'v1', resources: [{ resource: 'poddisruptionbudgets', verbs: ['create'] }] }],
      },
    ],
  },
};

const LEGACY = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': {
    kind: 'APIGroupList',
    groups: [
      { name: 'apps', versions: [{ version: 'v1' }] },
      { name: 'metrics.k8s.io', versions: [{ version: 'v1beta1' }] },
      { name: 'gateway.networking.k8s.io', versions: [{ version: 'v1' }] },
    ],
  },
  '/api/v1': { resources: [{ name: 'pods', verbs: list }] },
  '/apis/apps/v1': { resources: [{ name: 'deployments', verbs: list }] },
  '/apis/gateway.networking.k8s.io/v1': new ApiError({ status: 503, message: 'down' }),
};

describe('discovery', () => {
  it('takes two requests where the server aggregates it, and prefers our version', async () => {
    const transport = serving(AGGREGATED);
    const served = await discover(transport, ALL_KINDS, never);
    expect(transport.log).toHaveLength(2);
    expect(placeKind('Pod', served)).toMatchObject({ status: 'served' });
    expect(placeKind('HorizontalPodAutoscaler', served)).toMatchObject({ target: { version: 'v2' } });
    expect(placeKind('CalicoNetworkPolicy', served)).toMatchObject({ target: { group: 'crd.projectcalico.org' } });
    expect(placeKind('CiliumNetworkPolicy', served)).toEqual({ status: 'unsupported', versions: ['v3'] });
    expect(placeKind('NetworkPolicy', served)).toEqual({ status: 'absent' });
    expect(placeKind('PodDisruptionBudget', served)).toEqual({ status: 'absent' });
  });

  it('asks an older server for the groups that matter, and survives one that is down', async () => {
    const transport = serving(LEGACY);
    const served = await discover(transport, ALL_KINDS, never);
    expect(transport.log).not.toContain('get /apis/metrics.k8s.io/v1beta1');
    expect(placeKind('Deployment', served)).toMatchObject({ status: 'served' });
    expect(placeKind('Gateway', served)).toEqual({ status: 'absent' });
  });

  it('lets every kind be tried where it is forbidden', async () => {
    const refused = new ApiError({ status: 403, message: 'no' });
    const served = await discover(serving({ '/api': refused, '/apis': refused }), ALL_KINDS, never);
    expect(placeKind('Pod', served)).toMatchObject({ status: 'served' });
  });

  it.each([
    [31, false],
    [32, true],
    [33, false],
    [34, true],
    [40, true],
  ])('knows that 1.%i has watch lists: %s', (minor, expected) => {
    expect(hasWatchList({ gitVersion: '', major: 1, minor })).toBe(expected);
  });
});

describe('the table of kinds', () => {
  it('has a row for each, and reads Secrets without a plain fallback', () => {
    expect(Object.keys(KIND_PLANS).sort()).toEqual([...ALL_KINDS].sort());
    expect(KIND_PLANS.Secret.form).toBe('table');
    for (const request of ['list', 'watch', 'get'] as const) expect(acceptOf('table', request)).not.toContain(',');
    for (const plan of Object.values(KIND_PLANS)) expect(plan.pageSize).toBeLessThanOrEqual(500);
    expect(MAX_PAGE_BYTES).toBe(16_777_216);
  });

  it('makes paths', () => {
    expect(pathOf(targetOf('Pod'), 'a b', 'c')).toBe('/api/v1/namespaces/a%20b/pods/c');
    expect(pathOf(targetOf('ClusterRole'), 'x')).toBe('/apis/rbac.authorization.k8s.io/v1/clusterroles');
    expect(apiVersionOfTarget(targetOf('Deployment'))).toBe('apps/v1');
  });
});

describe('metrics', () => {
  it('are read by exact name, with escaped labels', () => {
    const text =
      '# HELP a_total x\na_total{b="1",c="q\\"\\\\n"} 3\nnot_a_total{b="2"} 1\na_total_more{b="3"} 1\na_total{b="4"} 0';
    expect(seriesOf(text, 'a_total')).toEqual([
      { labels: { b: '1', c: 'q"\\n' }, value: 3 },
      { labels: { b: '4' }, value: 0 },
    ]);
  });
});
