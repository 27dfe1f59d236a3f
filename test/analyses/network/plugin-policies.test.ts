import { describe, expect, test } from 'vitest';
import { namespaceIsolation } from '../../../src/analyses/network/isolation.ts';
import { reachTable } from '../../../src/analyses/network/reach-table.ts';
import { parseCalicoSelector } from '../../../src/kube/calico-selector.ts';
import { cluster, namespace, pod, policy } from './cluster.ts';

const WEB = namespace('shop', { team: 'a' }) + pod('shop', 'web', { app: 'web' });

function verdict(yaml: string): string {
  const found = namespaceIsolation(cluster(WEB + yaml), 'shop')[0];
  const mark = (one: { status: string; everyone: boolean } | undefined): string =>
    `${one?.status}${one?.everyone === true ? '*' : ''}`;
  return `${mark(found?.ingress)} ${mark(found?.egress)}`;
}

function custom(apiVersion: string, kind: string, name: string, namespaceName: string, spec: string): string {
  const meta = namespaceName === '' ? `{name: ${name}}` : `{name: ${name}, namespace: ${namespaceName}}`;
  return `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: ${meta}\nspec: ${spec}\n`;
}

function cnp(spec: string, where = 'shop'): string {
  return custom('cilium.io/v2', 'CiliumNetworkPolicy', 'p', where, spec);
}

function ccnp(spec: string): string {
  return custom('cilium.io/v2', 'CiliumClusterwideNetworkPolicy', 'p', '', spec);
}

function calico(spec: string, name = 'p', where = 'shop'): string {
  return custom('projectcalico.org/v3', 'NetworkPolicy', name, where, spec);
}

function global(spec: string, name = 'g'): string {
  return custom('projectcalico.org/v3', 'GlobalNetworkPolicy', name, '', spec);
}

function tier(name: string, spec: string): string {
  return custom('projectcalico.org/v3', 'Tier', name, '', spec);
}

describe('Cilium: a rule isolates where it denies by default', () => {
  test.each([
    ['ingress: [] does not isolate', cnp('{endpointSelector: {}, ingress: []}'), 'open open'],
    ['ingress: [{}] does', cnp('{endpointSelector: {}, ingress: [{}]}'), 'isolated open'],
    ['a deny rule does', cnp('{endpointSelector: {}, egressDeny: [{toEntities: [world]}]}'), 'open isolated'],
    [
      'enableDefaultDeny false',
      cnp('{endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{}]}'),
      'open open',
    ],
    [
      'enableDefaultDeny true',
      cnp('{endpointSelector: {}, enableDefaultDeny: {egress: true}, ingress: [{}]}'),
      'isolated isolated',
    ],
    ['prefixes', cnp('{endpointSelector: {matchLabels: {"k8s:app": web}}, ingress: [{}]}'), 'isolated open'],
    ['any prefix, other value', cnp('{endpointSelector: {matchLabels: {"any:app": db}}, ingress: [{}]}'), 'open open'],
    ['another namespace', cnp('{endpointSelector: {}, ingress: [{}]}', 'data'), 'open open'],
    ['cluster-wide', ccnp('{endpointSelector: {}, ingress: [{}]}'), 'isolated open'],
    [
      'by namespace',
      ccnp('{endpointSelector: {matchLabels: {"k8s:io.kubernetes.pod.namespace": data}}, ingress: [{}]}'),
      'open open',
    ],
    [
      'by namespace label',
      ccnp('{endpointSelector: {matchLabels: {"k8s:io.cilium.k8s.namespace.labels.team": a}}, ingress: [{}]}'),
      'isolated open',
    ],
    ['everyone by entity', cnp('{endpointSelector: {}, ingress: [{fromEntities: [all]}]}'), 'isolated* open'],
    ['the world by entity', cnp('{endpointSelector: {}, egress: [{toEntities: [world]}]}'), 'open isolated*'],
    ['the world by CIDR', cnp('{endpointSelector: {}, egress: [{toCIDR: [0.0.0.0/0]}]}'), 'open isolated*'],
    ['and by a set', cnp('{endpointSelector: {}, egress: [{toCIDRSet: [{cidr: 0.0.0.0/0}]}]}'), 'open isolated*'],
    [
      'a set with exceptions',
      cnp('{endpointSelector: {}, egress: [{toCIDRSet: [{cidr: 0.0.0.0/0, except: [10.0.0.0/8]}]}]}'),
      'open isolated',
    ],
    [
      'everyone on some ports',
      cnp('{endpointSelector: {}, ingress: [{fromEntities: [all], toPorts: [{ports: [{port: "80"}]}]}]}'),
      'isolated open',
    ],
    [
      'the cluster is not everyone',
      cnp('{endpointSelector: {}, ingress: [{fromEntities: [cluster]}]}'),
      'isolated open',
    ],
    [
      'everyone, but for what is denied',
      cnp('{endpointSelector: {}, ingress: [{fromEntities: [all]}], ingressDeny: [{fromEntities: [world]}]}'),
      'isolated open',
    ],
    ['a host policy', ccnp('{nodeSelector: {}, ingress: [{}]}'), 'open open'],
    [
      'a label outside the identity',
      cnp('{endpointSelector: {matchLabels: {pod-template-hash: x}}, ingress: [{}]}'),
      'unknown open',
    ],
  ])('%s', (_name, yaml, expected) => {
    expect(verdict(yaml)).toBe(expected);
  });

  test('several rules in specs', () => {
    const yaml = cnp('null').replace(
      'spec: null',
      'specs: [{endpointSelector: {}, ingress: [{}]}, {endpointSelector: {}, egress: [{}]}]',
    );
    expect(verdict(yaml)).toBe('isolated isolated');
  });
});

