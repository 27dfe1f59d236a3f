/** Services that call each other, as files hold them: the input of generated policies. */
export interface Microservice {
  readonly name: string;
  readonly namespace: string;
  /** The port that its pods serve; its Service has another. */
  readonly port: number;
  /** Names of the services that its environment names. */
  readonly calls: readonly string[];
  readonly mountsToken?: boolean;
  /** A load balancer leads to it. */
  readonly isPublic?: boolean;
  /** Its pods also carry labels that change with each release. */
  readonly hasUnstableLabels?: boolean;
}

/** The port of every Service. */
const SERVICE_PORT = 9000;

/** The microservices of an online shop: a graph of the size that people really have. */
export const ONLINE_SHOP: readonly Microservice[] = [
  service('frontend', 8080, ['ads', 'cart', 'checkout', 'currency', 'catalog', 'recommendation', 'shipping'], {
    isPublic: true,
  }),
  service('ads', 9555, []),
  service('cart', 7070, ['redis'], { hasUnstableLabels: true }),
  service('checkout', 5050, ['cart', 'currency', 'email', 'payment', 'catalog', 'shipping']),
  service('currency', 7000, []),
  service('email', 8081, []),
  service('payment', 50_051, [], { mountsToken: true }),
  service('catalog', 3550, []),
  service('recommendation', 8082, ['catalog']),
  service('shipping', 50_052, []),
  service('redis', 6379, []),
  service('load', 8089, ['frontend'], { namespace: 'load' }),
];

function service(name: string, port: number, calls: readonly string[], more: Partial<Microservice> = {}): Microservice {
  return { name, namespace: 'shop', port, calls, ...more };
}

/** The YAML of services with DNS and the API server's Service beside them. */
export function microservicesYaml(services: readonly Microservice[]): string {
  const namespaces = new Set(['kube-system', ...services.map((one) => one.namespace)]);
  const documents = [
    ...[...namespaces].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...services.flatMap((one) => [deployment(one, services), frontOf(one)]),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'coredns', namespace: 'kube-system' },
      spec: podsOf({ 'k8s-app': 'kube-dns' }, {}, 5353, [], false),
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kube-dns', namespace: 'kube-system' },
      spec: {
        selector: { 'k8s-app': 'kube-dns' },
        ports: ['UDP', 'TCP'].map((protocol) => ({
          name: protocol.toLowerCase(),
          port: 53,
          targetPort: 5353,
          protocol,
        })),
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kubernetes', namespace: 'default' },
      spec: { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'], ports: [{ port: 443, targetPort: 6443 }] },
    },
  ];
  return documents.map((one) => JSON.stringify(one)).join('\n---\n');
}

function deployment(one: Microservice, all: readonly Microservice[]): Record<string, unknown> {
  const env = one.calls.map((name) => {
    const target = all.find((other) => other.name === name);
    const host = target === undefined || target.namespace === one.namespace ? name : `${name}.${target.namespace}`;
    return { name: `${name.toUpperCase()}_ADDR`, value: `${host}:${SERVICE_PORT}` };
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: one.name, namespace: one.namespace },
    spec: podsOf(
      { app: one.name },
      one.hasUnstableLabels === true ? { version: 'v7', 'pod-template-hash': '5d9c' } : {},
      one.port,
      env,
      one.mountsToken === true,
    ),
  };
}

function podsOf(
  selector: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>>,
  port: number,
  env: readonly unknown[],
  automountServiceAccountToken: boolean,
): Record<string, unknown> {
  const containers = [{ name: 'server', image: 'registry.example/server:1', ports: [{ containerPort: port }], env }];
  return {
    selector: { matchLabels: selector },
    template: { metadata: { labels: { ...selector, ...more } }, spec: { automountServiceAccountToken, containers } },
  };
}

function frontOf({ name, namespace, port, isPublic }: Microservice): Record<string, unknown> {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: {
      ...(isPublic === true ? { type: 'LoadBalancer' } : {}),
      selector: { app: name },
      ports: [{ port: SERVICE_PORT, targetPort: port }],
    },
  };
}
