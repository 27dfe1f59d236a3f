/** Whom the policies of other APIs select by label: what the label map and every remedy of labels answer from. */
import { describe, expect, it } from 'vitest';
import { labelMap, shiftText, whatChanges } from '../../../src/analyses/labels/label-map.ts';
import { referrersTo } from '../../../src/analyses/labels/label-referrers.ts';
import { podSelectorText } from '../../../src/analyses/labels/pod-selector.ts';
import { unevaluatedSelectors, unevaluatedText } from '../../../src/analyses/labels/wider-selectors.ts';
import { refText } from '../../../src/kube/object-ref.ts';
import type { Labels } from '../../../src/model/selector.ts';
import type { ClusterView } from '../../../src/store/cluster-view.ts';
import { deployment, document, viewOf } from './clusters.ts';

const policy = (apiVersion: string, kind: string, namespace: string | undefined, spec: unknown): string =>
  document({ apiVersion, kind, metadata: { name: 'p', ...(namespace === undefined ? {} : { namespace }) }, spec });
const calico = (spec: unknown, namespace?: string): string =>
  policy('projectcalico.org/v3', namespace === undefined ? 'GlobalNetworkPolicy' : 'NetworkPolicy', namespace, spec);
const cilium = (spec: unknown, namespace?: string): string =>
  policy(
    'cilium.io/v2',
    namespace === undefined ? 'CiliumClusterwideNetworkPolicy' : 'CiliumNetworkPolicy',
    namespace,
    spec,
  );
const admin = (spec: unknown): string =>
  policy('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy', undefined, spec);
const namespace = (name: string, labels: Labels = {}): string =>
  document({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });

const WORKLOADS = [
  namespace('shop', { team: 'shop' }),
  namespace('data', { team: 'data' }),
  deployment('shop', 'web', { app: 'web', tier: 'front' }),
  deployment('data', 'web', { app: 'web' }),
];

/** The places of policies at which a namespace's pods with these labels are selected. */
function selecting(view: ClusterView, name: string, labels: Labels): readonly string[] {
  const gained = whatChanges(view, name, {}, labels).filter((one) => one.change === 'gains');
  return gained.map(({ referrer }) => referrer.path);
}

describe('selectors of Calico policies', () => {
  it('of a NetworkPolicy look at its own namespace, and those of rules at the namespaces that they name', () => {
    const view = viewOf(
      ...WORKLOADS,
      calico(
        {
          selector: "app == 'web'",
          ingress: [
            { action: 'Allow', source: { selector: "app in {'web', 'cart'}" } },
            { action: 'Allow', source: { selector: "app == 'web'", namespaceSelector: "team == 'data'" } },
            {
              action: 'Allow',
              source: { namespaceSelector: 'all()' },
              destination: { notSelector: "tier != 'front'" },
            },
          ],
        },
        'shop',
      ),
    );
    expect(selecting(view, 'shop', { app: 'web', tier: 'front' })).toEqual([
      'spec.selector',
      'spec.ingress[0].source.selector',
      'spec.ingress[2].destination.notSelector',
    ]);
    expect(selecting(view, 'shop', { app: 'web' })).not.toContain('spec.ingress[2].destination.notSelector');
    expect(selecting(view, 'data', { app: 'web' })).toEqual(['spec.ingress[1].source.selector']);
  });

  it('of a GlobalNetworkPolicy look everywhere, or where its namespaceSelector says', () => {
    const view = viewOf(
      ...WORKLOADS,
      calico({ selector: "app == 'web'", namespaceSelector: "projectcalico.org/name == 'shop'" }),
    );
    expect(selecting(view, 'shop', { app: 'web' })).toEqual(['spec.selector']);
    expect(selecting(view, 'data', { app: 'web' })).toEqual([]);
    const inOne = viewOf(...WORKLOADS, calico({ selector: "app == 'web' && projectcalico.org/namespace == 'data'" }));
    expect(selecting(inOne, 'shop', { app: 'web' })).toEqual([]);
    expect(selecting(inOne, 'data', { app: 'web' })).toEqual(['spec.selector']);
    const outside = viewOf(
      ...WORKLOADS,
      calico({ ingress: [{ source: { selector: "app == 'web'", namespaceSelector: 'global()' } }] }),
    );
    expect(selecting(outside, 'shop', { app: 'web' })).toEqual([]);
  });

  it('are read in their own language', () => {
    const view = viewOf(...WORKLOADS, calico({ selector: "app starts with 'we' || !has(tier)" }, 'shop'));
    expect(
      whatChanges(view, 'shop', { app: 'web', tier: 'front' }, { app: 'cart', tier: 'front' }).map(shiftText),
    ).toEqual(["NetworkPolicy shop/p (app starts with 'we' || !has(tier), spec.selector) ceases to select them"]);
    expect(whatChanges(view, 'shop', { app: 'web', tier: 'front' }, { app: 'web' })).toEqual([]);
    expect(
      labelMap(view, 'shop', { matchLabels: { app: 'web' } }).reliedOnBy.map(({ by, effect }) => [refText(by), effect]),
    ).toEqual([['NetworkPolicy shop/p', 'selects']]);
    expect(labelMap(view, 'shop', { matchLabels: { tier: 'front' } }).reliedOnBy.map(({ effect }) => effect)).toEqual([
      'selects',
    ]);
  });

  it('are left open, and said to be, where labels of pods do not tell', () => {
    const view = viewOf(
      ...WORKLOADS,
      calico({ selector: "pcns.team == 'shop'" }),
      document({
        apiVersion: 'projectcalico.org/v3',
        kind: 'NetworkPolicy',
        metadata: { name: 'accounts', namespace: 'shop' },
        spec: { selector: "app == 'web'", serviceAccountSelector: "role == 'edge'" },
      }),
    );
    expect(selecting(view, 'shop', { app: 'web' })).toEqual([]);
    expect(unevaluatedSelectors(view, 'shop').map(unevaluatedText)).toEqual([
      "whom NetworkPolicy shop/accounts selects cannot be said (spec.selector: app == 'web')",
      "whom GlobalNetworkPolicy p selects cannot be said (spec.selector: pcns.team == 'shop')",
    ]);
    expect(unevaluatedSelectors(view, 'data')).toHaveLength(1);
  });

  it.each([
    ['stands for a NetworkPolicy', 'knp.default.web', {}],
    ['of host endpoints', 'host', { doNotTrack: true }],
  ])('a policy that %s counts for nothing', (_what, name, more) => {
    const view = viewOf(
      ...WORKLOADS,
      document({
        apiVersion: 'projectcalico.org/v3',
        kind: 'GlobalNetworkPolicy',
        metadata: { name },
        spec: { selector: "app == 'web'", ...more },
      }),
    );
    expect(referrersTo(view, 'shop').filter(({ by }) => by.kind === 'GlobalNetworkPolicy')).toEqual([]);
    expect(unevaluatedSelectors(view, 'shop')).toEqual([]);
  });
});

