/** What the objects of a cluster declare as connections, and what a person is left to decide. */
import { describe, expect, test } from 'vitest';
import { clusterDns } from '../../../src/analyses/network/cluster-dns.ts';
import { declaredFlows } from '../../../src/analyses/network/declared-flows.ts';
import { endText } from '../../../src/analyses/network/observed-flows.ts';
import { cluster, namespace } from './cluster.ts';

interface Given {
  readonly where?: string;
  /** In flow style, put into the container. */
  readonly container?: string;
  readonly labels?: string;
  readonly image?: string;
  readonly kind?: string;
  readonly hostNetwork?: boolean;
  readonly mountsToken?: boolean;
}

function workload(name: string, given: Given = {}): string {
  const {
    where = 'shop',
    container = '',
    labels = '',
    image = 'app',
    kind = 'Deployment',
    hostNetwork = false,
    mountsToken = false,
  } = given;
  return `---
apiVersion: apps/v1
kind: ${kind}
metadata: {name: ${name}, namespace: ${where}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}${labels}}}
    spec:
      automountServiceAccountToken: ${mountsToken}
      hostNetwork: ${hostNetwork}
      containers: [{name: main, image: '${image}', ports: [{name: web, containerPort: 8080}]${container}}]
`;
}

function service(name: string, spec: string, where = 'shop'): string {
  return `---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${where}}
spec: ${spec}
`;
}

const DB = workload('db') + service('db', '{selector: {app: db}, ports: [{port: 80, targetPort: web}]}');

/** Flows out of a workload, but for DNS, and what is unknown about it. */
function declared(
  yaml: string,
  name = 'web',
): { readonly flows: readonly string[]; readonly unknown: readonly string[] } {
  const all = namespace('shop') + namespace('data') + namespace('mesh', { 'istio.io/dataplane-mode': 'ambient' });
  const { flows, unknown } = declaredFlows(cluster(all + yaml, { facts: { source: 'files' } }));
  const own = new RegExp(`^Deployment [a-z]+/${name}$`);
  return {
    flows: flows
      .filter((flow) => own.test(endText(flow.source)))
      .map(({ destination, ports, why }) => {
        return `${endText(destination)} ${ports.map((one) => `${one.protocol} ${one.port}`).join(', ')}: ${why}`;
      }),
    unknown: unknown
      .filter((one) => own.test(endText({ type: 'workload', workload: one.workload })))
      .map((one) => one.text),
  };
}

describe('a host that the environment names', () => {
  const ENV = 'env DB_HOST of container main names';
  const to = (value: string, yaml = DB): ReturnType<typeof declared> =>
    declared(yaml + workload('web', { container: `, env: [{name: DB_HOST, value: '${value}'}]` }));

  test.each([
    ['a Service', 'db:80', [`Deployment shop/db TCP 8080: ${ENV} db:80`], []],
    ['all ports of a Service', 'db.shop.svc', [`Deployment shop/db TCP 8080: ${ENV} db.shop.svc`], []],
    ['a port that the Service has not', 'db:81', [], [`${ENV} db:81, a port that the Service has not`]],
    ['a Service that is not there', 'cache', [], [`${ENV} cache, and no such Service is there`]],
    [
      'one of the cluster by its whole name',
      'cache.data.svc.cluster.local:6379',
      [],
      [`${ENV} cache.data.svc.cluster.local:6379, and no such Service is there`],
    ],
    ['a name outside', 'db.example.com:5432', [], [`${ENV} db.example.com:5432: DNS decides the address`]],
    ['an address', '192.0.2.7:5432', [`192.0.2.7/32 TCP 5432: ${ENV} 192.0.2.7:5432`], []],
    ['an IPv6 address', '[2001:db8::7]:5432', [`2001:db8::7/128 TCP 5432: ${ENV} 2001:db8::7:5432`], []],
    ['an address without a port', '192.0.2.7', [], [`${ENV} 192.0.2.7, and no port`]],
  ])('%s', (_name, value, flows, unknown) => {
    expect(to(value)).toEqual({ flows, unknown });
  });

  test.each([
    [
      'of a Service',
      'db.shop.svc.cluster.local',
      [`Deployment shop/db TCP 8080: ${ENV} old:80 (an ExternalName of db.shop.svc.cluster.local)`],
      [],
    ],
    [
      'of a name outside',
      'db.example.com',
      [],
      [`${ENV} old:80 (an ExternalName of db.example.com): DNS decides the address`],
    ],
    [
      'of itself',
      'old.shop.svc.cluster.local',
      [],
      [`${ENV} old:80 (an ExternalName of old.shop.svc.cluster.local), and no such Service is there`],
    ],
  ])('an ExternalName %s', (_name, externalName, flows, unknown) => {
    expect(to('old:80', DB + service('old', `{type: ExternalName, externalName: ${externalName}}`))).toEqual({
      flows,
      unknown,
    });
  });

  test('may stand in a Secret, which is never read', () => {
    const env =
      ', env: [{name: A, valueFrom: {secretKeyRef: {name: web, key: database-url}}}, {name: B, valueFrom: {secretKeyRef: {name: web, key: password}}}]';
    expect(declared(workload('web', { container: env }))).toEqual({
      flows: [],
      unknown: ['key database-url of Secret web may name a host: values of Secrets are never read'],
    });
  });
});

