import { describe, expect, test } from 'vitest';
import { declaredFlows } from '../../../src/analyses/network/declared-flows.ts';
import { flowCheck } from '../../../src/analyses/network/flow-check.ts';
import { endText } from '../../../src/analyses/network/observed-flows.ts';
import { overlay } from '../../../src/analyses/network/overlay.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { fixSelector } from '../../../src/remedy/labels/fix-selector.ts';
import { leastPolicy } from '../../../src/remedy/network/least-policy.ts';
import { RULES } from '../../../src/rules/index.ts';
import { cluster, namespace, type ClusterOptions } from './cluster.ts';

const FILES: ClusterOptions = { facts: { source: 'files' } };
const NAMESPACES = [namespace('shop', { team: 'a' }), namespace('monitoring'), namespace('data')].join('');
/** An operator made its StatefulSet, so that its pods belong to the Prometheus itself. */
const STATEFUL_SET = workload('StatefulSet', 'monitoring', 'prometheus-k8s', 'quay.example/prometheus:v3', 9090);
const PROMETHEUS = `${STATEFUL_SET}${prometheus('serviceMonitorSelector: {}, serviceMonitorNamespaceSelector: {}, podMonitorSelector: {}')}`;
const CART =
  workload('Deployment', 'shop', 'cart', 'registry.example/cart:1', 9102, 'metrics') +
  `---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop, labels: {app: cart}}
spec: {selector: {app: cart}, ports: [{name: http, port: 80, targetPort: 8080}, {name: scrape, port: 81, targetPort: metrics}]}
`;

function workload(kind: string, where: string, name: string, image: string, port: number, portName = 'web'): string {
  return `---
apiVersion: apps/v1
kind: ${kind}
metadata: {name: ${name}, namespace: ${where}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      automountServiceAccountToken: false
      containers: [{name: main, image: '${image}', ports: [{name: ${portName}, containerPort: ${port}}, {containerPort: 8080}]}]
`;
}

function prometheus(selection: string): string {
  return `---
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: k8s, namespace: monitoring}
spec: {${selection}}
`;
}

function monitor(kind: 'ServiceMonitor' | 'PodMonitor', where: string, spec: string): string {
  return `---
apiVersion: monitoring.coreos.com/v1
kind: ${kind}
metadata: {name: cart, namespace: ${where}, labels: {release: one}}
spec: {selector: {matchLabels: {app: cart}}, ${spec}}
`;
}

const SCRAPED = 'StatefulSet monitoring/prometheus-k8s -> Deployment shop/cart';

/** Declared scrapes, and what is unknown about cart's ingress. */
function scrapes(yaml: string): { readonly flows: readonly string[]; readonly unknown: readonly string[] } {
  const { flows, unknown } = declaredFlows(cluster(NAMESPACES + CART + yaml, FILES));
  return {
    flows: flows
      .filter((flow) => flow.why.includes('scrape'))
      .map(({ source, destination, ports }) => {
        return `${endText(source)} -> ${endText(destination)} ${ports.map((one) => one.port).join(',')}`;
      }),
    unknown: unknown.filter((one) => one.direction === 'ingress').map((one) => one.text),
  };
}

