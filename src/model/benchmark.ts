/** What an item of a benchmark can be told from. */
type Visibility =
  /** The rules that refer to it judge all of it: where they read everything and found nothing, it passes. */
  | 'whole'
  /** As `whole`, but only of a running server: files do not tell. */
  | 'server'
  /** As `whole`, but only where pods of etcd can be seen. */
  | 'etcd'
  /** The rules see a part: what they find fails it, their silence proves nothing. */
  | 'part';

export interface BenchmarkItem {
  readonly id: string;
  /** In words of our own. */
  readonly title: string;
  readonly visibility: Visibility;
}

export interface Benchmark {
  /** As references name it. */
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly items: readonly BenchmarkItem[];
}

const item =
  (visibility: Visibility) =>
  (id: string, title: string): BenchmarkItem => ({ id, title, visibility });
const whole = item('whole');
const server = item('server');
const etcd = item('etcd');
const part = item('part');

/**
 * The benchmarks that compliance is summed up for. CIS in the numbering of kube-bench's cis-1.12 (other tools number
 * sections 5.2 and 5.6 differently), the NSA/CISA guide in the groups of Trivy's k8s-nsa-1.0, ids of the OWASP Kubernetes
 * Top Ten of 2025, and the levels of the Pod Security Standards.
 */
export const BENCHMARKS: readonly Benchmark[] = [
  {
    name: 'cis-kubernetes',
    version: '1.12',
    title: 'CIS Kubernetes Benchmark 1.12',
    items: [
      part('1.2.1', 'Anonymous requests to the API server'),
      part('1.2.16', 'Audit log path of the API server'),
      server('1.2.27', 'Encryption of Secrets is configured'),
      server('1.2.28', 'Encryption providers are appropriate'),
      etcd('2.1', 'etcd serves clients by TLS'),
      etcd('2.2', 'etcd asks clients for a certificate'),
      etcd('2.3', 'etcd makes no certificate of its own for clients'),
      etcd('2.4', 'etcd speaks with peers by TLS'),
      etcd('2.5', 'etcd asks peers for a certificate'),
      etcd('2.6', 'etcd makes no certificate of its own for peers'),
      part('2.7', 'A certificate authority for etcd alone'),
      part('3.2.1', 'An audit policy exists'),
      part('3.2.2', 'The audit policy covers what matters'),
      whole('5.1.1', 'Use of cluster-admin'),
      whole('5.1.2', 'Access to Secrets'),
      whole('5.1.3', 'Wildcards in roles'),
      whole('5.1.4', 'Right to create pods'),
      whole('5.1.5', 'Use of default service accounts'),
      whole('5.1.6', 'Mounting of service account tokens'),
      part('5.1.7', 'Use of system:masters'),
      whole('5.1.8', 'Rights to bind, impersonate and escalate'),
      whole('5.1.9', 'Right to create persistent volumes'),
      whole('5.1.10', 'Access to nodes/proxy'),
      whole('5.1.11', 'Right to approve certificate signing requests'),
      whole('5.1.12', 'Rights to webhook configurations'),
      whole('5.1.13', 'Right to create tokens of service accounts'),
      whole('5.2.1', 'A policy mechanism is active in every namespace'),
      whole('5.2.2', 'Privileged containers'),
      whole('5.2.3', "Containers that share the host's process ids"),
      whole('5.2.4', "Containers that share the host's IPC"),
      whole('5.2.5', "Containers that share the host's network"),
      whole('5.2.6', 'Containers that may escalate privileges'),
      whole('5.2.7', 'Containers that run as root'),
      whole('5.2.8', 'Containers with NET_RAW'),
      whole('5.2.9', 'Containers with capabilities'),
      whole('5.2.10', 'Windows HostProcess containers'),
      whole('5.2.11', 'hostPath volumes'),
      whole('5.2.12', 'Host ports'),
      server('5.3.1', 'The network plugin enforces policies'),
      whole('5.3.2', 'Every namespace has network policies'),
      whole('5.4.1', 'Secrets as files rather than in the environment'),
      part('5.4.2', 'External storage of secrets'),
      part('5.5.1', 'Provenance of images'),
      part('5.6.1', 'Namespaces as boundaries'),
      whole('5.6.2', 'Seccomp profiles'),
      whole('5.6.3', 'Security contexts'),
      server('5.6.4', 'Use of the default namespace'),
    ],
  },
  {
    name: 'owasp-kubernetes-top-ten',
    version: '2025',
    title: 'OWASP Kubernetes Top Ten 2025',
    items: [
      part('K01', 'Insecure workload configuration'),
      part('K02', 'Overly permissive authorization'),
      part('K03', 'Secrets management'),
      part('K04', 'Lack of cluster-wide policy'),
      part('K05', 'Missing network segmentation'),
      part('K06', 'Exposed components'),
      part('K07', 'Misconfigured or vulnerable components'),
      part('K08', 'From the cluster to the cloud'),
      part('K09', 'Broken authentication'),
      part('K10', 'Logging and monitoring'),
    ],
  },
  {
    name: 'nsa-kubernetes-hardening',
    version: '1.0',
    title: 'NSA/CISA Kubernetes Hardening Guide 1.0',
    items: [
      whole('1.2', 'Privileged containers'),
      whole('1.3', 'Shared process namespaces'),
      whole('1.4', 'Host process namespaces'),
      whole('1.10', 'Seccomp profiles'),
      whole('1.11', 'Tokens of service accounts'),
      server('6.1', 'Encryption of Secrets is configured'),
      part('7.0', 'Anonymous requests'),
      part('8.0', 'An audit policy is configured'),
    ],
  },
  {
    name: 'pod-security-standards',
    version: 'latest',
    title: 'Pod Security Standards',
    items: [
      whole('baseline', 'Every workload passes baseline'),
      whole('restricted', 'Every workload passes restricted'),
    ],
  },
];

/** `benchmark/id`, as the config's `attest` names an item. */
export function factName(benchmark: Benchmark, { id }: BenchmarkItem): string {
  return `${benchmark.name}/${id}`;
}

/** Something that a person vouches for because it cannot be seen from here. */
export interface Attestation {
  /** `benchmark/id` of {@link BENCHMARKS}. */
  readonly fact: string;
  /** Whether the item is met. */
  readonly value: boolean;
  readonly by: string;
  /** Where the proof lies: a ticket, a document, a link. */
  readonly evidence: string;
  /** Milliseconds since the epoch, exclusive. */
  readonly until: number;
}