describe('an ambient mesh', () => {
  const PROBE = ', readinessProbe: {httpGet: {path: /, port: web}}';
  const CALLS = ", env: [{name: DB_HOST, value: 'db.mesh:80'}]";
  const MESH_DB =
    workload('db', { where: 'mesh', container: PROBE }) +
    service('db', '{selector: {app: db}, ports: [{port: 80, targetPort: web}]}', 'mesh');
  const WAYPOINT = workload('waypoint', {
    where: 'mesh',
    image: 'istio/proxyv2',
    labels: ', gateway.istio.io/managed: istio.io-mesh-controller, istio.io/dataplane-mode: none',
  });
  const TUNNEL = 'the ambient mesh carries it on this port';
  const NAMED = 'env DB_HOST of container main names db.mesh:80';

  test('carries what its workloads declare through the tunnel', () => {
    expect(declared(MESH_DB + workload('web', { where: 'mesh', container: CALLS })).flows).toEqual([
      `Deployment mesh/db TCP 8080: ${NAMED}`,
      `Deployment mesh/db TCP 15008: ${TUNNEL}`,
    ]);
  });

  test('through waypoints too, which reach every member', () => {
    const yaml = MESH_DB + WAYPOINT + workload('web', { where: 'mesh', container: CALLS });
    expect(declared(yaml).flows).toEqual([
      `Deployment mesh/db TCP 8080: ${NAMED}`,
      `Deployment mesh/db TCP 15008: ${TUNNEL}`,
      `Deployment mesh/waypoint TCP 15008: ${TUNNEL}`,
    ]);
    expect(declared(yaml, 'waypoint').flows).toEqual([
      `Deployment mesh/db TCP 15008: ${TUNNEL}`,
      `Deployment mesh/web TCP 15008: ${TUNNEL}`,
    ]);
  });

  test('is a matter of the pod where it says so', () => {
    const out = workload('web', { where: 'mesh', container: CALLS, labels: ', istio.io/dataplane-mode: none' });
    expect(declared(MESH_DB + out).flows).toEqual([`Deployment mesh/db TCP 8080: ${NAMED}`]);
    const into = workload('web', { container: CALLS, labels: ', istio.io/dataplane-mode: ambient' });
    expect(declared(MESH_DB + into).flows).toHaveLength(2);
  });

  test('delivers to its members and to sidecars, and sends the probes of the kubelet', () => {
    const sidecar = workload('cart', { image: 'docker.io/istio/proxyv2:1.27' });
    const host = workload('agent', { where: 'mesh', hostNetwork: true });
    const { flows } = declaredFlows(
      cluster(namespace('mesh', { 'istio.io/dataplane-mode': 'ambient' }) + MESH_DB + sidecar + host, {
        facts: { source: 'files' },
      }),
    );
    expect(
      flows.map(
        (flow) => `${endText(flow.source)} -> ${endText(flow.destination)} ${flow.ports.map((one) => one.port).join()}`,
      ),
    ).toEqual([
      'anyone -> Deployment mesh/db 15008',
      'anyone -> Deployment shop/cart 15008',
      '169.254.7.127/32 -> Deployment mesh/db 8080',
    ]);
  });

  test('needs nothing where there is none', () => {
    const { flows } = declaredFlows(cluster(workload('cart', { image: 'docker.io/istio/proxyv2:1.27' })));
    expect(flows).toEqual([]);
  });
});

describe('the cache of names on the nodes', () => {
  const DNS = service(
    'kube-dns',
    '{selector: {app: dns}, clusterIP: 10.96.0.10, ports: [{port: 53, protocol: UDP}]}',
    'kube-system',
  );
  const cache = (name: string, args: string): string =>
    workload(name, {
      where: 'kube-system',
      kind: 'DaemonSet',
      image: name === 'node-local-dns' ? 'mirror/dns-cache' : 'registry.k8s.io/dns/k8s-dns-node-cache:1.26.4',
      container: `, args: ${args}`,
      hostNetwork: true,
    });
  test.each([
    ['none', '', []],
    ['by its usual name', cache('node-local-dns', '[]'), ['169.254.20.10/32', '10.96.0.10/32']],
    [
      'by its image, with the address that it is told',
      cache('nodelocaldns', '["-localip", "169.254.25.10", "-conf", "/etc/coredns/Corefile"]'),
      ['169.254.25.10/32', '10.96.0.10/32'],
    ],
    [
      'with both addresses told',
      cache('nodelocaldns', '["-localip", "169.254.20.10,10.96.0.10"]'),
      ['169.254.20.10/32', '10.96.0.10/32'],
    ],
  ])('%s', (_name, yaml, cidrs) => {
    expect(clusterDns(cluster(DNS + yaml)).cacheCidrs).toEqual(cidrs);
  });
});

