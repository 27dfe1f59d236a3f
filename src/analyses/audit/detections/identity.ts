import { certainAddress, isSystemNamespace } from '../../../kube/audit-principal.ts';
import { isPublicAddress } from '../../../kube/audit-address.ts';
import type { AuditUser } from '../../../model/audit-event.ts';
import { BURST_SPAN, CALLERS, hitAt, levels, single, type Detection, type Detector, hit } from './detection.ts';
import type { AuditRequest } from '../request.ts';

const ANY = { topics: 'any', level: 'Metadata', verbs: [] } as const;

/** What the API server shows to everybody (ClusterRole system:public-info-viewer) and what load balancers ask for. */
const OPEN_PATHS = /^\/(?:healthz|livez|readyz|version)(?:[/?]|$)/;
const DISCOVERY = /^\/(?:apis?|openapi|\.well-known|openid)(?:\/v?\d?[^/?]*)?(?:[/?]|$)/;

export function isOpenPath(uri: string): boolean {
  return OPEN_PATHS.test(uri);
}

function anonymousAllowed(request: AuditRequest): ReturnType<Detector> {
  const { principal, event, outcome } = request;
  if (outcome !== 'done' || principal.actor.username === '') return null;
  if (isOpenPath(event.requestURI)) return null;
  if (event.object === null)
    return {
      severity: DISCOVERY.test(event.requestURI) ? 'low' : 'medium',
      what: 'was allowed without authentication',
    };
  // kubeadm publishes kube-public/cluster-info to nodes that join.
  if (request.topic === 'configmaps' && request.namespace === 'kube-public' && request.name === 'cluster-info') {
    return { severity: 'low', what: 'was allowed without authentication' };
  }
  const isCritical = request.isWrite || request.topic === 'secrets';
  return { severity: isCritical ? 'critical' : 'high', what: 'was allowed without authentication' };
}

function isPrivileged(user: AuditUser): boolean {
  const { username, groups } = user;
  return (
    groups.includes('system:masters') ||
    groups.includes('system:nodes') ||
    /^(?:cluster-admin|admin|kubernetes-admin|system:admin|root)$/.test(username) ||
    username.startsWith('system:node:') ||
    username.startsWith('system:kube-') ||
    username === 'system:apiserver' ||
    isSystemNamespace(/^system:serviceaccount:([^:]*):/.exec(username)?.[1] ?? '')
  );
}

function impersonation(request: AuditRequest): ReturnType<Detector> {
  const { impersonated, impersonationConstraint } = request.event;
  if (impersonated === null || !isPrivileged(impersonated)) return null;
  const what = `acted as ${impersonated.username}${impersonated.groups.includes('system:masters') ? ' in system:masters' : ''} for`;
  // A node agent that may act as its own node (KEP-5284) is bound to it.
  if (impersonationConstraint === 'impersonate:associated-node') return { severity: 'info', what };
  if (request.principal.isMaster) return hitAt('medium', request, what);
  return hit(levels('high medium critical high critical high critical'), request, what);
}

function deniedImpersonation(request: AuditRequest): ReturnType<Detector> {
  const { code, decision, statusMessage } = request.event;
  if (code !== 403 || decision === 'allow' || !statusMessage.includes('cannot impersonate')) return null;
  const of = levels('medium medium high high high high high');
  return { severity: of[request.principal.role] ?? 'medium', what: 'was refused to impersonate somebody for' };
}

function breakGlass(request: AuditRequest): ReturnType<Detector> {
  const { principal, event, outcome } = request;
  if (outcome !== 'done' || event.decision !== 'allow' || event.reason !== '') return null;
  const isMaster =
    event.impersonated === null ? principal.isMaster : event.impersonated.groups.includes('system:masters');
  if (!isMaster) return null;
  return { severity: request.isWrite ? 'medium' : 'low', what: 'was allowed outside of RBAC by system:masters' };
}

/** An address with this many callers behind it, each with another one before it, is a proxy. */
const LEAST_CALLERS = 3;

/** One credential from two places: a bound token has one pod, and a pod has one address. */
function createStolenToken(): Detector {
  interface Use {
    readonly node: string;
    readonly address: string;
    readonly time: number;
  }
  const uses = new Map<string, Use>();
  const proxies = new Map<string, Set<string>>();
  return (request) => {
    const { event, principal } = request;
    const { credential } = principal;
    if (credential === '') return null;
    const address = placeOf(event.sourceIPs, principal.actor.username, proxies);
    const before = uses.get(credential);
    if (before === undefined || (before.address === address && before.node === principal.nodeName)) {
      if (before === undefined) {
        if (uses.size > 50_000) uses.clear();
        uses.set(credential, { node: principal.nodeName, address, time: event.time });
      }
      return null;
    }
    if ((proxies.get(before.address)?.size ?? 0) >= LEAST_CALLERS) {
      // It was taken for the caller's own address before others came through it.
      uses.set(credential, { node: principal.nodeName, address, time: event.time });
      return null;
    }
    const isOtherNode = before.node !== principal.nodeName;
    const isBound = credential.startsWith('JTI=') && principal.podName !== '';
    // Dual-stack: one address of each family is one place.
    if (!isOtherNode && before.address.includes(':') !== address.includes(':')) return null;
    const what = `used the credential ${credential.slice(0, 24)}, seen from ${before.address}, from ${address} for`;
    if (isOtherNode || isBound) return { severity: 'high', what };
    uses.set(credential, { node: principal.nodeName, address, time: event.time });
    // People move between networks; within five minutes they rarely do.
    return Math.abs(event.time - before.time) <= BURST_SPAN ? { severity: 'low', what } : null;
  };
}

