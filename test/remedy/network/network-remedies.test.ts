import { describe, expect, test } from 'vitest';
import { connectionDifference } from '../../../src/analyses/network/connection-difference.ts';
import { declaredFlows } from '../../../src/analyses/network/declared-flows.ts';
import { flowCheck } from '../../../src/analyses/network/flow-check.ts';
import { endText, observedConnections } from '../../../src/analyses/network/observed-flows.ts';
import { overlay } from '../../../src/analyses/network/overlay.ts';
import { connections } from '../../../src/analyses/network/reach.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { refText } from '../../../src/kube/object-ref.ts';
import { portsText } from '../../../src/kube/port-set.ts';
import type { Change } from '../../../src/model/change.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { FlowNotes, ObservedEnd, ObservedFlow } from '../../../src/model/observed-flow.ts';
import { defaultDeny } from '../../../src/remedy/network/default-deny.ts';
import { fixSelector } from '../../../src/remedy/network/fix-selector.ts';
import { leastPolicy } from '../../../src/remedy/network/least-policy.ts';
import { stagedLeastPolicy } from '../../../src/remedy/network/staged-least-policy.ts';
import { isBreaking } from '../../../src/remedy/breaking-effect.ts';
import type { Remedy, RemedyDraft } from '../../../src/remedy/remedy.ts';
import { RULES } from '../../../src/rules/index.ts';
import {
  apply,
  cluster,
  namespace,
  objectsOf,
  pod,
  policy,
  type ClusterOptions,
} from '../../analyses/network/cluster.ts';
import { BOUTIQUE } from '../../analyses/network/fixtures.ts';

function engineOf(yaml: string, fromFiles = true): Engine {
  const view = cluster(yaml, fromFiles ? { facts: { source: 'files' } } : {});
  const engine = new Engine(view, RULES);
  engine.settle();
  return engine;
}

function findingOf(engine: Engine, rule: string, subject: string): Finding {
  const found = [...engine.findings.values()].find((one) => one.rule === rule && refText(one.subject) === subject);
  if (found === undefined) throw new Error(`no ${rule} on ${subject}`);
  return found;
}

function built(remedy: Remedy, engine: Engine, rule: string, subject: string): RemedyDraft {
  const made = remedy.build(findingOf(engine, rule, subject), engine.view);
  if ('refused' in made) throw new Error(made.refused);
  return made;
}

function shopConnections(view: Parameters<typeof connections>[0]): string[] {
  return [...connections(view)].flatMap(({ source, destination, ports }) =>
    source.type === 'workload' && destination.type === 'workload'
      ? [`${source.node.ref.name} -> ${destination.node.ref.name} ${portsText(ports)}`]
      : [],
  );
}

