import { NO_QUERY } from '../../../kube/audit-gke.ts';
import { certainAddress } from '../../../kube/audit-principal.ts';
import { queryValue } from '../../../kube/request-uri.ts';
import { isClusterWide, isInSystemNamespace, userAgentIs, type AuditRequest } from '../request.ts';
import { SlidingWindow } from '../sliding-window.ts';
import {
  BURST_SPAN,
  hit,
  hitAt,
  levels,
  single,
  type Detection,
  type Detector,
  type DetectorOptions,
  type Hit,
} from './detection.ts';

const READ_VERBS = ['get', 'list', 'watch'] as const;
const TOPICS = ['secrets'] as const;
const SCRIPT = /^(?:curl|wget|python|perl|ruby|httpie|php|okhttp|java)|python-requests|aiohttp|kali|masscan|nmap/i;
const GO_CLIENT = /^Go-http-client\//;
const KUBECTL = /^kubectl/i;
const OWNED_BY_HELM = /(?:^|,)\s*owner\s*==?\s*helm\s*(?:,|$)/;

function isRead(request: AuditRequest): boolean {
  return request.verb === 'get' || request.verb === 'list' || request.verb === 'watch';
}

/** A program that keeps a cache: it watches, or lists from the server's cache (`resourceVersion=0`). */
function isInformer({ verb, event }: AuditRequest): boolean {
  const { requestURI } = event;
  return (
    verb === 'watch' ||
    queryValue(requestURI, 'resourceVersion') === '0' ||
    ['sendInitialEvents', 'watch'].some((name) => /^(?:true|1)$/.test(queryValue(requestURI, name) ?? ''))
  );
}

/** A client made for persons and scripts, which keeps no cache; the name is its own claim. */
function isByHand(request: AuditRequest): boolean {
  return userAgentIs(request, SCRIPT) || userAgentIs(request, KUBECTL);
}

/** Helm keeps its releases in Secrets; it lists nothing else (`owner=helm`). */
function isHelmHistory({ event, name }: AuditRequest): boolean {
  return name.startsWith('sh.helm.release.') || OWNED_BY_HELM.test(queryValue(event.requestURI, 'labelSelector') ?? '');
}

function listsSecrets(request: AuditRequest): Hit | null {
  if ((request.verb !== 'list' && request.verb !== 'watch') || request.name !== '') return null;
  const isWide = isClusterWide(request);
  if (!isWide && !isInSystemNamespace(request)) return null;
  const what = isWide ? 'listed secrets in all namespaces:' : 'listed the secrets of a system namespace:';
  if (isHelmHistory(request)) return hit(levels('info info info info high info critical'), request, what);
  if (request.event.annotations[NO_QUERY] !== undefined && !isByHand(request)) {
    const unknown = what.replace(':', ', from a cache or not (this log keeps no queries):');
    return hit(levels('medium info low info high - critical'), request, unknown);
  }
  if (isInformer(request)) return hit(levels('low info low info high - critical'), request, what);
  return hit(
    isWide ? levels('high medium high medium high - critical') : levels('medium info high medium high - critical'),
    request,
    what,
  );
}

/** The node authorizer answers for single secrets of the node's pods, and gives no reason; anything else is no duty. */
function nodeReads(request: AuditRequest): Hit | null {
  if (request.principal.role !== 'node' || !isRead(request)) return null;
  const isKubelet = userAgentIs(request, /^(?:kubelet\/|kubelet$)/);
  if (request.outcome !== 'done') {
    return request.outcome === 'denied'
      ? { severity: isKubelet ? 'info' : 'medium', what: 'as a node was refused' }
      : null;
  }
  const isOneOfItsPods = isKubelet && request.name !== '' && request.event.reason === '';
  return isOneOfItsPods ? null : { severity: 'high', what: 'as a node read' };
}

function deniedRead(request: AuditRequest): Hit | null {
  if (!isRead(request) || request.outcome !== 'denied') return null;
  const of = levels('low low medium low - info medium');
  const severity = of[request.principal.role];
  return severity === null ? null : { severity, what: 'was refused to read' };
}

function scriptReads(request: AuditRequest): Hit | null {
  if (!isRead(request) || request.principal.role === 'plane') return null;
  const isScript = userAgentIs(request, SCRIPT);
  if (!isScript && !userAgentIs(request, GO_CLIENT)) return null;
  const of = isScript
    ? levels('high medium high high high high critical')
    : levels('medium low medium low high medium critical');
  return hit(of, request, 'read with a scripting client');
}

