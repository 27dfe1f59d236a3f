import { CONTROLLER_ACCOUNTS } from '../../../kube/audit-principal.ts';
import type { AuditPodFacts } from '../../../model/audit-event.ts';
import { isInSystemNamespace, type AuditRequest } from '../request.ts';
import { hit, levels, single, type Detection, type Detector, type Hit, type Levels } from './detection.ts';

/**
 * Pods and pod templates that are written: init and ephemeral containers count like containers, and every kind of
 * workload like a pod. A controller is exempt inside system namespaces only: what it creates elsewhere counts, with the
 * workload as its origin.
 */
const POD_TOPICS = [
  'pods',
  'pods/ephemeralcontainers',
  'deployments',
  'daemonsets',
  'statefulsets',
  'replicasets',
  'replicationcontrollers',
  'jobs',
  'cronjobs',
] as const;
const WRITTEN = { verbs: ['create', 'update', 'patch'], topics: POD_TOPICS } as const;

/** Paths that give a container the node, or other pods' secrets. */
const SENSITIVE_PATHS = [
  '/',
  '/proc',
  '/sys',
  '/etc',
  '/root',
  '/home',
  '/dev',
  '/var',
  '/run',
  '/var/run',
  '/var/lib',
  '/var/log',
  '/var/lib/kubelet',
  '/var/lib/etcd',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/etc/kubernetes',
  '/etc/cni',
  '/etc/cni/net.d',
  '/opt/cni/bin',
];
const SENSITIVE_BELOW = ['/var/lib/kubelet/', '/var/lib/etcd/', '/etc/kubernetes/', '/root/', '/home/', '/proc/'];
const DANGEROUS_CAPABILITIES = new Set([
  'ALL',
  'SYS_ADMIN',
  'NET_ADMIN',
  'BPF',
  'SYS_PTRACE',
  'SYS_MODULE',
  'DAC_READ_SEARCH',
  'SYS_RAWIO',
  'SYS_BOOT',
  'SYSLOG',
]);

function isSensitive(path: string): boolean {
  const clean = path
    .replaceAll(/\/+/g, '/')
    .replace(/(.)\/$/, '$1')
    .replaceAll('/./', '/');
  return (
    clean.includes('/../') ||
    SENSITIVE_PATHS.includes(clean) ||
    clean.endsWith('.sock') ||
    SENSITIVE_BELOW.some((prefix) => clean.startsWith(prefix))
  );
}

/** Judges the pod facts of a request's body; the origin of a controller's pod is named. */
function byPod(of: Levels, judge: (pod: AuditPodFacts, request: AuditRequest) => string | null): Detector {
  return (request): Hit | null => {
    const pod = request.event.body?.pod;
    if (pod === null || pod === undefined || !request.isWrite) return null;
    if (isByDuty(request)) return null;
    const what = judge(pod, request);
    if (what === null) return null;
    const origin =
      request.principal.role === 'plane' && pod.owner !== null ? ` for ${pod.owner.kind} ${pod.owner.name}` : '';
    return hit(of, request, `${request.verb === 'create' ? 'created' : 'changed'}${origin} ${what}`);
  };
}

/** Controllers, and kubelets with the mirrors of their static pods, act by duty inside system namespaces. */
function isByDuty(request: AuditRequest): boolean {
  const { role } = request.principal;
  return (role === 'plane' || role === 'system' || role === 'node') && isInSystemNamespace(request);
}

export const POD_DETECTIONS: readonly Detection[] = [
  single({
    ...WRITTEN,
    name: 'privileged-pod-created',
    summary: 'pod with a privileged container',
    advice:
      'A privileged container is root on the node: find out who needs it, and enforce the baseline pod security level.',
    technique: 'T1611',
    level: 'Request',
    blind: 'everything: pod specifications are in bodies',
    test: byPod(levels('high info high high high medium critical'), (pod) =>
      pod.privileged ? 'a privileged container in' : null,
    ),
  }),
  single({
    ...WRITTEN,
    name: 'sensitive-mount-pod-created',
    summary: 'pod that mounts a sensitive hostPath',
    advice: 'The pod reads or writes files of the node: use a volume that belongs to the pod instead.',
    technique: 'T1611',
    level: 'Request',
    blind: 'everything: pod specifications are in bodies',
    test: byPod(levels('high info high high high medium critical'), (pod) => {
      const paths = pod.hostPaths.filter(isSensitive);
      return paths.length === 0 ? null : `a mount of the node's ${paths.slice(0, 3).join(', ')} in`;
    }),
  }),
  single({
    ...WRITTEN,
    name: 'host-namespace-pod-created',
    summary: 'pod with hostNetwork, hostPID or hostIPC',
    advice: 'The pod sees the network or the processes of its node, outside of NetworkPolicy.',
    technique: 'T1611',
    level: 'Request',
    blind: 'everything: pod specifications are in bodies',
    test: (request) => {
      const others = request.event.body?.pod?.hostNamespaces.some((one) => one !== 'hostNetwork') === true;
      const of = others
        ? levels('high info high high high medium critical')
        : levels('medium info medium medium high medium critical');
      return byPod(of, (pod) => (pod.hostNamespaces.length === 0 ? null : `${pod.hostNamespaces.join(', ')} in`))(
        request,
      );
    },
  }),
  single({
    ...WRITTEN,
    name: 'dangerous-capability-pod-created',
    summary: 'pod that adds a dangerous capability',
    advice: 'Drop the capability; some of these are as good as privileged.',
    technique: 'T1611',
    level: 'Request',
    blind: 'everything: pod specifications are in bodies',
    test: byPod(levels('medium info high medium high medium critical'), (pod) => {
      const added = pod.addedCapabilities.filter((name) => DANGEROUS_CAPABILITIES.has(name.replace(/^CAP_/, '')));
      return added.length === 0 ? null : `capabilities ${added.join(', ')} in`;
    }),
  }),
  single({
    ...WRITTEN,
    name: 'controller-identity-pod-created',
    summary: 'pod that runs as a controller service account',
    advice: 'Nothing but kube-controller-manager uses these accounts: the pod inherits their cluster-wide rights.',
    technique: 'T1078',
    level: 'Request',
    blind: 'everything: pod specifications are in bodies',
    test: (request) => {
      const account = request.event.body?.pod?.serviceAccountName ?? '';
      if (request.namespace !== 'kube-system' || !request.isWrite || !CONTROLLER_ACCOUNTS.has(account)) return null;
      return hit(levels('high high critical high high high critical'), request, `gave the account of ${account} to`);
    },
  }),
  single({
    name: 'pod-in-system-namespace',
    summary: 'pod created in a system namespace by someone who is no controller',
    advice: 'System namespaces are exempt from many checks, which is why intruders hide there.',
    technique: 'T1036.005',
    level: 'Metadata',
    blind: '',
    verbs: ['create'],
    topics: POD_TOPICS,
    test: (request) => {
      if (request.verb !== 'create' || !isInSystemNamespace(request) || isByDuty(request)) return null;
      return hit(levels('medium info high - - - critical'), request, 'created in a system namespace');
    },
  }),
];