describe('least policies of a namespace', () => {
  const engine = engineOf(BOUTIQUE);
  const draft = built(leastPolicy, engine, 'network/namespace-without-default-deny', 'Namespace shop');
  const after = overlay(engine.view, draft.changes);
  if (after === undefined) throw new Error('no overlay');

  test('every declared flow stays after each step', () => {
    const { flows } = declaredFlows(engine.view);
    expect(flows.length).toBeGreaterThan(5);
    for (let length = 1; length <= draft.changes.length; length += 1) {
      const state = overlay(engine.view, draft.changes.slice(0, length));
      const check = state === undefined ? () => false : flowCheck(state);
      expect(flows.filter((flow) => check(flow) === false)).toEqual([]);
    }
    expect(draft.effects.filter((text) => text.startsWith('CLOSES'))).toEqual([]);
    expect(draft.effects.join('\n')).toContain(
      `keeps ${flows.length} of ${flows.length} declared flows, after each of the 5 steps`,
    );
  });

  test('everything else between workloads of the namespace and others closes', () => {
    expect(shopConnections(after).filter((text) => !/^(?:ingress|coredns) -> (?:ingress|coredns)/.test(text))).toEqual([
      'ingress -> frontend TCP 8080',
      'ads -> coredns TCP 5353 UDP 5353',
      'cart -> coredns TCP 5353 UDP 5353',
      'cart -> redis TCP 6379',
      'frontend -> coredns TCP 5353 UDP 5353',
      'frontend -> ads TCP 9555',
      'frontend -> cart TCP 7071',
      'redis -> coredns TCP 5353 UDP 5353',
    ]);
  });

  test('one document per workload, the default deny last, selectors that stay', () => {
    const names = draft.manifests.map((one) => (one['metadata'] as { name: string }).name);
    expect(names).toEqual(['ads-least', 'cart-least', 'frontend-least', 'redis-least', 'default-deny']);
    expect(JSON.stringify(draft.manifests)).not.toContain('"version"');
    expect(draft.note).toContain('delete in the order default-deny, redis-least');
  });

  test('each rule says why, and what could not be justified is listed', () => {
    const texts = draft.comments.map((one) => one.text).join('\n');
    expect(texts).toContain('env CART_ADDR of container server names cart:7070');
    expect(texts).toContain('DNS: Service kube-system/kube-dns leads here');
    expect(draft.effects.join('\n')).toMatch(
      /MAY CUT a declared connection, for you to decide: Deployment shop\/frontend: .*api\.payments\.example/,
    );
  });

  test('the token holder alone reaches the API server', () => {
    const api = draft.manifests.filter((one) => JSON.stringify(one).includes('10.96.0.1/32'));
    expect(api.map((one) => (one['metadata'] as { name: string }).name)).toEqual(['ads-least']);
  });

  test('the findings go and none come', () => {
    const proof = engine.prove(draft.changes);
    const closed = proof.closes.map((one) => `${one.rule} ${one.subject.name}`);
    expect(closed).toContain('network/no-ingress-isolation cart');
    expect(closed).toContain('network/no-egress-isolation redis');
    expect(closed).toContain('network/namespace-without-default-deny shop');
    expect(proof.opens.filter((one) => one.pane === 'network')).toEqual([]);
  });
});

test('the least policy tells of Services before the workload that nothing is known to call', () => {
  const deployment = (name: string, container: string): string => `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {automountServiceAccountToken: false, containers: [{name: main, image: app, ${container}}]}
`;
  const service = (name: string, ports: string): string =>
    `---\napiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: shop}\nspec: {selector: {app: web}, ports: ${ports}}\n`;
  const yaml = [
    namespace('shop'),
    deployment('web', 'ports: [{containerPort: 8080}]'),
    deployment('caller', "env: [{name: WEB, value: 'http://web:80'}]"),
    service('web', '[{name: http, port: 80, targetPort: 8080}, {name: admin, port: 81, targetPort: 9090}]'),
    service(
      'more',
      '[{name: again, port: 80, targetPort: 8080}, {name: dns, port: 53, protocol: UDP, targetPort: 5353}]',
    ),
  ].join('');
  const told = (direction: string): readonly string[] =>
    built(leastPolicy, engineOf(yaml), `network/no-${direction}-isolation`, 'Deployment shop/web').effects.filter(
      (one) => one.includes('nothing that was read calls'),
    );
  const unknown = 'unknown flow, for you to decide: Deployment shop/web: nothing that was read calls Service';
  expect(told('ingress')).toEqual([`${unknown} more on UDP 5353`, `${unknown} web on TCP 9090`]);
  expect(told('egress')).toEqual([]);
});

test('the least policy of one workload and direction isolates nothing else', () => {
  const engine = engineOf(BOUTIQUE);
  const draft = built(leastPolicy, engine, 'network/no-ingress-isolation', 'StatefulSet shop/redis');
  expect(draft.manifests).toHaveLength(1);
  const after = overlay(engine.view, draft.changes);
  if (after === undefined) throw new Error('no overlay');
  const { closed, opened } = connectionDifference(engine.view, after);
  expect(opened).toEqual([]);
  expect(
    closed.filter((one) => one.destination !== 'StatefulSet shop/redis').map((one) => [one.source, one.destination]),
  ).toEqual([['StatefulSet shop/redis', 'its other pods']]);
  expect(engine.prove(draft.changes).closes.map((one) => one.rule)).toContain('network/no-ingress-isolation');
});