function createSecretBurst({ burst, secretBurst }: DetectorOptions): Detector {
  const window = new SlidingWindow(BURST_SPAN);
  return (request) => {
    const { role, actor } = request.principal;
    if (request.verb !== 'get' || request.outcome !== 'done' || request.name === '') return null;
    if (role === 'node' || role === 'plane' || isHelmHistory(request)) return null;
    const byHand = isByHand(request);
    const isAccount = role === 'workload' || role === 'system' || role === 'deployer';
    const least = isAccount && !byHand ? Math.max(burst, secretBurst) : secretBurst;
    const key = `${actor.name} ${certainAddress(request.event)}`;
    const found = window.add(key, `${request.namespace}/${request.name}`, request.event.time, least);
    if (found === null) return null;
    const many = found.distinct >= 4 * secretBurst;
    const severity = burstSeverity(request, byHand, many);
    return { severity, what: `read ${found.distinct} different secrets within 300 s, the last`, count: found.count };
  };
}

/** Operators read many secrets all day; a person, or a client made for persons in an account's hands, does not. */
function burstSeverity(request: AuditRequest, byHand: boolean, many: boolean): Hit['severity'] {
  switch (request.principal.role) {
    case 'anonymous':
      return 'critical';
    case 'human':
      return many || userAgentIs(request, SCRIPT) ? 'high' : 'medium';
    case 'deployer':
      return byHand ? 'high' : 'info';
    default:
      return byHand ? 'high' : 'low';
  }
}

export const SECRET_DETECTIONS: readonly Detection[] = [
  single({
    name: 'secret-read-by-node',
    summary: 'secret read by a node that has no reason to',
    advice:
      'A kubelet reads the secrets of its own pods one by one; this credential is in other hands, or has a grant too many.',
    technique: 'T1552.007',
    level: 'Metadata',
    blind: '',
    verbs: READ_VERBS,
    topics: TOPICS,
    test: nodeReads,
  }),
  single({
    name: 'secrets-listed',
    summary: 'secrets listed in all namespaces or a system namespace',
    advice: 'A list gives every value: rotate what the caller should not know, and grant single names instead.',
    technique: 'T1552.007',
    level: 'Metadata',
    blind: 'whether values or only names were asked for; on GKE, whether a cache answered',
    verbs: ['list', 'watch'],
    topics: TOPICS,
    test: listsSecrets,
  }),
  single({
    name: 'secret-read-by-script',
    summary: 'secret read with a scripting client',
    advice: 'Rotate what was read unless somebody owns the script. The client name is its own claim.',
    technique: 'T1552.007',
    level: 'Metadata',
    blind: '',
    verbs: READ_VERBS,
    topics: TOPICS,
    test: scriptReads,
  }),
  single({
    name: 'secret-read-denied',
    summary: 'denied secret reads',
    advice: 'Somebody tries what the account may not: find out which program runs as it.',
    technique: 'T1552.007',
    level: 'Metadata',
    blind: '',
    verbs: READ_VERBS,
    topics: TOPICS,
    test: deniedRead,
  }),
  {
    name: 'secret-burst',
    summary: 'many distinct secrets read by one caller',
    advice: 'Rotate the secrets that were read, unless this is a known job.',
    technique: 'T1552.007',
    level: 'Metadata',
    blind: '',
    verbs: ['get'],
    topics: TOPICS,
    isPattern: true,
    create: createSecretBurst,
  },
  single({
    name: 'configmap-with-credentials',
    summary: 'configmap that holds credentials',
    advice: 'Everybody who may read ConfigMaps knows it now: rotate it, and keep it in a Secret.',
    technique: 'T1552.001',
    level: 'Request',
    blind: 'everything: the data is in bodies',
    verbs: ['create', 'update', 'patch'],
    topics: ['configmaps'],
    test: (request) => {
      const keys = request.event.body?.credentialKeys ?? [];
      if (!request.isWrite || keys.length === 0) return null;
      return hitAt(
        request.principal.role === 'deployer' ? 'info' : 'medium',
        request,
        `put what looks like a credential (${keys.slice(0, 3).join(', ')}) into`,
      );
    },
  }),
];
