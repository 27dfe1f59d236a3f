import { describe, expect, it } from 'vitest';
import { labelMap, relianceText, shiftText, whatChanges } from '../../../src/analyses/labels/label-map.ts';
import { refText } from '../../../src/kube/object-ref.ts';
import { podSelectorText } from '../../../src/analyses/labels/pod-selector.ts';
import { deployment, document, service, viewOf } from './clusters.ts';

const WEB = { app: 'web', tier: 'front' };

const policyFrom = (namespace: string, peer: unknown): string =>
  document({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'allow', namespace },
    spec: { podSelector: {}, ingress: [{ from: [peer] }] },
  });

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** A Deployment whose pods are placed by the labels of others. */
const placed = (namespace: string, spec: unknown): string =>
  document({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'placed', namespace },
    spec: {
      selector: { matchLabels: { id: 'placed' } },
      template: {
        metadata: { labels: { id: 'placed' } },
        spec: { containers: [{ name: 'main', image: 'i:1' }], ...(spec as object) },
      },
    },
  });

const view = viewOf(
  deployment('shop', 'web', WEB),
  deployment('shop', 'cart', { app: 'cart', tier: 'back' }),
  service('shop', 'web', { app: 'web' }),
  service('data', 'web', { app: 'web' }),
  document({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'front', namespace: 'shop' },
    spec: { selector: { matchLabels: { tier: 'front' } } },
  }),
  policyFrom('data', { namespaceSelector: {}, podSelector: { matchLabels: { app: 'web' } } }),
  policyFrom('edge', { podSelector: { matchLabels: { app: 'web' } } }),
  document({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'guard' },
    webhooks: [{ name: 'guard', objectSelector: { matchLabels: { app: 'web' } }, rules: [{ resources: ['pods'] }] }],
  }),
  document({
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: { name: 'cilium', namespace: 'shop' },
    spec: { endpointSelector: { matchLabels: { 'k8s:app': 'web' } } },
  }),
);

