import { expect, test } from 'vitest';
import type { Kind } from '../../../src/model/kind.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';

const metadata = { name: 'a', namespace: 'shop' };
const webhook = {
  name: 'w',
  clientConfig: { service: { namespace: 'ops', name: 'hook' } },
  rules: [{ resources: ['pods', 'pods/exec'] }, { resources: ['pods'] }],
};

test.each<[Kind, object, object]>([
  [
    'Service',
    {
      spec: {
        clusterIP: 'None',
        ports: [{ port: 80 }, { name: 'm', port: 9090, targetPort: 'metrics', nodePort: 30_000, protocol: 'UDP' }],
      },
      status: { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }, { ip: '1.2.3.4' }] } },
    },
    {
      type: 'ClusterIP',
      selector: null,
      clusterIPs: ['None'],
      loadBalancerAddresses: ['lb.example.com', '1.2.3.4'],
      ports: [
        { name: null, port: 80, targetPort: 80, nodePort: null, protocol: 'TCP' },
        { name: 'm', port: 9090, targetPort: 'metrics', nodePort: 30_000, protocol: 'UDP' },
      ],
    },
  ],
  [
    'NetworkPolicy',
    {
      spec: {
        podSelector: null,
        ingress: [{}, { from: [], ports: [{ port: 'http' }, { port: 80, endPort: 90, protocol: 'UDP' }] }],
        egress: [
          {
            to: [
              { podSelector: null, namespaceSelector: {} },
              { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
            ],
          },
        ],
      },
    },
    {
      podSelector: {},
      policyTypes: null,
      ingress: [{}, { from: [], ports: [{ port: 'http' }, { protocol: 'UDP', port: 80, endPort: 90 }] }],
      egress: [{ to: [{ namespaceSelector: {} }, { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }],
    },
  ],
  ['NetworkPolicy', { spec: {} }, { podSelector: {}, policyTypes: null, ingress: null, egress: null }],
  [
    'CiliumNetworkPolicy',
    { spec: { a: ['\u001b'] }, specs: [{ b: 1 }, 'x'] },
    { specs: [{ a: ['\\u001b'] }, { b: 1 }] },
  ],
  [
    'ClusterRole',
    {
      rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
    },
    {
      namespace: '',
      rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
      aggregation: [{ matchLabels: { a: 'b' } }],
    },
  ],
  [
    'RoleBinding',
    { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'u\u202e', apiGroup: '' }] },
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [{ kind: 'User', name: 'u\\u202e' }],
    },
  ],
  [
    'Ingress',
    {
      spec: {
        tls: [{ hosts: ['x'], secretName: 's' }],
        defaultBackend: { service: { name: 'd', port: { name: 'http' } } },
        rules: [{ host: 'x', http: { paths: [{ backend: { service: { name: 'c', port: { number: 80 } } } }] } }],
      },
    },
    {
      className: null,
      tls: [{ secretName: 's', hosts: ['x'] }],
      backends: [
        { host: '', service: 'd', port: 'http' },
        { host: 'x', service: 'c', port: 80 },
      ],
    },
  ],
  [
    'Gateway',
    {
      spec: {
        gatewayClassName: 'g',
        listeners: [
          {
            name: 'l',
            port: 443,
            protocol: 'HTTPS',
            tls: { certificateRefs: [{ name: 's' }, { kind: 'X', name: 'y' }] },
          },
        ],
      },
    },
    {
      className: 'g',
      listeners: [{ name: 'l', port: 443, protocol: 'HTTPS', certificateRefs: [{ namespace: 'shop', name: 's' }] }],
    },
  ],
  [
    'HTTPRoute',
    { spec: { parentRefs: [{ name: 'g', namespace: 'infra' }], rules: [{ backendRefs: [{ name: 's', port: 80 }] }] } },
    {
      parents: [{ namespace: 'infra', name: 'g' }],
      hostnames: [],
      backends: [{ namespace: 'shop', service: 's', port: 80 }],
    },
  ],
  [
    'ValidatingWebhookConfiguration',
    { webhooks: [webhook] },
    {
      webhooks: [
        {
          name: 'w',
          failurePolicy: 'Fail',
          service: { namespace: 'ops', name: 'hook', port: 443 },
          url: null,
          namespaceSelector: {},
          objectSelector: {},
          resources: ['pods', 'pods/exec'],
        },
      ],
    },
  ],
  ['ReplicaSet', {}, { template: null, selector: null, replicas: null, suspended: false }],
  [
    'CronJob',
    { spec: { suspend: true, jobTemplate: { spec: { template: { metadata: { labels: { a: 'b' } } } } } } },
    { suspended: true, replicas: null, selector: null, template: { labels: { a: 'b' } } },
  ],
  [
    'ReplicationController',
    { spec: { template: { metadata: { labels: { a: 'b' } } } } },
    { replicas: 1, selector: { matchLabels: { a: 'b' } } },
  ],
  [
    'Node',
    {
      spec: { podCIDR: '10.1.0.0/24' },
      status: { nodeInfo: { kubeletVersion: 'v1.36.1' }, conditions: [{ type: 'Ready', status: 'Unknown' }] },
    },
    { namespace: '', kubeletVersion: 'v1.36.1', ready: false, podCIDRs: ['10.1.0.0/24'], addresses: [] },
  ],
  [
    'EndpointSlice',
    {
      metadata: { name: 'a', labels: { 'kubernetes.io/service-name': 's' } },
      endpoints: [{ addresses: ['10.0.0.1'] }],
      ports: [{ port: 80 }],
    },
    { service: 's', addresses: ['10.0.0.1'], ports: [{ name: null, port: 80, protocol: 'TCP' }] },
  ],
  [
    'Endpoints',
    { subsets: [{ addresses: [{ ip: '10.0.0.1' }], notReadyAddresses: [{ ip: '10.0.0.2' }], ports: [] }] },
    { service: 'a', addresses: ['10.0.0.1', '10.0.0.2'] },
  ],
  [
    'PersistentVolume',
    { spec: { hostPath: { path: '/' }, claimRef: { namespace: 'x', name: 'c' } } },
    { hostPath: '/', claim: { namespace: 'x', name: 'c' } },
  ],
  ['PersistentVolume', { spec: { local: { path: '/etc' } } }, { hostPath: null, localPath: '/etc' }],
  [
    'PersistentVolume',
    { spec: { azureFile: { secretName: 's' }, claimRef: { namespace: 'x', name: 'c' } } },
    { secretRefs: [{ namespace: 'x', name: 's' }] },
  ],
  [
    'PersistentVolume',
    { spec: { azureFile: { secretName: 's', secretNamespace: 'y' }, claimRef: { namespace: 'x', name: 'c' } } },
    { secretRefs: [{ namespace: 'y', name: 's' }] },
  ],
  [
    'StorageClass',
    {
      parameters: {
        'csi.storage.k8s.io/provisioner-secret-name': 'maker',
        'csi.storage.k8s.io/provisioner-secret-namespace': 'storage',
        'csi.storage.k8s.io/node-stage-secret-name': 'stage',
        'csi.storage.k8s.io/node-stage-secret-namespace': '${pvc.namespace}',
        'csi.storage.k8s.io/node-publish-secret-name': '${pvc.name}',
        'csi.storage.k8s.io/node-publish-secret-namespace': 'storage',
        adminSecretName: 'admin',
        adminSecretNamespace: 'storage',
        secretNamespace: 'storage',
        type: 'ssd',
      },
    },
    {
      secretRefs: [
        { namespace: 'storage', name: 'maker' },
        { namespace: '', name: 'stage' },
        { namespace: 'storage', name: 'admin' },
      ],
    },
  ],
  [
    'VolumeSnapshotClass',
    { parameters: { 'csi.storage.k8s.io/snapshotter-secret-name': 'shot', other: '' } },
    { secretRefs: [{ namespace: '', name: 'shot' }] },
  ],
  [
    'APIService',
    {
      spec: {
        group: 'g',
        version: 'v1',
        insecureSkipTLSVerify: true,
        service: { namespace: 'n', name: 's', port: 8443 },
      },
    },
    { insecureSkipTLSVerify: true, service: { namespace: 'n', name: 's', port: 8443 } },
  ],
  [
    'HorizontalPodAutoscaler',
    { spec: { scaleTargetRef: { kind: 'Deployment', name: 'd' } } },
    { target: { kind: 'Deployment', name: 'd' } },
  ],
  ['PodDisruptionBudget', { spec: {} }, { selector: null }],
])('%s', (kind, raw, expected) => {
  expect(createSlimmer().slim({ metadata, ...raw }, kind)).toMatchObject({ kind, name: 'a', ...expected });
});
