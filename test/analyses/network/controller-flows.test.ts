import { describe, expect, test } from 'vitest';
import { declaredFlows } from '../../../src/analyses/network/declared-flows.ts';
import { exposures } from '../../../src/analyses/network/exposure.ts';
import { endText } from '../../../src/analyses/network/observed-flows.ts';
import { workload as workloadOf } from '../../../src/analyses/workload/workloads.ts';
import { cluster, namespace } from './cluster.ts';

function deployment(name: string, images: readonly string[], more = ''): string {
  const containers = images.map(
    (image, at) => `{name: c${at}, image: '${image}', ports: [{containerPort: ${8080 + at}}]}`,
  );
  return `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {automountServiceAccountToken: false, ${more} containers: [${containers.join(', ')}]}
`;
}

const WEB = `${namespace('shop')}${deployment('web', ['web'])}---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}, {name: udp, port: 81, protocol: UDP, targetPort: 9090}]}
`;
const NGINX = deployment('nginx', ['registry.k8s.io/ingress-nginx/controller:v1.13.1']);

describe('what a controller serves besides', () => {
  const unknown = (yaml: string): readonly string[] =>
    declaredFlows(cluster(yaml)).unknown.map(
      ({ workload, direction, text }) => `${workload.ref.name} ${direction} ${text}`,
    );

  test('is for a person to decide, with and without an Ingress', () => {
    const told =
      'nginx egress it serves Ingresses or routes: it connects to the backends of those that come later, or were not read, too';
    expect(unknown(WEB + NGINX)).toEqual([told]);
    expect(unknown(WEB + NGINX + ingress('ingressClassName: nginx,'))).toEqual([told]);
  });

  test('is nothing to others', () => {
    expect(unknown(WEB + ingress('ingressClassName: nginx,'))).toEqual([]);
  });
});

const TRAEFIK = deployment('traefik', ['docker.io/traefik:v3.5']);

function ingress(spec: string, annotations = '{}'): string {
  return `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop, annotations: ${annotations}}
spec: {${spec} defaultBackend: {service: {name: web, port: {number: 80}}}}
`;
}

function route(kind: string, version: string, port = 80): string {
  return `---
apiVersion: gateway.networking.k8s.io/${version}
kind: ${kind}
metadata: {name: web, namespace: shop}
spec: {parentRefs: [{name: gate}], rules: [{backendRefs: [{name: web, port: ${port}}]}]}
`;
}

function gateway(className: string): string {
  return `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gate, namespace: shop}
spec: {gatewayClassName: ${className}, listeners: []}
`;
}

/** Who is declared to open connections to the workload, with what is said of it; on a cluster nothing here has pods. */
function callers(yaml: string, source: 'files' | 'cluster' = 'files'): readonly string[] {
  return declaredFlows(cluster(WEB + yaml, { facts: { source } }))
    .flows.filter((flow) => endText(flow.destination) === 'Deployment shop/web')
    .map(({ source, ports, why }) => {
      return `${endText(source)} ${ports.map((one) => `${one.protocol} ${one.port}`).join(', ')}: ${why}`;
    });
}

describe('a controller that is scaled to zero', () => {
  test('sends from its pods once it has some, by its template', () => {
    expect(callers(NGINX + ingress(''), 'cluster')).toEqual([
      'Deployment shop/nginx TCP 8080: Ingress shop/web leads here',
    ]);
    const onHost = deployment('nginx', ['registry.k8s.io/ingress-nginx/controller:v1'], 'hostNetwork: true,');
    expect(callers(onHost + ingress(''), 'cluster')).toEqual([
      'anyone TCP 8080: Ingress shop/web leads here; its controller is on the host network, so from anyone',
    ]);
  });
});