test('a caller on the host network is let in by the addresses of the nodes, each in the length of its family', () => {
  const controller = `---
apiVersion: v1
kind: Node
metadata: {name: node-1}
status: {addresses: [{type: InternalIP, address: 192.0.2.7}, {type: InternalIP, address: "2001:db8::7"}]}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: edge}
spec: {hostNetwork: true, containers: [{name: agent, image: agent, env: [{name: CART, value: "http://cart.shop:80"}]}]}
status: {phase: Running, podIPs: [{ip: 192.0.2.7}]}
`;
  const engine = engineOf(namespace('shop') + namespace('edge') + pod('shop', 'cart', { app: 'cart' }) + controller);
  const draft = built(leastPolicy, engine, 'network/no-ingress-isolation', 'Pod shop/cart');
  expect(draft.manifests[0]?.['spec']).toMatchObject({
    ingress: [
      {
        from: [{ ipBlock: { cidr: '192.0.2.7/32' } }, { ipBlock: { cidr: '2001:db8::7/128' } }],
        ports: [{ protocol: 'TCP', port: 8080 }],
      },
    ],
  });
  expect(draft.effects.filter((text) => text.includes('tunnel'))).toEqual([
    'MAY CUT a declared connection, for you to decide: Pod shop/cart: Pod edge/agent is on the network of its nodes: where the network plugin has a tunnel (VXLAN, IPIP), it comes from the address of that (env CART of container agent names cart.shop:80)',
  ]);
});

test('a port of the node leads traffic in from outside, to the port of the container', () => {
  const containers = `[{name: main, image: app, ports: [{containerPort: 8080, hostPort: 80}, {containerPort: 9090}]}]`;
  const proxy = (name: string, more: string): string => `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: edge, labels: {app: ${name}}}
spec: {${more}automountServiceAccountToken: false, containers: ${containers}}
status: {phase: Running, podIPs: [{ip: 10.0.0.5}]}
`;
  const engine = engineOf(namespace('edge') + proxy('web', '') + proxy('host', 'hostNetwork: true, '));
  const draft = built(leastPolicy, engine, 'network/no-ingress-isolation', 'Pod edge/web');
  expect(draft.manifests[0]?.['spec']).toMatchObject({ ingress: [{ ports: [{ protocol: 'TCP', port: 8080 }] }] });
  expect(draft.comments.map((one) => one.text)).toContain(
    'hostPort 80 of container main leads traffic in from outside',
  );
  const closing = built(defaultDeny, engine, 'network/no-ingress-isolation', 'Pod edge/web').effects;
  expect(closing.filter((text) => text.startsWith('CLOSES'))).toEqual([
    'CLOSES a declared connection: anyone -> Pod edge/web TCP 8080 (hostPort 80 of container main leads traffic in from outside)',
  ]);
  expect(declaredFlows(engine.view).flows.filter(({ why }) => why.startsWith('hostPort'))).toHaveLength(1);
});

test('a denial says that it closes a connection to a pod on the network of its node', () => {
  const agent = `---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: edge, labels: {app: agent}}
spec: {hostNetwork: true, automountServiceAccountToken: false, containers: [{name: main, image: app, ports: [{containerPort: 9100}]}]}
status: {phase: Running, podIPs: [{ip: 192.0.2.7}]}
---
apiVersion: v1
kind: Service
metadata: {name: agent, namespace: edge}
spec: {selector: {app: agent}, ports: [{port: 80, targetPort: 9100}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {automountServiceAccountToken: false, containers: [{name: main, image: app, env: [{name: AGENT, value: "http://agent.edge:80"}]}]}
status: {phase: Running, podIPs: [{ip: 10.0.0.5}]}
`;
  const engine = engineOf(namespace('shop') + namespace('edge') + agent, false);
  const { effects } = built(defaultDeny, engine, 'network/no-egress-isolation', 'Pod shop/web');
  expect(effects.slice(0, 2)).toEqual([
    'CLOSES a declared connection: Pod shop/web -> Pod edge/agent TCP 9100 (env AGENT of container main names agent.edge:80)',
    'keeps 0 of 1 declared flows',
  ]);
});