/** Behind a proxy that many callers share the last address says nothing: then the one before it, though only claimed. */
function placeOf(addresses: readonly string[], username: string, proxies: Map<string, Set<string>>): string {
  const last = addresses.at(-1) ?? '';
  if (addresses.length < 2) return last;
  let callers = proxies.get(last);
  if (callers === undefined) {
    if (proxies.size > 1000) proxies.clear();
    proxies.set(last, (callers = new Set()));
  }
  if (callers.size < LEAST_CALLERS) callers.add(username);
  return callers.size >= LEAST_CALLERS ? (addresses.at(-2) ?? last) : last;
}

/** Pods reach the API server from inside; on some clouds they and the nodes share public addresses. */
function createPublicAddress(): Detector {
  const nodeAddresses = new Set<string>();
  return (request) => {
    const { principal, event } = request;
    const { role } = principal;
    const address = certainAddress(event);
    if (!isPublicAddress(address) || !event.sourceIPs.every(isPublicAddress)) return null;
    if (role === 'node') {
      if (nodeAddresses.size < 20_000) nodeAddresses.add(address);
      // Nodes at a public endpoint all come so; a node's credential in a person's hands does not say kubelet.
      return /^kube(?:let|-proxy)/.test(event.userAgent)
        ? null
        : hitAt('medium', request, 'came from a public address for');
    }
    if (nodeAddresses.has(address) || request.outcome === 'denied') return null;
    return { severity: principal.podName === '' ? 'medium' : 'high', what: 'came from a public address for' };
  };
}

export const IDENTITY_DETECTIONS: readonly Detection[] = [
  single({
    ...ANY,
    name: 'denied-impersonation',
    summary: 'denied impersonation attempt',
    advice: 'Find out who tried to act as whom; the log has no decision for it.',
    technique: 'T1134',
    blind: '',
    test: deniedImpersonation,
  }),
  single({
    ...ANY,
    name: 'impersonation',
    summary: 'impersonation of a privileged identity',
    advice: 'Whoever may impersonate such an identity has its rights: limit it by resourceNames.',
    technique: 'T1134',
    blind: '',
    test: impersonation,
  }),
  {
    ...ANY,
    name: 'stolen-token',
    summary: 'one credential used from several nodes or addresses',
    advice:
      'Delete the pod or account that the credential belongs to, and look at all that it did from the second place.',
    technique: 'T1528',
    blind: '',
    roles: [...CALLERS, 'anonymous'],
    create: createStolenToken,
  },
  {
    ...ANY,
    name: 'system-principal-from-public-address',
    summary: 'service account or node from a public address',
    advice: 'A token has left the cluster, or a job outside uses one: name it in `deployers`, or rotate it.',
    technique: 'T1528',
    blind: '',
    roles: ['node', 'workload', 'system'],
    create: createPublicAddress,
  },
  single({
    ...ANY,
    name: 'anonymous-allowed',
    summary: 'anonymous request allowed (health and version paths excepted)',
    advice: 'Remove system:anonymous and system:unauthenticated from the binding that the event names.',
    technique: 'T1078',
    blind: '',
    roles: ['anonymous'],
    test: anonymousAllowed,
  }),
  single({
    ...ANY,
    name: 'webhook-failed-open',
    summary: 'admission webhook failed open',
    advice: 'The object went in unchecked: repair the webhook, judge the object again, or let it fail closed.',
    technique: 'T1562',
    blind: '',
    test: (request) => {
      for (const key in request.event.annotations) {
        if (key.startsWith('failed-open.')) {
          return {
            severity: 'medium',
            what: `passed the webhook ${request.event.annotations[key] ?? ''}, which did not answer, with`,
          };
        }
      }
      return null;
    },
  }),
  single({
    ...ANY,
    name: 'pod-security-exempt',
    summary: 'pod exempt from pod security',
    advice: "Exemptions are in the server's admission configuration: keep them to system namespaces.",
    technique: 'T1562',
    blind: '',
    test: (request) => {
      const exempt = request.event.annotations['pod-security.kubernetes.io/exempt'];
      if (exempt === undefined || (request.principal.role === 'plane' && isSystemNamespace(request.namespace)))
        return null;
      return hitAt(exempt === 'user' ? 'medium' : 'low', request, `exempt by ${exempt} from pod security wrote`);
    },
  }),
  single({
    ...ANY,
    name: 'break-glass-admin',
    summary: 'request allowed by system:masters, outside RBAC',
    advice: 'Keep this credential for emergencies: it cannot be limited or revoked by RBAC.',
    technique: 'T1078',
    blind: '',
    roles: [...CALLERS, 'anonymous'],
    test: breakGlass,
  }),
];