describe('who leads traffic to a backend', () => {
  test.each([
    [
      'a controller that is there',
      NGINX + ingress(''),
      ['Deployment shop/nginx TCP 8080: Ingress shop/web leads here'],
    ],
    [
      'a controller with the sidecar of a mesh',
      deployment('nginx', ['istio/proxyv2:1.27', 'registry.k8s.io/ingress-nginx/controller:v1']) + ingress(''),
      ['Deployment shop/nginx TCP 8080: Ingress shop/web leads here'],
    ],
    [
      'a proxy in pods of its own is a gateway, the sidecar of another program is none',
      deployment('gate', ['docker.io/istio/proxyv2:1.27']) +
        deployment('cart', ['cart', 'docker.io/istio/proxyv2:1.27']) +
        route('HTTPRoute', 'v1'),
      ['Deployment shop/gate TCP 8080: HTTPRoute shop/web leads here'],
    ],
    [
      'Envoy Gateway, whose proxies have a helper',
      deployment('gate', ['envoyproxy/envoy:distroless-v1.35', 'docker.io/envoyproxy/gateway:v1.5']) +
        route('GRPCRoute', 'v1'),
      ['Deployment shop/gate TCP 8080: GRPCRoute shop/web leads here'],
    ],
    [
      'no controller',
      ingress(''),
      ['anyone TCP 8080: Ingress shop/web leads here; no controller was found, so from anyone'],
    ],
    [
      'of two controllers the one of the class',
      NGINX + TRAEFIK + ingress('ingressClassName: nginx-internal,'),
      ['Deployment shop/nginx TCP 8080: Ingress shop/web leads here'],
    ],
    [
      'of a Gateway too',
      NGINX + TRAEFIK + gateway('traefik') + route('HTTPRoute', 'v1'),
      ['Deployment shop/traefik TCP 8080: HTTPRoute shop/web leads here'],
    ],
    [
      'either, where the class tells nothing',
      NGINX + TRAEFIK + ingress('ingressClassName: public,'),
      [
        'Deployment shop/nginx TCP 8080: Ingress shop/web leads here',
        'Deployment shop/traefik TCP 8080: Ingress shop/web leads here',
      ],
    ],
    [
      'what is there, where the class names another program',
      NGINX + ingress('ingressClassName: kong,'),
      ['Deployment shop/nginx TCP 8080: Ingress shop/web leads here'],
    ],
    [
      'a controller on the network of the host',
      deployment('nginx', ['registry.k8s.io/ingress-nginx/controller:v1'], 'hostNetwork: true,') + ingress(''),
      ['anyone TCP 8080: Ingress shop/web leads here; its controller is on the host network, so from anyone'],
    ],
    [
      'a load balancer of the cloud, though a controller of another class is there',
      NGINX + ingress('ingressClassName: alb,'),
      ['anyone TCP 8080: Ingress shop/web leads here; class alb is a load balancer of the cloud, so from anyone'],
    ],
    [
      'a class by its annotation',
      NGINX + ingress('', '{kubernetes.io/ingress.class: gce}'),
      ['anyone TCP 8080: Ingress shop/web leads here; class gce is a load balancer of the cloud, so from anyone'],
    ],
    [
      'a route to a Gateway of the cloud',
      NGINX + gateway('gke-l7-global-external-managed') + route('HTTPRoute', 'v1'),
      [
        'anyone TCP 8080: HTTPRoute shop/web leads here; class gke-l7-global-external-managed is a load balancer of the cloud, so from anyone',
      ],
    ],
  ])('%s', (_name, yaml, expected) => {
    expect(callers(yaml)).toEqual(expected);
  });

  test.each([
    ['HTTPRoute', 'v1beta1', 80, 'TCP 8080'],
    ['GRPCRoute', 'v1', 80, 'TCP 8080'],
    ['TLSRoute', 'v1alpha3', 80, 'TCP 8080'],
    ['TCPRoute', 'v1alpha2', 80, 'TCP 8080'],
    ['UDPRoute', 'v1alpha2', 81, 'UDP 9090'],
  ])('a %s leads to the pods behind its Services', (kind, version, port, ports) => {
    const yaml = route(kind, version, port);
    expect(callers(yaml)).toEqual([
      `anyone ${ports}: ${kind} shop/web leads here; no controller was found, so from anyone`,
    ]);
    const view = cluster(WEB + yaml, { facts: { source: 'files' } });
    const web = workloadOf(view, 'shop', 'Deployment', 'web');
    expect(web === undefined ? [] : exposures(view, web).map((one) => `${one.type} by ${one.by}`)).toEqual([
      `Gateway by ${kind} shop/web`,
    ]);
  });
});
