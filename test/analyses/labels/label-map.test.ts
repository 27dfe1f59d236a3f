import { describe, expect, it } from 'vitest';
import { labelMap, relianceText, shiftText, whatChanges } from '../../../src/analyses/labels/label-map.ts';
import { refText } from '../../../src/kube/object-ref.ts';
import { deployment, document, service, viewOf } from './clusters.ts';

const WEB = { app: 'web', tier: 'front' };

const policyFrom = (namespace: string, peer: unknown): string =>
  document({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'allow', namespace },
    spec: { podSelector: {}, ingress: [{ from: [peer] }] },
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
