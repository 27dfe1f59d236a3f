import type { WorkloadPlan } from '../workload-plan.ts';

const PKI = '/etc/kubernetes/pki';

function controlPlane(name: string, image: string, command: readonly string[], port: number): WorkloadPlan {
  return {
    kind: 'StaticPod',
    namespace: 'kube-system',
    name,
    labels: { component: name, tier: 'control-plane' },
    containers: [
      {
        name,
        image,
        command,
        ports: [{ name: 'probe', port, hostPort: port }],
        volumes: [
          {
            name: 'k8s-certs',
            mountPath: PKI,
            source: { hostPath: { path: PKI, type: 'DirectoryOrCreate' } },
            readOnly: true,
          },
        ],
      },
    ],
    hostNetwork: true,
    priorityClass: 'system-node-critical',
    ageDays: 120,
  };
}

/** The cluster's own parts, as kubeadm and Cilium set them up. */
export const KUBE_SYSTEM_WORKLOADS: readonly WorkloadPlan[] = [
  // Anonymous access is on, nothing is audited by default flags, and no encryption provider is configured.
  controlPlane(
    'kube-apiserver',
    'registry.k8s.io/kube-apiserver:v1.34.2',
    [
      'kube-apiserver',
      '--advertise-address=10.0.1.10',
      '--allow-privileged=true',
      '--anonymous-auth=true',
      '--audit-log-path=/var/log/kubernetes/audit.log',
      '--audit-policy-file=/etc/kubernetes/audit-policy.yaml',
      '--authorization-mode=Node,RBAC',
      `--client-ca-file=${PKI}/ca.crt`,
      '--enable-admission-plugins=NodeRestriction',
      '--enable-bootstrap-token-auth=true',
      '--etcd-servers=https://127.0.0.1:2379',
      '--secure-port=6443',
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${PKI}/sa.pub`,
      '--service-cluster-ip-range=10.96.0.0/12',
      '--profiling=true',
    ],
    6443,
  ),
  controlPlane(
    'etcd',
    'registry.k8s.io/etcd:3.6.5-0',
    [
      'etcd',
      '--listen-client-urls=https://127.0.0.1:2379,https://10.0.1.10:2379',
      `--cert-file=${PKI}/etcd/server.crt`,
      '--client-cert-auth=true',
      `--peer-cert-file=${PKI}/etcd/peer.crt`,
      '--peer-client-cert-auth=true',
    ],
    2381,
  ),
  controlPlane(
    'kube-controller-manager',
    'registry.k8s.io/kube-controller-manager:v1.34.2',
    ['kube-controller-manager', '--bind-address=127.0.0.1', '--use-service-account-credentials=true'],
    10_257,
  ),
  controlPlane(
    'kube-scheduler',
    'registry.k8s.io/kube-scheduler:v1.34.2',
    ['kube-scheduler', '--bind-address=127.0.0.1', '--leader-elect=true'],
    10_259,
  ),
  {
    kind: 'Deployment',
    namespace: 'kube-system',
    name: 'coredns',
    replicas: 2,
    labels: { 'k8s-app': 'kube-dns' },
    containers: [
      {
        name: 'coredns',
        image: 'registry.k8s.io/coredns/coredns:v1.12.1',
        args: ['-conf', '/etc/coredns/Corefile'],
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP' },
          { name: 'dns-tcp', port: 53 },
          { name: 'metrics', port: 9153 },
        ],
        volumes: [
          {
            name: 'config-volume',
            mountPath: '/etc/coredns',
            source: { configMap: { name: 'coredns' } },
            readOnly: true,
          },
        ],
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] },
          readOnlyRootFilesystem: true,
        },
      },
    ],
    serviceAccount: 'coredns',
    priorityClass: 'system-cluster-critical',
    ageDays: 120,
  },
  {
    kind: 'DaemonSet',
    namespace: 'kube-system',
    name: 'kube-proxy',
    labels: { 'k8s-app': 'kube-proxy' },
    containers: [
      {
        name: 'kube-proxy',
        image: 'registry.k8s.io/kube-proxy:v1.34.2',
        command: ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf'],
        securityContext: { privileged: true },
        volumes: [
          { name: 'kube-proxy', mountPath: '/var/lib/kube-proxy', source: { configMap: { name: 'kube-proxy' } } },
        ],
      },
    ],
    serviceAccount: 'kube-proxy',
    hostNetwork: true,
    nodes: 'all',
    priorityClass: 'system-node-critical',
    ageDays: 120,
  },
  {
    kind: 'DaemonSet',
    namespace: 'kube-system',
    name: 'cilium',
    labels: { 'k8s-app': 'cilium', 'app.kubernetes.io/name': 'cilium-agent', 'app.kubernetes.io/part-of': 'cilium' },
    selector: { 'k8s-app': 'cilium' },
    containers: [
      {
        name: 'cilium-agent',
        image: 'quay.io/cilium/cilium:v1.16.5',
        command: ['cilium-agent'],
        args: ['--config-dir=/tmp/cilium/config-map'],
        ports: [{ name: 'peer-service', port: 4244, hostPort: 4244 }],
        securityContext: { capabilities: { add: ['NET_ADMIN', 'SYS_ADMIN', 'BPF'] } },
        volumes: [
          {
            name: 'bpf-maps',
            mountPath: '/sys/fs/bpf',
            source: { hostPath: { path: '/sys/fs/bpf', type: 'DirectoryOrCreate' } },
          },
          {
            name: 'cilium-config-path',
            mountPath: '/tmp/cilium/config-map',
            source: { configMap: { name: 'cilium-config' } },
            readOnly: true,
          },
        ],
      },
    ],
    serviceAccount: 'cilium',
    delivery: { by: 'helm', release: 'cilium', chart: 'cilium-1.16.5' },
    hostNetwork: true,
    nodes: 'all',
    priorityClass: 'system-node-critical',
    ageDays: 120,
  },
  {
    kind: 'Deployment',
    namespace: 'kube-system',
    name: 'cilium-operator',
    labels: {
      'app.kubernetes.io/name': 'cilium-operator',
      'app.kubernetes.io/part-of': 'cilium',
      name: 'cilium-operator',
    },
    containers: [
      {
        name: 'cilium-operator',
        image: 'quay.io/cilium/operator-generic:v1.16.5',
        command: ['cilium-operator-generic'],
      },
    ],
    serviceAccount: 'cilium-operator',
    delivery: { by: 'helm', release: 'cilium', chart: 'cilium-1.16.5' },
    hostNetwork: true,
    ageDays: 120,
  },
  {
    kind: 'Deployment',
    namespace: 'kube-system',
    name: 'metrics-server',
    labels: { 'k8s-app': 'metrics-server' },
    containers: [
      {
        name: 'metrics-server',
        image: 'registry.k8s.io/metrics-server/metrics-server:v0.7.2',
        args: ['--kubelet-insecure-tls', '--secure-port=10250'],
        ports: [{ name: 'https', port: 10_250 }],
      },
    ],
    serviceAccount: 'metrics-server',
    hardening: 'restricted',
    ageDays: 119,
  },
];
