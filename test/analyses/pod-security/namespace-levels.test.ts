import { describe, expect, it } from 'vitest';
import { namespaceLevels } from '../../../src/analyses/pod-security/namespace-levels.ts';
import { policyMinor } from '../../../src/analyses/pod-security/policy-minor.ts';
import type { Change } from '../../../src/model/change.ts';
import { LABELLED_KINDS } from '../../../src/model/kind.ts';
import { podSecuritySection } from '../../../src/report/sections/pod-security.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { StoreView } from '../../../src/store/store-view.ts';
import { object, pod } from '../../objects.ts';

const HARD = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'a',
      image: 'i:1',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
};

function viewOf(serverVersion: string | null, ...objects: ReturnType<typeof object>[]): StoreView {
  const view = new StoreView(new ClusterStore(), 0);
  view.apply([
    { type: 'facts', facts: { source: 'cluster', serverVersion } },
    ...objects.map((one): Change => ({ type: 'upsert', object: one })),
  ]);
  return view;
}

function apply(view: StoreView, changes: readonly Change[]): void {
  view.apply(changes);
  view.graph.settle(
    () => {},
    () => false,
  );
}

describe('the levels of a namespace', () => {
  it('is the strictest one that admits every workload of today', () => {
    const view = viewOf('v1.36.3', pod('hard', { spec: HARD }));
    expect(namespaceLevels(view, 'shop')).toMatchObject({ strictest: 'restricted', judged: 1 });
    apply(view, [{ type: 'upsert', object: pod('soft') }]);
    expect(namespaceLevels(view, 'shop')).toMatchObject({
      strictest: 'baseline',
      refusedByRestricted: ['Pod shop/soft'],
    });
    apply(view, [{ type: 'upsert', object: pod('host', { spec: { hostPID: true } }) }]);
    expect(namespaceLevels(view, 'shop')).toMatchObject({
      strictest: 'privileged',
      refusedByBaseline: ['Pod shop/host'],
    });
    apply(view, [{ type: 'remove', kind: 'Pod', namespace: 'shop', name: 'host' }]);
    expect(namespaceLevels(view, 'shop').strictest).toBe('baseline');
  });

  it('counts templates that run no pod, and leaves finished pods out', () => {
    const template = { metadata: { labels: {} }, spec: { hostIPC: true, containers: [{ name: 'a', image: 'i:1' }] } };
    const view = viewOf(
      'v1.36.3',
      object('Deployment', { metadata: { name: 'zero', namespace: 'shop' }, spec: { replicas: 0, template } }),
      pod('done', { phase: 'Succeeded', spec: { hostPID: true } }),
    );
    expect(namespaceLevels(view, 'shop').refusedByBaseline).toEqual(['Deployment shop/zero']);
  });

  it('judges at the version of the server, or at the one asked for', () => {
    expect(policyMinor(viewOf('v1.34.2'))).toBe(34);
    expect(policyMinor(viewOf(null))).toBe(37);
    expect(policyMinor(viewOf('v1.52.0'))).toBe(37);
    const view = viewOf('v1.36.3');
    view.apply([{ type: 'facts', facts: { podSecurityVersion: 'v1.20' } }]);
    expect(policyMinor(view)).toBe(20);
    const files = viewOf('v1.30.0');
    files.apply([{ type: 'facts', facts: { source: 'files' } }]);
    expect(policyMinor(files)).toBe(37);
  });

  it('reports every namespace with what it asks for, what its workloads pass, and what the next level refuses', () => {
    const labels = {
      'pod-security.kubernetes.io/enforce': 'baseline',
      'pod-security.kubernetes.io/enforce-version': 'v1.30',
      'pod-security.kubernetes.io/audit': 'restricted',
    };
    const view = viewOf(
      'v1.36.3',
      object('Namespace', { metadata: { name: 'empty', uid: 'e' } }),
      object('Namespace', { metadata: { name: 'shop', uid: 's', labels } }),
      pod('hard', { spec: HARD }),
      pod('soft'),
    );
    const coverage = { apiVersion: 'v1', status: 'live', namespaces: 'all', reason: '', since: 0 } as const;
    apply(
      view,
      LABELLED_KINDS.map((kind) => ({ type: 'coverage', coverage: { kind, ...coverage } })),
    );
    const privileged = { level: 'privileged', version: 'latest' };
    expect(podSecuritySection(view).namespaces).toEqual([
      {
        name: 'empty',
        enforce: privileged,
        audit: privileged,
        warn: privileged,
        workloads: 0,
        passes: 'restricted',
        refusedByNext: { items: [], more: 0 },
      },
      {
        name: 'shop',
        enforce: { level: 'baseline', version: 'v1.30' },
        audit: { level: 'restricted', version: 'latest' },
        warn: { level: 'baseline', version: 'v1.30' },
        workloads: 2,
        passes: 'baseline',
        refusedByNext: { items: ['Pod shop/soft'], more: 0 },
      },
    ]);
    apply(view, [{ type: 'coverage', coverage: { kind: 'Pod', ...coverage, status: 'denied' } }]);
    expect(podSecuritySection(view).namespaces[1]).toMatchObject({
      workloads: null,
      passes: null,
      refusedByNext: null,
    });
  });

  it('reports every pod with its violations in the words of the API server', () => {
    const section = podSecuritySection(viewOf('v1.36.3', pod('host', { spec: { hostPID: true } })), 'v1.7');
    expect(section.version).toBe('v1.7');
    expect([...section.pods]).toEqual([
      {
        namespace: 'shop',
        name: 'host',
        workload: { kind: 'Pod', name: 'host' },
        level: 'privileged',
        violations: [
          { check: 'hostNamespaces', level: 'baseline', detail: 'hostPID=true' },
          {
            check: 'runAsNonRoot',
            level: 'restricted',
            detail: 'pod or container "main" must set securityContext.runAsNonRoot=true',
          },
        ],
      },
    ]);
  });
});