describe('a program that may register webhooks', () => {
  const HOOK = workload('web', { mountsToken: true });
  const SERVICE = service('web', '{selector: {app: web}, ports: [{port: 443, targetPort: web}]}');
  const role = (rule: string): string => `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: hook}
rules: [${rule}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: hook}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: hook}
subjects: [{kind: ServiceAccount, namespace: shop, name: default}]
`;
  const NAMED = role(
    '{apiGroups: [admissionregistration.k8s.io], resources: [validatingwebhookconfigurations], verbs: [create]}',
  );
  const READS = role(
    '{apiGroups: [admissionregistration.k8s.io], resources: [validatingwebhookconfigurations], verbs: [list]}',
  );
  const CALLED = `---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: hook}
webhooks:
- name: hook.shop.test
  admissionReviewVersions: [v1]
  sideEffects: None
  clientConfig: {service: {namespace: shop, name: web, port: 443}}
`;
  const UNLABELLED = service('late', '{selector: {hook.shop.test/serves: web}, ports: [{port: 443, targetPort: web}]}');
  const ELSEWHERE = service(
    'late',
    '{selector: {hook.shop.test/serves: web}, ports: [{port: 443, targetPort: other}]}',
  );
  const LATE = CALLED.replace('name: web,', 'name: late,');
  const TOLD =
    'its account may register webhooks or APIs, and none names it yet: the API server may come to call Service web (TCP 8080)';
  const API = 'its pods mount a service account token: the API server, whose address could not be read';

  test.each([
    ['is told where none names it yet', HOOK + SERVICE + NAMED, [TOLD, API]],
    ['and not where one does', HOOK + SERVICE + NAMED + CALLED, [API]],
    ['nor where no Service leads to it', HOOK + NAMED, [API]],
    [
      'nor does a Service that selects no pod yet, but leads to a port that it declares, stay untold',
      HOOK + SERVICE + UNLABELLED + NAMED,
      [TOLD.replace('Service web (TCP 8080)', 'Service late, which selects no pod yet (TCP 8080)'), TOLD, API],
    ],
    ['but one to another port does', HOOK + ELSEWHERE + NAMED, [API]],
    [
      'and so is one that a webhook names, whatever the account may do',
      HOOK + UNLABELLED + LATE,
      [
        API,
        'webhook hook: the API server calls it, from outside the pod network: Service late, which selects no pod yet (TCP 8080)',
      ],
    ],
    [
      'once for all webhooks of an object that name it',
      HOOK + UNLABELLED + LATE + LATE.slice(LATE.indexOf('- name: hook')).replace('hook.shop.test', 'other.shop.test'),
      [
        API,
        'webhook hook: the API server calls it, from outside the pod network: Service late, which selects no pod yet (TCP 8080)',
      ],
    ],
    ['nor without a token', workload('web') + SERVICE + NAMED, []],
    ['nor for reading them', HOOK + SERVICE + READS, [API]],
    [
      'nor for a star, which says nothing of what the program does',
      HOOK + SERVICE + role("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}"),
      [API],
    ],
  ])('%s', (_name, yaml, unknown) => {
    expect(declared(yaml).unknown.toSorted()).toEqual(unknown);
  });
});

describe('a program that may read from kubelets', () => {
  const role = (resources: string): string => `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: [{apiGroups: [''], resources: ${resources}, verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{kind: ServiceAccount, namespace: shop, name: default}]
`;
  const TOLD = 'its account may read from kubelets: it may connect to every node (TCP 10250)';

  test.each([
    ['is told', workload('web', { mountsToken: true }) + role('[pods, nodes/metrics]'), true],
    ['not without a token', workload('web') + role('[nodes/metrics]'), false],
    ['nor for nodes alone', workload('web', { mountsToken: true }) + role('[nodes]'), false],
    [
      'nor for nodes/proxy, which goes through the API server',
      workload('web', { mountsToken: true }) + role('[nodes/proxy]'),
      false,
    ],
    ['nor for a star', workload('web', { mountsToken: true }) + role("['*']"), false],
  ])('%s', (_name, yaml, isTold) => {
    expect(declared(yaml).unknown.includes(TOLD)).toBe(isTold);
  });
});