describe('labelMap', () => {
  it('names what a label selects and who relies on it, from wherever it is read', () => {
    const map = labelMap(view, 'shop', { matchLabels: { app: 'web' } });
    expect(map.selects).toEqual(['Deployment shop/web']);
    expect(map.reliedOnBy.map((one) => refText(one.by))).toEqual([
      'Service shop/web',
      'CiliumNetworkPolicy shop/cilium',
      'NetworkPolicy data/allow',
      'ValidatingWebhookConfiguration guard',
    ]);
    expect(relianceText(map.reliedOnBy)).toBe('read by Service shop/web and 3 more');
    expect(new Set(map.reliedOnBy.map((one) => one.effect))).toEqual(new Set(['selects']));
  });

  it.each([
    [`app in {'web'} && has(app)`, true],
    [`app in {'cart'} && has(app)`, false],
    [`app in {'cart'} && has(app) || tier == 'x'`, false],
    [`has(app) && has(tier)`, true],
    [`has(app) && app != 'web' && tier == 'front'`, false],
    [`app == 'web' && app starts with 'ca'`, false],
    [`has(app) && tier == 'gold' && team in {'a'}`, true],
    [`!has(app) && projectcalico.org/namespace == 'shop'`, true],
    [`has(app) && projectcalico.org/namespace == 'data'`, false],
  ])('lists a Calico policy (%s) where it can make a difference that pods have app=web: %s', (selector, isListed) => {
    const calico = viewOf(
      deployment('shop', 'web', { app: 'web' }),
      document({
        apiVersion: 'projectcalico.org/v3',
        kind: 'NetworkPolicy',
        metadata: { name: 'calico', namespace: 'shop' },
        spec: { selector, types: ['Ingress'] },
      }),
    );
    const map = labelMap(calico, 'shop', { matchLabels: { app: 'web' } });
    expect(map.reliedOnBy.some(({ by }) => by.name === 'calico')).toBe(isListed);
  });

  it('does not list what asks for another value of the label and for the label itself', () => {
    const budget = document({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'cart', namespace: 'shop' },
      spec: {
        selector: {
          matchExpressions: [
            { key: 'app', operator: 'In', values: ['cart'] },
            { key: 'app', operator: 'Exists' },
          ],
        },
      },
    });
    const map = labelMap(viewOf(deployment('shop', 'web', { app: 'web' }), budget), 'shop', {
      matchLabels: { app: 'web' },
    });
    expect(map).toEqual({ selects: ['Deployment shop/web'], reliedOnBy: [] });
  });

  it('names the PodMonitors that look into the namespace', () => {
    const monitor = (namespace: string, name: string, namespaceSelector?: unknown): string =>
      document({
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'PodMonitor',
        metadata: { name, namespace },
        spec: { selector: { matchLabels: { app: 'web' } }, namespaceSelector, podMetricsEndpoints: [{}] },
      });
    const more = viewOf(
      deployment('shop', 'web', { app: 'web' }),
      deployment('ops', 'prometheus', { app: 'prometheus' }),
      monitor('shop', 'own'),
      monitor('ops', 'own'),
      monitor('ops', 'named', { matchNames: ['shop', 'data'] }),
      monitor('ops', 'other', { matchNames: ['data'] }),
      monitor('ops', 'any', { any: true }),
    );
    const map = labelMap(more, 'shop', { matchLabels: { app: 'web' } });
    expect(map.reliedOnBy.map((one) => refText(one.by)).sort()).toEqual([
      'PodMonitor ops/any',
      'PodMonitor ops/named',
      'PodMonitor shop/own',
    ]);
  });

  it('tells who selects by a label from who is kept from it by the label, and from who only names it', () => {
    const more = viewOf(
      deployment('shop', 'web', { app: 'web', env: 'prod' }),
      deployment('shop', 'cart', { app: 'cart' }),
      service('shop', 'prod', { env: 'prod' }),
      service('shop', 'other', { env: 'prod', app: 'other' }),
      service('shop', 'elsewhere', { env: 'test' }),
      document({
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'rest', namespace: 'shop' },
        spec: { selector: { matchExpressions: [{ key: 'env', operator: 'NotIn', values: ['prod'] }] } },
      }),
    );
    const effects = labelMap(more, 'shop', { matchLabels: { env: 'prod' } }).reliedOnBy.map((one) => [
      refText(one.by),
      one.effect,
    ]);
    expect(effects).toEqual([
      ['Service shop/other', 'names'],
      ['Service shop/prod', 'selects'],
      ['PodDisruptionBudget shop/rest', 'leaves out'],
    ]);
  });

  // Source: k8s.io/api core/v1 types.go, PodAffinityTerm (namespaces, namespaceSelector).
  it.each([
    ['its own namespace where it names none', {}, ['ops']],
    ['its own where the list is empty', { namespaces: [] }, ['ops']],
    ['the namespaces that it names', { namespaces: ['shop'] }, ['shop']],
    ['its own only where it names it', { namespaces: ['ops', 'shop'] }, ['ops', 'shop']],
    ['those that it selects', { namespaceSelector: { matchLabels: { team: 'data' } } }, ['data']],
    ['all of them with an empty selector', { namespaceSelector: {} }, ['data', 'ops', 'shop']],
    [
      'what it names and what it selects',
      { namespaces: ['shop'], namespaceSelector: { matchLabels: { team: 'data' } } },
      ['data', 'shop'],
    ],
    ['nothing where it selects no namespace', { namespaceSelector: { matchLabels: { team: 'none' } } }, []],
  ])('lets a term of affinity look at %s', (_what, namespaces, expected) => {
    const term = {
      topologyKey: 'kubernetes.io/hostname',
      labelSelector: { matchLabels: { app: 'web' } },
      ...namespaces,
    };
    const more = viewOf(
      document({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'data', labels: { team: 'data' } } }),
      ...['data', 'ops', 'shop'].map((name) => deployment(name, 'web', WEB)),
      placed('ops', { affinity: { podAntiAffinity: { [PREFERRED]: [{ weight: 1, podAffinityTerm: term }] } } }),
    );
    const seen = ['data', 'ops', 'shop'].filter(
      (name) => labelMap(more, name, { matchLabels: { app: 'web' } }).reliedOnBy.length > 0,
    );
    expect(seen).toEqual(expected);
  });

  it('says where the terms of affinity and spread stand, and leaves out those that select nothing', () => {
    const labelSelector = { matchLabels: { app: 'web' } };
    const more = viewOf(
      deployment('shop', 'web', WEB),
      placed('shop', {
        affinity: { podAffinity: { [REQUIRED]: [{ topologyKey: 'zone' }, { topologyKey: 'zone', labelSelector }] } },
        topologySpreadConstraints: [{ topologyKey: 'zone', labelSelector }, { topologyKey: 'zone' }],
      }),
    );
    const { reliedOnBy } = labelMap(more, 'shop', { matchLabels: { app: 'web' } });
    expect(reliedOnBy.map(({ by, path }) => `${refText(by)} ${path}`)).toEqual([
      `Deployment shop/placed spec.template.spec.affinity.podAffinity.${REQUIRED}[1].labelSelector`,
      'Deployment shop/placed spec.template.spec.topologySpreadConstraints[0].labelSelector',
    ]);
  });

  it("names the selectors of a workload that an operator owns, not those of a Deployment's ReplicaSet", () => {
    const owned = (apiVersion: string, kind: string, name: string): unknown => ({
      apiVersion: 'apps/v1',
      kind: name === 'db' ? 'StatefulSet' : 'ReplicaSet',
      metadata: {
        name,
        namespace: 'shop',
        ownerReferences: [{ apiVersion, kind, name: 'o', uid: 'o', controller: true }],
      },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'i:1' }] } },
      },
    });
    const more = viewOf(
      document(owned('acid.zalan.do/v1', 'postgresql', 'db')),
      document(owned('apps/v1', 'Deployment', 'web-5d4')),
    );
    const { reliedOnBy } = labelMap(more, 'shop', { matchLabels: { app: 'web' } });
    expect(reliedOnBy.map((one) => refText(one.by))).toEqual(['StatefulSet shop/db']);
  });

  it('names who asks for a label that nothing carries', () => {
    const map = labelMap(viewOf(service('shop', 'web', { app: 'web' })), 'shop', { matchLabels: { app: 'web' } });
    expect(map.selects).toEqual([]);
    expect(map.reliedOnBy.map((one) => refText(one.by))).toEqual(['Service shop/web']);
  });

  it('is empty for a label that nobody reads', () => {
    expect(labelMap(view, 'shop', { matchLabels: { owner: 'me' } })).toEqual({ selects: [], reliedOnBy: [] });
  });
});