describe('on Cilium an ipBlock selects no node', () => {
  const agent = (mode: string): string => `---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: cilium, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: cilium}}
  template:
    metadata: {labels: {k8s-app: cilium}}
    spec: {hostNetwork: true, containers: [{name: cilium-agent, image: cilium}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cilium-config, namespace: kube-system}
data: {policy-cidr-match-mode: "${mode}"}
---
apiVersion: v1
kind: Service
metadata: {name: kubernetes, namespace: default}
spec: {clusterIP: 10.96.0.1, ports: [{port: 443, targetPort: 6443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kubernetes, namespace: default, labels: {kubernetes.io/service-name: kubernetes}}
endpoints: [{addresses: [172.18.0.2]}]
ports: [{port: 6443}]
`;
  const node = (address: string): string => `---
apiVersion: v1
kind: Node
metadata: {name: one}
status: {addresses: [{type: InternalIP, address: ${address}}]}
`;
  const said = (yaml: string, options: ClusterOptions = {}): readonly string[] => {
    const view = cluster(namespace('shop') + pod('shop', 'web', { app: 'web' }) + yaml, options);
    const engine = new Engine(view, RULES);
    engine.settle();
    const draft = built(leastPolicy, engine, 'network/no-egress-isolation', 'Pod shop/web');
    return draft.effects.filter((text) => text.includes('Cilium'));
  };
  const told = (cidrs: string): string =>
    `MAY CUT a declared connection, for you to decide: Pod shop/web: on Cilium an ipBlock selects no node, so that ${cidrs} may stay closed (its pods mount a service account token: the API server): allow the entity kube-apiserver, or host and remote-node, in a CiliumNetworkPolicy`;

  test('so that an API server on a node needs an entity', () => {
    expect(said(agent('') + node('172.18.0.2'))).toEqual([told('172.18.0.2/32')]);
  });

  test('which is not known where nodes could not be read', () => {
    expect(said(agent(''), { denied: ['Node'] })).toEqual([told('10.96.0.1/32, 172.18.0.2/32')]);
  });

  test('but an API server elsewhere, or nodes that are matched, do not', () => {
    expect(said(agent('') + node('172.18.0.9'))).toEqual([]);
    expect(said(agent('nodes') + node('172.18.0.2'))).toEqual([]);
  });

  test('and other plugins match nodes', () => {
    const calico = agent('').replaceAll('name: cilium,', 'name: calico-node,').replace('cilium-agent', 'calico-node');
    expect(said(calico + node('172.18.0.2'))).toEqual([]);
  });
});

describe('on Calico', () => {
  const calico = `---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: calico-node, namespace: calico-system}
spec:
  selector: {matchLabels: {k8s-app: calico-node}}
  template:
    metadata: {labels: {k8s-app: calico-node}}
    spec: {hostNetwork: true, containers: [{name: calico-node, image: quay.io/calico/node}]}
`;
  const definition = (plural: string): string => `---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${plural}.crd.projectcalico.org}
spec: {group: crd.projectcalico.org, scope: Namespaced, names: {plural: ${plural}, kind: Any}, versions: []}
`;
  const STAGED = definition('stagedkubernetesnetworkpolicies');
  const remedies = (yaml: string): unknown =>
    findingOf(engineOf(BOUTIQUE + yaml), 'network/no-ingress-isolation', 'StatefulSet shop/redis').remedies;
  const ENFORCED = ['network/least-policy', 'network/default-deny'];

  test.each([
    ['its staged policies go first', calico + STAGED, ['network/staged-least-policy', ...ENFORCED]],
    ['also where no definition could be seen', calico, ['network/staged-least-policy', ...ENFORCED]],
    ['not where it is too old for them', calico + definition('felixconfigurations'), ENFORCED],
    ['nor where something else enforces', STAGED, ENFORCED],
  ])('%s', (_name, yaml, expected) => {
    expect(remedies(yaml)).toEqual(expected);
  });

  test('a staged set is the least policies, in the same order, and changes nothing yet', () => {
    const engine = engineOf(BOUTIQUE + calico + STAGED);
    const ask = (remedy: Remedy): RemedyDraft =>
      built(remedy, engine, 'network/namespace-without-default-deny', 'Namespace shop');
    const [staged, enforced] = [ask(stagedLeastPolicy), ask(leastPolicy)];
    const kinds = { apiVersion: 'projectcalico.org/v3', kind: 'StagedKubernetesNetworkPolicy' };
    expect(staged.manifests).toEqual(enforced.manifests.map((one) => ({ ...one, ...kinds })));
    expect(staged.comments).toEqual(enforced.comments);
    expect(staged.changes).toEqual([]);
    expect(staged.effects).toContain('once enforced: opens no connection');
    expect(staged.note).toContain(
      'kubectl delete stagedkubernetesnetworkpolicies.projectcalico.org -n shop ads-least cart-least frontend-least redis-least default-deny.',
    );
  });
});