describe('who scrapes what', () => {
  test.each([
    ['a Service port by its name, on the pod port', 'ServiceMonitor', 'endpoints: [{port: scrape}]', '9102'],
    ['a container port by number', 'ServiceMonitor', 'endpoints: [{targetPort: 9102}]', '9102'],
    ['a container port by name', 'ServiceMonitor', 'endpoints: [{targetPort: metrics}]', '9102'],
    ['port goes before targetPort', 'ServiceMonitor', 'endpoints: [{port: http, targetPort: metrics}]', '8080'],
    ['no port: all of the Service', 'ServiceMonitor', 'endpoints: [{}]', '8080,9102'],
    ['the name of a container port is none of a Service', 'ServiceMonitor', 'endpoints: [{port: metrics}]', null],
    ['of pods by name', 'PodMonitor', 'podMetricsEndpoints: [{port: metrics}]', '9102'],
    ['of pods by number', 'PodMonitor', 'podMetricsEndpoints: [{portNumber: 8080}]', '8080'],
    ['a port that is not declared', 'PodMonitor', 'podMetricsEndpoints: [{portNumber: 1234}]', null],
  ] as const)('%s', (_name, kind, endpoints, ports) => {
    const everywhere = PROMETHEUS.replace(
      'podMonitorSelector: {}',
      'podMonitorSelector: {}, podMonitorNamespaceSelector: {}',
    );
    const { flows } = scrapes(everywhere + monitor(kind, 'shop', endpoints));
    expect(flows).toEqual(ports === null ? [] : [`${SCRAPED} ${ports}`]);
  });

  const ENDPOINTS = 'namespaceSelector: {any: true}, endpoints: [{port: scrape}]';
  test.each([
    ['a selector that the monitor has', 'serviceMonitorSelector: {matchLabels: {release: one}}', 'monitoring', true],
    ['a selector that it has not', 'serviceMonitorSelector: {matchLabels: {release: two}}', 'monitoring', false],
    ['no selector takes no monitor', 'podMonitorSelector: {}', 'monitoring', false],
    ['no namespace selector: only its own', 'serviceMonitorSelector: {}', 'shop', false],
    [
      'a namespace by its label',
      'serviceMonitorSelector: {}, serviceMonitorNamespaceSelector: {matchLabels: {team: a}}',
      'shop',
      true,
    ],
    [
      'monitors held in their namespace',
      'serviceMonitorSelector: {}, ignoreNamespaceSelectors: true',
      'monitoring',
      false,
    ],
  ])('a Prometheus takes a monitor by %s', (_name, selection, where, isTaken) => {
    const yaml = STATEFUL_SET + prometheus(selection) + monitor('ServiceMonitor', where, ENDPOINTS);
    expect(scrapes(yaml).flows).toEqual(isTaken ? [`${SCRAPED} 9102`] : []);
  });

  test('pods belong to their Prometheus, and a Prometheus that no object speaks of scrapes every monitor', () => {
    const owned = STATEFUL_SET.replace(
      'namespace: monitoring}',
      'namespace: monitoring, ownerReferences: [{apiVersion: monitoring.coreos.com/v1, kind: Prometheus, name: k8s, uid: u, controller: true}]}',
    );
    const pod = `---
apiVersion: v1
kind: Pod
metadata: {name: prometheus-k8s-0, namespace: monitoring, labels: {app: prom}, ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: prometheus-k8s, uid: s, controller: true}]}
spec: {containers: [{name: main, image: 'quay.example/prometheus:v3'}]}
status: {phase: Running}
`;
    const asked = monitor('ServiceMonitor', 'shop', 'endpoints: [{port: scrape}]');
    const all = prometheus('serviceMonitorSelector: {}, serviceMonitorNamespaceSelector: {}');
    expect(scrapes(owned + pod + all + asked).flows).toEqual([
      'Prometheus monitoring/k8s -> Deployment shop/cart 9102',
    ]);
    expect(scrapes(STATEFUL_SET + asked).flows).toEqual([`${SCRAPED} 9102`]);
  });

  test.each(['StatefulSet', 'DaemonSet'])('an agent takes what its object selects: %s', (kind) => {
    const made = workload(kind, 'monitoring', 'prom-agent-k8s', 'quay.example/prometheus:v3', 9090);
    const agent = (selection: string): string =>
      prometheus(selection)
        .replace('coreos.com/v1', 'coreos.com/v1alpha1')
        .replace('kind: Prometheus', 'kind: PrometheusAgent');
    const asked = monitor('ServiceMonitor', 'monitoring', ENDPOINTS);
    const flow = `${kind} monitoring/prom-agent-k8s -> Deployment shop/cart 9102`;
    expect(scrapes(made + agent('serviceMonitorSelector: {}') + asked).flows).toEqual([flow]);
    expect(scrapes(made + agent('serviceMonitorSelector: {matchLabels: {a: b}}') + asked).flows).toEqual([]);
  });

  test.each([
    ['VMServiceScrape', 'endpoints: [{port: scrape}]'],
    ['VMPodScrape', 'podMetricsEndpoints: [{port: metrics}]'],
  ])('%s is for the agents of VictoriaMetrics alone', (kind, spec) => {
    const asked = monitor('ServiceMonitor', 'shop', spec)
      .replace('monitoring.coreos.com/v1', 'operator.victoriametrics.com/v1beta1')
      .replace('kind: ServiceMonitor', `kind: ${kind}`);
    const agent = workload('Deployment', 'monitoring', 'vmagent-main', 'victoriametrics/vmagent:v1.130.0', 8429);
    expect(scrapes(STATEFUL_SET + agent + asked).flows).toEqual([
      'Deployment monitoring/vmagent-main -> Deployment shop/cart 9102',
    ]);
    expect(scrapes(STATEFUL_SET + asked)).toEqual({
      flows: [],
      unknown: [`${kind} shop/cart has it scraped on port 9102, and no scraper of it was found`],
    });
  });

  test.each([
    ['nothing selected takes nothing', '', 'shop', false],
    ['selectAllByDefault takes all', 'selectAllByDefault: true', 'shop', true],
    ['a selector of labels, in its own namespace', 'KINDSelector: {matchLabels: {release: one}}', 'monitoring', true],
    ['but not in another', 'KINDSelector: {matchLabels: {release: one}}', 'shop', false],
    ['namespaces alone take all of these', 'KINDNamespaceSelector: {matchLabels: {team: a}}', 'shop', true],
    ['and none of others', 'KINDNamespaceSelector: {matchLabels: {team: a}}', 'monitoring', false],
    [
      'both: as both say',
      'KINDNamespaceSelector: {}, KINDSelector: {matchLabels: {release: two}}, selectAllByDefault: true',
      'shop',
      false,
    ],
    [
      'scrapes held in their namespace',
      'KINDNamespaceSelector: {}, ignoreNamespaceSelectors: true',
      'monitoring',
      false,
    ],
  ])('a VMAgent takes what its object selects: %s', (_name, selection, where, isTaken) => {
    const ends = {
      VMServiceScrape: 'endpoints: [{port: scrape}]',
      VMPodScrape: 'podMetricsEndpoints: [{port: metrics}]',
    };
    for (const [kind, spec] of Object.entries(ends)) {
      const asked = monitor('ServiceMonitor', where, `namespaceSelector: {any: true}, ${spec}`)
        .replace('monitoring.coreos.com/v1', 'operator.victoriametrics.com/v1beta1')
        .replace('kind: ServiceMonitor', `kind: ${kind}`);
      const agent = prometheus(selection.replaceAll('KIND', kind === 'VMPodScrape' ? 'podScrape' : 'serviceScrape'))
        .replace('monitoring.coreos.com/v1', 'operator.victoriametrics.com/v1beta1')
        .replace('kind: Prometheus', 'kind: VMAgent');
      for (const [made, name] of [
        ['Deployment', 'vmagent-k8s'],
        ['StatefulSet', 'vmagent-k8s-1'],
      ] as const) {
        const pods = workload(made, 'monitoring', name, 'victoriametrics/vmagent:v1.130.0', 8429);
        const { flows } = scrapes(STATEFUL_SET + pods + agent + asked);
        expect(flows).toEqual(isTaken ? [`${made} monitoring/${name} -> Deployment shop/cart 9102`] : []);
      }
    }
  });

  test('without any Prometheus it is for a person to decide', () => {
    const { flows, unknown } = scrapes(monitor('ServiceMonitor', 'shop', 'endpoints: [{port: scrape}]'));
    expect(flows).toEqual([]);
    expect(unknown).toEqual(['ServiceMonitor shop/cart has it scraped on port 9102, and no scraper of it was found']);
  });
});