describe('Calico: the verdict for traffic that no rule speaks of', () => {
  test.each([
    ['no types, no rules: ingress', calico('{selector: all()}'), 'isolated open'],
    [
      'egress rules only: egress only',
      calico('{selector: all(), egress: [{action: Allow, protocol: TCP}]}'),
      'open isolated',
    ],
    ['both types', calico('{selector: all(), types: [Ingress, Egress]}'), 'isolated isolated'],
    ['selector', calico('{selector: app == "db"}'), 'open open'],
    ['a copy of a NetworkPolicy', calico('{selector: all()}', 'knp.default.p'), 'open open'],
    ['another namespace', calico('{selector: all()}', 'p', 'data'), 'open open'],
    ['global', global(`{selector: "projectcalico.org/namespace == 'shop'", types: [Ingress]}`), 'isolated open'],
    ['global by namespace', global(`{namespaceSelector: "team == 'b'", types: [Ingress]}`), 'open open'],
    ['host endpoints only', global('{selector: all(), preDNAT: true, types: [Ingress]}'), 'open open'],
    ['allows everything', global('{types: [Ingress], ingress: [{action: Allow}]}'), 'isolated* open'],
    ['passes everything: the profile allows', global('{types: [Ingress], ingress: [{action: Pass}]}'), 'open open'],
    [
      'a tier that ends in Pass',
      tier('sec', '{order: 10, defaultAction: Pass}') + global('{tier: sec, types: [Ingress]}'),
      'open open',
    ],
    ['a tier that ends in Deny', tier('sec', '{order: 10}') + global('{tier: sec, types: [Ingress]}'), 'isolated open'],
    [
      'an earlier tier decides',
      tier('sec', '{order: 10}') +
        global('{tier: sec, types: [Ingress], ingress: [{action: Allow}]}') +
        calico('{selector: all()}'),
      'isolated* open',
    ],
    [
      'a lower order decides, wherever it is',
      calico('{order: 2, selector: all(), ingress: [{action: Deny}]}') +
        global('{order: 1, types: [Ingress], ingress: [{action: Allow}]}'),
      'isolated* open',
    ],
    [
      'of one kind and one order the names decide',
      calico('{order: 1, selector: all(), ingress: [{action: Allow}]}', 'a') +
        calico('{order: 1, selector: all(), ingress: [{action: Deny}]}', 'b'),
      'isolated* open',
    ],
    [
      'a policy of the namespace and a global one of one order, which differ',
      calico('{order: 1, selector: all(), ingress: [{action: Allow}]}') +
        global('{order: 1, types: [Ingress], ingress: [{action: Deny}]}'),
      'unknown open',
    ],
    [
      'both without an order',
      calico('{selector: all(), ingress: [{action: Deny}]}') + global('{types: [Ingress], ingress: [{action: Allow}]}'),
      'unknown open',
    ],
    [
      'a policy of the namespace and a global one of one order, which agree',
      calico('{order: 1, selector: all(), ingress: [{action: Allow}]}') +
        global('{order: 1, types: [Ingress], ingress: [{action: Allow}]}'),
      'isolated* open',
    ],
    ['a tier that is not there', global('{tier: lost, types: [Ingress]}'), 'unknown open'],
    ['a selector that can not be read', calico('{selector: app ==}'), 'unknown open'],
  ])('%s', (_name, yaml, expected) => {
    expect(verdict(yaml)).toBe(expected);
  });

  test.each([
    ['', true],
    ['app == "web" && tier != "back"', true],
    ["app in {'db', 'web'}", true],
    ["app not in {'db'} && has(app)", true],
    ['!has(tier)', true],
    ['!(app == "web" || has(x))', false],
    ['app == "db" || app == "web" && has(nothing)', false],
    ['app contains "e" && app starts with "w" && app ends with "b"', true],
    ['global()', true],
    ['other not in {"a"}', true],
  ])('selector %s', (text, expected) => {
    expect(parseCalicoSelector(text)?.matches({ app: 'web' })).toBe(expected);
  });

  test.each(['app =', 'app == web', '(app == "a"', 'app in {a}', 'all() all()', '&& all()'])(
    '%s is no selector',
    (text) => {
      expect(parseCalicoSelector(text)).toBeNull();
    },
  );
});

test('reach says unknown only for pods that such a policy selects', () => {
  const view = cluster(
    `${WEB}${pod('shop', 'db', { app: 'db' })}${cnp('{endpointSelector: {matchLabels: {app: db}}, ingress: [{}]}')}`,
  );
  expect(reachTable(view).nodes.map((node) => [node.ref.name, node.undecided === ''])).toEqual([
    ['db', false],
    ['web', true],
  ]);
});

test('a NetworkPolicy isolates beside them', () => {
  expect(verdict(policy('shop', 'np', '{podSelector: {}}') + cnp('{endpointSelector: {}, egress: [{}]}'))).toBe(
    'isolated isolated',
  );
});
