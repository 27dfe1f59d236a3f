import { kubeletPath } from '../../../kube/request-uri.ts';
import { isInSystemNamespace, type AuditRequest } from '../request.ts';
import { hit, levels, single, type Detection, type Levels } from './detection.ts';

const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'] as const;
const WORKLOADS = [
  'deployments',
  'daemonsets',
  'statefulsets',
  'replicasets',
  'replicationcontrollers',
  'jobs',
  'cronjobs',
] as const;
/** What monitoring reads of kubelets. Source: kubelet's authorization docs, metrics-server, Prometheus. */
const KUBELET_FIGURES = /^\/(?:metrics|healthz|stats|livez|readyz)(?:\/|$)/;
const KUBELET_EXEC = /^\/(?:run|exec|attach|portForward|cri)(?:\/|$)/i;
const DNS_CONFIG = new Set(['coredns', 'kube-dns', 'coredns-custom', 'node-local-dns']);

/** Expected of people, controllers and deployers; medium from a workload's account. */
const EXPECTED = levels('info info medium info high - critical');

function nodeProxy(request: AuditRequest): ReturnType<typeof hit> {
  const path = kubeletPath(request.event.requestURI);
  if (KUBELET_FIGURES.test(path)) return null;
  return KUBELET_EXEC.test(path)
    ? hit(
        levels('high high critical critical critical critical critical'),
        request,
        'ran a command through the kubelet of',
      )
    : hit(levels('medium medium high medium high medium critical'), request, 'reached the kubelet of');
}

function deletedOrInjected(request: AuditRequest): ReturnType<typeof hit> {
  const { verb, event } = request;
  if (verb === 'delete' || verb === 'deletecollection') return hit(EXPECTED, request, 'deleted');
  const injects = verb === 'patch' && (event.body?.pod?.images.length ?? 0) > 0;
  return injects ? hit(EXPECTED, request, 'patched containers into') : null;
}

export const CLUSTER_DETECTIONS: readonly Detection[] = [
  single({
    name: 'node-proxy-access',
    summary: 'access to the kubelet through nodes/proxy',
    advice:
      'nodes/proxy runs commands in every pod of the node, past admission: take it away (KEP-2862 has finer resources).',
    technique: 'T1611',
    level: 'Metadata',
    blind: '',
    verbs: ['get', 'create', 'update', 'patch', 'delete'],
    topics: ['nodes/proxy'],
    test: nodeProxy,
  }),
  single({
    name: 'admission-webhook-changed',
    summary: 'admission webhook configuration written or deleted',
    advice: 'A webhook sees and changes everything that is written: check its address, and what is no longer checked.',
    technique: 'T1562',
    level: 'Metadata',
    blind: 'what was changed',
    verbs: WRITES,
    topics: [
      'validatingwebhookconfigurations',
      'mutatingwebhookconfigurations',
      'validatingadmissionpolicies',
      'validatingadmissionpolicybindings',
      'mutatingadmissionpolicies',
      'mutatingadmissionpolicybindings',
    ],
    test: (request) => {
      if (!request.isWrite || request.principal.actor.username === 'system:apiserver') return null;
      const isDeleted = request.verb.startsWith('delete');
      const of = isDeleted
        ? levels('medium info high medium high - critical')
        : levels('medium info medium low high low critical');
      return hit(of, request, isDeleted ? 'deleted' : 'wrote');
    },
  }),
  single({
    name: 'coredns-config-changed',
    summary: 'DNS configuration of the cluster changed',
    advice: 'Compare the Corefile with what was there: a rewrite sends every workload elsewhere.',
    technique: 'T1565',
    level: 'Metadata',
    blind: 'what was changed',
    verbs: WRITES,
    topics: ['configmaps'],
    test: (request) =>
      request.isWrite && request.namespace === 'kube-system' && DNS_CONFIG.has(request.name)
        ? hit(levels('high info high medium high - critical'), request, 'changed')
        : null,
  }),
  single({
    name: 'aws-auth-changed',
    summary: 'configmap aws-auth changed',
    advice: 'It maps IAM identities to groups: check for system:masters.',
    technique: 'T1098',
    level: 'Metadata',
    blind: 'who was mapped to what',
    verbs: WRITES,
    topics: ['configmaps'],
    test: (request) =>
      request.isWrite && request.namespace === 'kube-system' && request.name === 'aws-auth'
        ? hit(levels('high info high high high - critical'), request, 'changed')
        : null,
  }),
  single({
    name: 'events-deleted',
    summary: 'events deleted',
    advice: 'Nobody needs to delete events, they expire: look at what happened just before.',
    technique: 'T1070',
    level: 'Metadata',
    blind: '',
    verbs: ['delete', 'deletecollection'],
    topics: ['events'],
    test: (request) => {
      if (!request.verb.startsWith('delete')) return null;
      const of =
        request.verb === 'delete'
          ? levels('medium low medium low high - critical')
          : levels('high medium high medium high - critical');
      return hit(of, request, 'deleted');
    },
  }),
  single({
    name: 'workload-persistence',
    summary: 'CronJob, Job or DaemonSet created',
    advice: 'These start again by themselves: from an account that installs nothing it is a way to stay.',
    technique: 'T1053.007',
    level: 'Metadata',
    blind: 'what it runs',
    verbs: ['create'],
    topics: ['cronjobs', 'jobs', 'daemonsets'],
    test: (request) => (request.verb === 'create' ? hit(persistence(request), request, 'created') : null),
  }),
  single({
    name: 'service-exposed',
    summary: 'NodePort or LoadBalancer service, or ingress without TLS',
    advice: 'Check who may reach it, and that its pods expect to be reached.',
    technique: 'T1133',
    level: 'Request',
    blind: 'everything: the type is in bodies',
    verbs: ['create', 'update', 'patch'],
    topics: ['services', 'ingresses'],
    test: (request) => {
      const body = request.event.body;
      if (body === null || !request.isWrite) return null;
      const type = body.service?.type ?? '';
      if (type === 'NodePort' || type === 'LoadBalancer')
        return hit(EXPECTED, request, `opened to the outside (${type})`);
      if (body.service?.externalIPs === true) return hit(EXPECTED, request, 'opened to the outside (externalIPs)');
      return body.ingressWithoutTLS ? hit(EXPECTED, request, 'opened without TLS') : null;
    },
  }),
  single({
    name: 'workload-deleted-or-patched',
    summary: 'workload deleted, or a container injected',
    advice: 'Expected of deployments; otherwise somebody breaks or changes what runs.',
    technique: 'T1498',
    level: 'Metadata',
    blind: 'whether a patch changes containers',
    verbs: ['delete', 'deletecollection', 'patch'],
    topics: WORKLOADS,
    test: deletedOrInjected,
  }),
];

function persistence(request: AuditRequest): Levels {
  return isInSystemNamespace(request) ? { ...EXPECTED, workload: 'high' } : EXPECTED;
}