test('generated policies keep what monitors declare, on both sides', () => {
  const view = cluster(
    NAMESPACES + CART + PROMETHEUS + monitor('ServiceMonitor', 'shop', 'endpoints: [{port: scrape}]'),
    FILES,
  );
  const engine = new Engine(view, RULES);
  engine.settle();
  const changes = ['shop', 'monitoring'].flatMap((name) => {
    const finding = [...engine.findings.values()].find(
      (one) => one.rule === 'network/namespace-without-default-deny' && one.subject.name === name,
    );
    const made = finding === undefined ? undefined : leastPolicy.build(finding, view);
    return made === undefined || 'refused' in made ? [] : made.changes;
  });
  expect(changes.length).toBe(4);
  const after = overlay(view, changes);
  const scrape = declaredFlows(view).flows.find((flow) => flow.why === 'ServiceMonitor shop/cart has it scraped');
  if (after === undefined || scrape === undefined) throw new Error('no overlay or no flow');
  const check = flowCheck(after);
  expect(check(scrape)).toBe(true);
  expect(check({ ...scrape, ports: [{ protocol: 'TCP', port: 8080 }] })).toBe(false);
});

test('a policy says that monitors could not be read', () => {
  const view = cluster(NAMESPACES + CART, { ...FILES, denied: ['ServiceMonitor'] });
  expect(declaredFlows(view).unread).toEqual(['ServiceMonitor']);
});

test.each([
  [
    'a misspelt label',
    'namespaceSelector: {matchNames: [shop]}, selector: {matchLabels: {app: crat}}',
    { selector: { matchLabels: { app: 'cart' } } },
  ],
  [
    'the namespace that it does not look in',
    'selector: {matchLabels: {app: cart}}',
    { namespaceSelector: { matchNames: ['shop'] } },
  ],
])('the remedy of a monitor corrects %s', (_name, spec, patch) => {
  const yaml = monitor('ServiceMonitor', 'monitoring', 'endpoints: [{port: scrape}]').replace(
    'selector: {matchLabels: {app: cart}}',
    spec,
  );
  const engine = new Engine(cluster(NAMESPACES + CART + yaml), RULES);
  engine.settle();
  const finding = [...engine.findings.values()].find((one) => one.subject.kind === 'ServiceMonitor');
  if (finding === undefined) throw new Error('no finding');
  const made = fixSelector.build(finding, engine.view);
  if ('refused' in made) throw new Error(made.refused);
  expect(made.manifests[0]).toMatchObject({ spec: patch });
  expect(engine.prove(made.changes).closes.map((one) => one.id)).toContain(finding.id);
});