test('a workload whose labels also select another is refused', () => {
  const twin = `${BOUTIQUE}---\n${
    BOUTIQUE.split('---')
      .find((one) => one.includes('name: cart, namespace') && one.includes('Deployment'))
      ?.replace('name: cart,', 'name: cart-two,') ?? ''
  }`;
  const engine = engineOf(twin);
  const made = leastPolicy.build(
    findingOf(engine, 'network/no-ingress-isolation', 'Deployment shop/cart'),
    engine.view,
  );
  expect(made).toMatchObject({ refused: expect.stringContaining('Deployment cart-two') as string });
});

describe('workloads that have a label in common', () => {
  const deployment = (name: string, selector: object, labels: object): string =>
    `---\n${JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'shop' },
      spec: {
        selector: { matchLabels: selector },
        template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'i:1' }] } },
      },
    })}\n`;
  const VERSION = 'app.kubernetes.io/version';
  const asked = (...deployments: readonly string[]): RemedyDraft | { readonly refused: string } => {
    const engine = engineOf(namespace('shop') + deployments.join(''));
    return leastPolicy.build(findingOf(engine, 'network/no-ingress-isolation', 'Deployment shop/one'), engine.view);
  };
  const selectorOf = (made: RemedyDraft | { readonly refused: string }): unknown =>
    'refused' in made ? made : (made.manifests[0]?.['spec'] as Record<string, unknown> | undefined)?.['podSelector'];

  test.each([
    ['a further label of its pods', { app: 'web' }, { app: 'web', track: 'blue', [VERSION]: '1' }, { track: 'blue' }],
    [
      'the version, where its selector asks for it',
      { app: 'web', [VERSION]: '1' },
      { app: 'web', [VERSION]: '1' },
      { [VERSION]: '1' },
    ],
  ])('are told apart by %s', (_name, selector, labels, more) => {
    const other = { ...labels, track: 'green', [VERSION]: '2' };
    const twin = deployment('two', { ...selector, ...(VERSION in selector ? { [VERSION]: '2' } : {}) }, other);
    expect(selectorOf(asked(deployment('one', selector, labels), twin))).toEqual({
      matchLabels: { app: 'web', ...more },
    });
  });

  test('one label that tells is enough, and the version is said to stay as long as the workload', () => {
    const one = { app: 'web', tier: 'front', track: 'blue', [VERSION]: '1' };
    const two = { app: 'web', tier: 'front', track: 'green', [VERSION]: '1' };
    const alone = asked(deployment('one', { app: 'web' }, one), deployment('two', { app: 'web' }, two));
    expect(selectorOf(alone)).toEqual({ matchLabels: { app: 'web', track: 'blue' } });
    const own = { app: 'web', [VERSION]: '1' };
    const made = asked(
      deployment('one', own, own),
      deployment('two', { app: 'web', [VERSION]: '2' }, { app: 'web', [VERSION]: '2' }),
    );
    const texts = 'refused' in made ? [made.refused] : made.comments.map(({ text }) => text);
    expect(texts).toContain(
      `the selector of Deployment shop/one, which cannot change; a workload of another ${VERSION} needs a policy of its own`,
    );
  });

  test('are refused with the label to add where nothing else tells them apart', () => {
    const labels = { app: 'web', [VERSION]: '1' };
    const twin = { app: 'web', [VERSION]: '2' };
    const refusal = (key: string, what = 'its template'): object => ({
      refused: `Its labels also select Deployment two: give ${what} the label ${key}=one first.`,
    });
    const plain = deployment('one', { app: 'web' }, labels);
    expect(asked(plain, deployment('two', { app: 'web' }, twin))).toEqual(refusal('app.kubernetes.io/component'));
    // Without pods now, it will have them.
    const live = engineOf(
      namespace('shop') + pod('shop', 'one', labels) + deployment('two', { app: 'web' }, twin),
      false,
    );
    const bare = findingOf(live, 'network/no-ingress-isolation', 'Pod shop/one');
    expect(leastPolicy.build(bare, live.view)).toEqual(refusal('app.kubernetes.io/component', 'it'));
    // Another workload carries that already, and a Service would begin to select its pods.
    const taken = deployment('three', { app: 'api' }, { app: 'api', 'app.kubernetes.io/component': 'one' });
    const service = `---\n${JSON.stringify({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'one', namespace: 'shop' },
      spec: { selector: { component: 'one' }, ports: [{ port: 80 }] },
    })}\n`;
    expect(asked(plain, deployment('two', { app: 'web' }, twin), taken, service)).toEqual(refusal('workload'));
  });
});