describe('whatChanges', () => {
  it('says which selectors gain and lose the pods', () => {
    const texts = whatChanges(view, 'shop', WEB, { app: 'web-2', tier: 'front' }).map(shiftText);
    expect(texts).toHaveLength(4);
    expect(texts[0]).toBe('Service shop/web (app=web, spec.selector) ceases to select them');
    expect(whatChanges(view, 'shop', { app: 'cart' }, { app: 'cart', tier: 'front' }).map(shiftText)).toEqual([
      'PodDisruptionBudget shop/front (tier=front, spec.selector) begins to select them',
    ]);
  });
});

describe('placement by labels of the placed pod', () => {
  const near = (more: unknown): unknown => ({
    affinity: { podAffinity: { [REQUIRED]: [{ topologyKey: 'zone', ...(more as object) }] } },
  });
  const bare = (labels: Readonly<Record<string, string>>, spec: unknown): string =>
    document({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'bare', namespace: 'shop', labels },
      spec: { containers: [{ name: 'main', image: 'i:1' }], ...(spec as object) },
    });
  const reliedOn = (documents: readonly string[], labels: Readonly<Record<string, string>>): readonly string[] =>
    labelMap(viewOf(...documents), 'shop', { matchLabels: labels }).reliedOnBy.map(
      ({ by, selector, effect }) => `${refText(by)} ${effect} ${podSelectorText(selector)}`,
    );

  it('a bare pod relies on what it is placed by', () => {
    const documents = [
      deployment('shop', 'web', { app: 'web' }),
      bare({}, near({ labelSelector: { matchLabels: { app: 'web' } } })),
    ];
    expect(reliedOn(documents, { app: 'web' })).toEqual(['Pod shop/bare selects app=web']);
  });

  it('matchLabelKeys ask for the value that the pod has, mismatchLabelKeys for another', () => {
    const labelSelector = { matchLabels: { app: 'web' } };
    const documents = [
      deployment('shop', 'web', { app: 'web', tenant: 'a' }),
      bare({ tenant: 'a' }, near({ labelSelector, matchLabelKeys: ['tenant', 'other'] })),
    ];
    expect(reliedOn(documents, { tenant: 'a' })).toEqual(['Pod shop/bare selects app=web,tenant in (a)']);
    const unlike = bare({ tenant: 'a' }, near({ labelSelector, mismatchLabelKeys: ['tenant'] }));
    expect(reliedOn([documents[0] ?? '', unlike], { tenant: 'a' })).toEqual([
      'Pod shop/bare leaves out app=web,tenant notin (a)',
    ]);
  });

  it('a label whose value the controller will write is relied on, and decides about no template', () => {
    const spread = placed('shop', {
      topologySpreadConstraints: [
        {
          topologyKey: 'zone',
          labelSelector: { matchLabels: { id: 'placed' } },
          matchLabelKeys: ['pod-template-hash'],
        },
      ],
    });
    const pod = bare({ id: 'placed', 'pod-template-hash': 'abc' }, {});
    expect(reliedOn([spread, pod], { 'pod-template-hash': 'abc' })).toEqual([
      'Deployment shop/placed selects id=placed',
    ]);
    expect(reliedOn([spread], { id: 'placed' })).toEqual([
      'Deployment shop/placed selects id=placed',
      'Deployment shop/placed selects id=placed',
    ]);
  });

  it('what the API server wrote into the selector of a pod is not asked for twice', () => {
    const labelSelector = { matchExpressions: [{ key: 'tenant', operator: 'In', values: ['a'] }] };
    const documents = [
      deployment('shop', 'web', { tenant: 'a' }),
      bare({ tenant: 'a' }, near({ labelSelector, matchLabelKeys: ['tenant'] })),
    ];
    expect(reliedOn(documents, { tenant: 'a' })).toEqual(['Pod shop/bare selects tenant in (a)']);
  });
});