describe('selectors of Cilium policies', () => {
  it('of a CiliumNetworkPolicy look at its own namespace, and peers at the one that they name', () => {
    const view = viewOf(
      ...WORKLOADS,
      cilium(
        {
          endpointSelector: { matchLabels: { 'k8s:app': 'web' } },
          ingress: [
            { fromEndpoints: [{ matchLabels: { 'any:app': 'web' } }] },
            { fromEndpoints: [{ matchLabels: { app: 'web', 'k8s:io.kubernetes.pod.namespace': 'data' } }] },
            { fromEndpoints: [{ matchLabels: { app: 'web', 'k8s:io.cilium.k8s.namespace.labels.team': 'data' } }] },
            { fromEndpoints: [{ matchLabels: { 'reserved:host': '' } }] },
          ],
          egress: [{ toServices: [{ k8sServiceSelector: { selector: { matchLabels: { app: 'web' } } } }] }],
        },
        'shop',
      ),
    );
    expect(selecting(view, 'shop', { app: 'web' })).toEqual([
      'spec.endpointSelector',
      'spec.ingress[0].fromEndpoints[0]',
    ]);
    expect(selecting(view, 'data', { app: 'web' })).toEqual([
      'spec.ingress[1].fromEndpoints[0]',
      'spec.ingress[2].fromEndpoints[0]',
    ]);
    expect(
      referrersTo(view, 'data')
        .map(({ selector }) => podSelectorText(selector))
        .filter((one) => one.includes('cilium')),
    ).toEqual([]);
  });

  it('of a CiliumClusterwideNetworkPolicy look everywhere but where a namespace is asked for', () => {
    const view = viewOf(
      ...WORKLOADS,
      cilium({
        endpointSelector: {
          matchLabels: { app: 'web' },
          matchExpressions: [{ key: 'k8s:io.kubernetes.pod.namespace', operator: 'NotIn', values: ['data'] }],
        },
        ingressDeny: [{ fromEndpoints: [{ matchLabels: { tier: 'front' } }] }],
      }),
    );
    expect(selecting(view, 'shop', { app: 'web', tier: 'front' })).toEqual([
      'spec.endpointSelector',
      'spec.ingressDeny[0].fromEndpoints[0]',
    ]);
    expect(selecting(view, 'data', { app: 'web', tier: 'front' })).toEqual(['spec.ingressDeny[0].fromEndpoints[0]']);
  });

  it('are left open where Cilium keeps the label out of identities', () => {
    const view = viewOf(
      ...WORKLOADS,
      cilium({ endpointSelector: { matchLabels: { 'pod-template-hash': 'x' } } }, 'shop'),
    );
    expect(unevaluatedSelectors(view, 'shop').map(unevaluatedText)).toEqual([
      'whom CiliumNetworkPolicy shop/p selects cannot be said (spec.endpointSelector: pod-template-hash=x)',
    ]);
  });
});

it('selectors of admin policies look at the namespaces beside them', () => {
  const pods = (team: string): unknown => ({
    pods: { namespaceSelector: { matchLabels: { team } }, podSelector: { matchLabels: { app: 'web' } } },
  });
  const view = viewOf(
    ...WORKLOADS,
    admin({
      subject: pods('shop'),
      ingress: [{ action: 'Deny', from: [{ namespaces: {} }, pods('data')] }],
      egress: [{ action: 'Deny', to: [pods('shop')] }],
    }),
  );
  expect(selecting(view, 'shop', { app: 'web' })).toEqual([
    'spec.subject.pods.podSelector',
    'spec.egress[0].to[0].pods.podSelector',
  ]);
  expect(selecting(view, 'data', { app: 'web' })).toEqual(['spec.ingress[0].from[1].pods.podSelector']);
});