test('pods without labels are refused: a policy for them would be one for the whole namespace', () => {
  const engine = engineOf(namespace('shop') + pod('shop', 'bare', {}) + pod('shop', 'web', { app: 'web' }));
  const made = leastPolicy.build(findingOf(engine, 'network/no-ingress-isolation', 'Pod shop/bare'), engine.view);
  expect(made).toMatchObject({ refused: expect.stringContaining('no labels that stay the same') as string });
});

test('default deny says which declared connections it closes', () => {
  const engine = engineOf(BOUTIQUE);
  const draft = built(defaultDeny, engine, 'network/namespace-without-default-deny', 'Namespace shop');
  const closing = draft.effects.filter((text) => text.startsWith('CLOSES a declared connection'));
  expect(closing.join('\n')).toContain('Deployment shop/frontend -> Deployment shop/cart TCP 7071');
  expect(engine.prove(draft.changes).closes.map((one) => one.rule)).toContain('network/namespace-without-default-deny');
});

describe('correcting a selector', () => {
  const SHOP = [
    namespace('shop'),
    namespace('data'),
    pod('shop', 'web', { app: 'web' }),
    pod('data', 'db', { app: 'db' }),
  ].join('');

  test('of a policy that selects nothing', () => {
    const engine = engineOf(SHOP + policy('shop', 'typo', '{podSelector: {matchLabels: {app: wbe}}}'), false);
    const draft = built(fixSelector, engine, 'network/policy-selects-nothing', 'NetworkPolicy shop/typo');
    expect(draft.manifests[0]).toMatchObject({ spec: { podSelector: { matchLabels: { app: 'web' } } } });
    const closed = engine.prove(draft.changes).closes.map((one) => one.rule);
    expect(closed).toContain('network/policy-selects-nothing');
    expect(closed).toContain('network/no-ingress-isolation');
  });

  test('of another key, as a patch that takes the wrong one out: applied, the policy would ask for both', () => {
    const yaml =
      namespace('shop') +
      pod('shop', 'web', { 'app.kubernetes.io/name': 'web' }) +
      policy('shop', 'key', '{podSelector: {matchLabels: {app: web}}, ingress: []}');
    const engine = engineOf(yaml, false);
    const draft = built(fixSelector, engine, 'network/policy-selects-nothing', 'NetworkPolicy shop/key');
    expect(draft.manifests).toEqual([
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'key', namespace: 'shop' },
        spec: { podSelector: { matchLabels: { app: null, 'app.kubernetes.io/name': 'web' } } },
      },
    ]);
    expect(draft.use).toEqual({
      type: 'patch',
      commands: ['kubectl patch networkpolicies key -n shop --type=merge --patch-file FILE'],
    });
    expect(engine.prove(draft.changes).closes.map((one) => one.rule)).toContain('network/policy-selects-nothing');
  });

  test('of a peer without the namespaceSelector it needs', () => {
    const spec = '{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}';
    const engine = engineOf(SHOP + policy('data', 'db', spec), false);
    const draft = built(fixSelector, engine, 'network/peer-matches-nothing', 'NetworkPolicy data/db');
    expect(draft.effects.join('\n')).toContain('opens 1 connections: Pod shop/web -> Pod data/db (all ports)');
    expect(engine.prove(draft.changes).closes.map((one) => one.rule)).toContain('network/peer-matches-nothing');
  });

  test('of a namespaceSelector that is misspelt', () => {
    const peer = '{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shpo}}, podSelector: {}}';
    const spec = `{podSelector: {}, ingress: [{from: [${peer}]}]}`;
    const engine = engineOf(SHOP + policy('data', 'db', spec), false);
    const finding = [...engine.findings.values()].find((one) => one.rule === 'network/peer-matches-nothing');
    expect(finding?.why).toBe(
      'The peer allows nobody: no namespace has the labels kubernetes.io/metadata.name=shpo. Nearest: kubernetes.io/metadata.name=shpo is written kubernetes.io/metadata.name=shop on Namespace shop.',
    );
    const draft = built(fixSelector, engine, 'network/peer-matches-nothing', 'NetworkPolicy data/db');
    expect(draft.manifests[0]).toMatchObject({
      spec: {
        ingress: [
          {
            from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } }, podSelector: {} }],
          },
        ],
      },
    });
    expect(engine.prove(draft.changes).closes.map((one) => one.rule)).toContain('network/peer-matches-nothing');
  });
});

test('the difference names exactly what a changed policy of the same name opens and closes', () => {
  const before = cluster(
    [namespace('shop'), pod('shop', 'web', { app: 'web' }), pod('shop', 'db', { app: 'db' })].join('') +
      policy(
        'shop',
        'db',
        '{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}]}',
      ),
  );
  const [object] = objectsOf(
    policy(
      'shop',
      'db',
      '{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}, {ipBlock: {cidr: 192.0.2.0/24}}], ports: [{port: 81}]}]}',
    ),
  );
  if (object === undefined) throw new Error('no policy');
  const changes: Change[] = [{ type: 'upsert', object }];
  const after = overlay(before, changes);
  if (after === undefined) throw new Error('no overlay');
  const { opened, closed } = connectionDifference(before, after);
  const text = (list: typeof opened): string[] =>
    list.map((one) => `${one.source} -> ${one.destination} ${portsText(one.ports)}`);
  expect(text(closed)).toEqual(['Pod shop/web -> Pod shop/db TCP 80']);
  expect(text(opened)).toEqual(['Pod shop/web -> Pod shop/db TCP 81', '192.0.2.0-192.0.2.255 -> Pod shop/db TCP 81']);
});

describe('flow logs as evidence', () => {
  const end = (namespaceName: string | null, pod: string | null, address: string | null = null): ObservedEnd => ({
    namespace: namespaceName,
    pod,
    workload: null,
    address,
  });
  const flow = (source: ObservedEnd, destination: ObservedEnd, port: number, count: number): ObservedFlow => ({
    source,
    destination,
    protocol: 'TCP',
    port,
    verdict: 'forwarded',
    count,
    first: null,
    last: Date.parse('2026-11-20T10:00:00Z'),
  });
  const notes: FlowNotes = {
    source: 'flows.json',
    lines: 9,
    used: 4,
    skipped: 0,
    undirected: 0,
    broken: 1,
    firstBroken: { line: 3, reason: 'not whole JSON' },
    beyond: 0,
  };
  const engine = engineOf(BOUTIQUE);
  engine.apply([
    {
      type: 'flows',
      flows: {
        flows: [
          flow(end('shop', 'frontend-6d4b75cb6d-x7k2p'), end('shop', 'cart-5f8d-abcde'), 7071, 14),
          flow(end('shop', 'ads-5f8d-abcde'), end('shop', 'redis-0'), 6379, 3),
          flow(end('shop', 'nobody'), end('shop', 'redis-0'), 6379, 1),
        ],
        notes: [notes],
      },
    },
  ]);
  engine.settle();
  const draft = built(leastPolicy, engine, 'network/namespace-without-default-deny', 'Namespace shop');

  test('an observed connection that nothing declares is cut, and said so for a person to decide', () => {
    expect(draft.effects.filter((text) => /observ|flow logs|lines of/.test(text))).toEqual([
      'keeps 1 of 2 connections that the flow logs report; what was not observed while they were written may be cut too',
      'CUTS an observed connection, for you to decide: Deployment shop/ads -> StatefulSet shop/redis TCP 6379 (×3, last 2026-11-20T10:00:00Z)',
      '1 observed connections have an end that is no longer there',
      'of 9 lines of flows.json, 1 could not be read (first: line 3: not whole JSON)',
    ]);
  });

  test('each declared rule says whether it was seen', () => {
    const texts = draft.comments.map((one) => one.text).join('\n');
    expect(texts).toContain(
      'Deployment shop/frontend: env CART_ADDR of container server names cart:7070, seen in the flow logs (×14, last 2026-11-20T10:00:00Z)',
    );
    expect(texts).toMatch(/Deployment shop\/cart: [^\n]*redis[^\n]*, not seen in the flow logs/);
  });
});

test('an address means the pod that has it, unless that pod is younger than the flow', () => {
  const young = pod('shop', 'web', { app: 'web' }).replace(
    'namespace: shop',
    'namespace: shop, creationTimestamp: "2026-11-21T00:00:00Z"',
  );
  const view = cluster([namespace('shop'), young, pod('shop', 'db', { app: 'db' })].join(''));
  const address = (name: string): string => view.get('Pod', 'shop', name)?.podIPs[0] ?? '';
  const seen = (first: number): unknown => {
    const ends = ['web', 'db'].map((name) => ({ namespace: null, pod: null, workload: null, address: address(name) }));
    const [source, destination] = ends;
    if (source === undefined || destination === undefined) throw new Error('no ends');
    const one: ObservedFlow = {
      source,
      destination,
      protocol: 'TCP',
      port: 80,
      verdict: 'forwarded',
      count: 1,
      first,
      last: first,
    };
    apply(view, [{ type: 'flows', flows: { flows: [one], notes: [] } }]);
    const { connections: found, unresolved } = observedConnections(view);
    return [found.map((each) => `${endText(each.source)} -> ${endText(each.destination)}`), unresolved];
  };
  expect(seen(Date.parse('2026-11-22T00:00:00Z'))).toEqual([['Pod shop/web -> Pod shop/db'], 0]);
  expect(seen(Date.parse('2026-11-20T00:00:00Z'))).toEqual([[], 1]);
});

describe('a connection that is declared, and leads to nobody knows where, may be cut', () => {
  const API = 'its pods mount a service account token: the API server, whose address could not be read';
  const DNS = 'DNS: no DNS Service was found, so the usual labels and port (k8s-app: kube-dns in kube-system, 53)';
  const cuts = (remedy: Remedy, isPartial: boolean): readonly string[] => {
    const facts = isPartial ? { source: 'files' as const, complete: false } : {};
    const engine = new Engine(cluster(namespace('shop') + pod('shop', 'web', { app: 'web' }), { facts }), RULES);
    engine.settle();
    const draft = built(remedy, engine, 'network/no-egress-isolation', 'Pod shop/web');
    expect(isBreaking(draft)).toBe(true);
    return draft.effects.filter((text) => text.includes('for you to decide'));
  };
  const cut = (text: string): string => `MAY CUT a declared connection, for you to decide: Pod shop/web: ${text}`;

  test('that to the API server, which files do not hold', () => {
    expect(cuts(leastPolicy, true)).toEqual([cut(API)]);
    expect(cuts(defaultDeny, true)).toEqual([cut(API)]);
  });

  test('that to DNS too, where all of a cluster was read and holds none', () => {
    expect(cuts(leastPolicy, false)).toEqual([cut(API), cut(DNS)]);
    expect(cuts(stagedLeastPolicy, false).map((text) => text.replace('once enforced: ', ''))).toEqual([
      cut(API),
      cut(DNS),
    ]);
  });
});
