import { certainAddress, type Principal } from '../../../kube/audit-principal.ts';
import { requestKey } from '../../../kube/audit-request-key.ts';
import { requestPath } from '../../../kube/request-uri.ts';
import { userAgentIs, type AuditRequest } from '../request.ts';
import { SlidingWindow } from '../sliding-window.ts';
import { isOpenPath } from './identity.ts';
import { BURST_SPAN, CALLERS, type Detection, type Detector, type DetectorOptions, type Hit } from './detection.ts';

const ANY = { topics: 'any', level: 'Metadata', verbs: [], isPattern: true, blind: '' } as const;

/** Sessions that ask what they may do as soon as they start; the name is the client's own claim. */
const DASHBOARDS = /^(?:k9s|lens|openlens|freelens|headlamp|k8sec|octant|dashboard|rancher)\b/i;
const SCRIPT = /^(?:curl|wget|python|perl|ruby|kubectl)|python-requests/i;

function createAnonymousScanning({ burst }: DetectorOptions): Detector {
  const window = new SlidingWindow(BURST_SPAN);
  return ({ event, outcome }) => {
    if (isOpenPath(event.requestURI)) return null;
    const found = window.add(certainAddress(event), requestPath(event.requestURI), event.time, burst);
    if (found === null) return null;
    const severity = outcome === 'done' ? 'high' : 'medium';
    return {
      severity,
      what: `asked for ${found.distinct} different paths within 300 s without authentication, the last`,
      count: found.count,
    };
  };
}

/** A 401 is logged at ResponseStarted only, without a user (kubernetes/apiserver filters/authn_audit.go). */
function createFailedAuthentication({ burst }: DetectorOptions): Detector {
  const window = new SlidingWindow(BURST_SPAN);
  return ({ event }) => {
    if (event.code !== 401) return null;
    const found = window.add(certainAddress(event), requestKey(event), event.time, burst);
    if (found === null) return null;
    const methods = /attempted: ([\w, ]{1,60})/.exec(event.statusMessage)?.[1];
    const by = methods === undefined ? '' : ` (${methods.trim()})`;
    return {
      severity: 'medium',
      what: `failed to authenticate${by} ${found.distinct} times within 300 s, the last time for`,
      count: found.count,
    };
  };
}

function createForbiddenBurst({ burst }: DetectorOptions): Detector {
  const requests = new SlidingWindow(BURST_SPAN);
  const kinds = new SlidingWindow(BURST_SPAN);
  return (request) => {
    const { principal, event } = request;
    if (event.code !== 403 || principal.role === 'anonymous') return null;
    const key = principal.actor.name;
    const wide = kinds.add(key, `${request.verb} ${request.topic || requestPath(event.requestURI)}`, event.time, 4);
    const found = requests.add(key, requestKey(event), event.time, burst);
    if (found === null) return null;
    const what = `was refused ${found.distinct} times within 300 s${wide === null ? '' : ` over ${wide.distinct} kinds of request`}, the last time for`;
    return { severity: forbiddenSeverity(request, wide !== null), what, count: found.count };
  };
}

/** Loops of programs repeat one refused request; somebody who looks around tries many kinds. */
function forbiddenSeverity({ principal }: AuditRequest, isWide: boolean): Hit['severity'] {
  switch (principal.role) {
    case 'workload':
    case 'system':
      return isWide ? 'high' : 'low';
    case 'human':
      return isWide ? 'medium' : 'low';
    default:
      return isWide && principal.role === 'node' ? 'low' : 'info';
  }
}

/** Asking the API server for one's own rights; a person who does it once checks something. */
function createPermissionProbing({ burst }: DetectorOptions): Detector {
  const window = new SlidingWindow(BURST_SPAN);
  return (request) => {
    const { principal, event, topic } = request;
    if (request.verb !== 'create' || request.outcome !== 'done' || principal.role === 'plane') return null;
    const found = window.add(principal.actor.name, requestKey(event), event.time, burst);
    const many = found === null ? '' : `${found.distinct} times within 300 s `;
    // Every request was a hit already: a burst adds nothing to the count, only its sentence is newer.
    const count = 1;
    const what = `asked ${many}what it may do by`;
    const lists = topic === 'selfsubjectrulesreviews';
    switch (principal.role) {
      case 'human':
        if (found === null) return { severity: 'info', what };
        return { severity: userAgentIs(request, DASHBOARDS) ? 'low' : 'medium', what, count };
      case 'deployer':
        return { severity: 'info', what, count };
      case 'workload':
        return { severity: lists || userAgentIs(request, SCRIPT) || found !== null ? 'high' : 'medium', what, count };
      case 'system':
        return { severity: lists || userAgentIs(request, SCRIPT) ? 'high' : 'low', what, count };
      case 'node':
        return { severity: lists || userAgentIs(request, SCRIPT) ? 'high' : 'medium', what, count };
      case 'anonymous':
        return { severity: 'medium', what, count };
    }
  };
}

/** One key per caller, client and address; that of the last request of each caller is kept, as most are like it. */
function createCallerKeys(): (request: AuditRequest) => string {
  const last = new WeakMap<Principal, { readonly agent: string; readonly address: string; readonly key: string }>();
  return ({ principal, event }) => {
    const address = certainAddress(event);
    const agent = event.userAgent;
    const before = last.get(principal);
    if (before?.agent === agent && before.address === address) return before.key;
    const key = `${principal.actor.name} ${address} ${agent}`;
    last.set(principal, { agent, address, key });
    return key;
  };
}

/** Reading one kind after the other. Programs with caches read many kinds at their start, from the server's cache. */
function createEnumeration({ burst }: DetectorOptions): Detector {
  const keyOf = createCallerKeys();
  const kinds = new SlidingWindow(BURST_SPAN);
  const refused = new SlidingWindow(BURST_SPAN);
  return (request) => {
    const { event, verb } = request;
    if (verb !== 'list' && verb !== 'get') return null;
    if (event.object === null) return null;
    if (request.outcome === 'failed' || event.requestURI.includes('resourceVersion=0')) return null;
    const key = keyOf(request);
    const isRefused = request.outcome === 'denied';
    const denied = isRefused ? refused.add(key, request.topic, event.time, 3) : null;
    const found = kinds.add(key, request.topic, event.time, burst);
    if (found === null && denied === null) return null;
    // Refused here, allowed there: the caller does not know its rights, so it is not its usual program.
    const isMixed = denied !== null && denied.distinct >= 3;
    const distinct = found?.distinct ?? denied?.distinct ?? 0;
    const what = `read ${distinct} kinds of objects within 300 s${isMixed ? ', several refused' : ''}, the last`;
    const count = found?.count ?? denied?.count ?? 1;
    const { role } = request.principal;
    if (role === 'human') return { severity: isMixed ? 'medium' : 'low', what, count };
    if (role === 'deployer') return { severity: 'info', what, count };
    return { severity: isMixed || userAgentIs(request, SCRIPT) ? 'high' : 'low', what, count };
  };
}

export const BURST_DETECTIONS: readonly Detection[] = [
  {
    ...ANY,
    name: 'anonymous-scanning',
    summary: 'anonymous requests over many paths or resources',
    advice:
      'Somebody looks for open doors: keep the API server off the internet, and anonymous access to health paths.',
    technique: 'T1046',
    roles: ['anonymous'],
    create: createAnonymousScanning,
  },
  {
    ...ANY,
    name: 'failed-authentication-burst',
    summary: 'many 401 from one address',
    advice: 'A client with an expired credential, or somebody who tries tokens: find what runs at the address.',
    technique: 'T1110',
    stage: 'ResponseStarted',
    create: createFailedAuthentication,
  },
  {
    ...ANY,
    name: 'forbidden-burst',
    summary: 'many 403 of one caller',
    advice: 'A missing permission, or somebody who finds out what an account may do.',
    technique: 'T1613',
    create: createForbiddenBurst,
  },
  {
    name: 'permission-probing',
    summary: 'self subject access or rules reviews by a workload or in bulk',
    advice: 'Programs know what they may do; somebody who holds their token does not.',
    technique: 'T1069.003',
    level: 'Metadata',
    blind: 'what was asked',
    verbs: ['create'],
    topics: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    create: createPermissionProbing,
  },
  {
    ...ANY,
    name: 'resource-enumeration',
    summary: 'many resource types read, or allowed and denied mixed, in a short time',
    advice: 'Expected of backup and inventory programs; else somebody draws a map.',
    technique: 'T1613',
    verbs: ['get', 'list'],
    roles: CALLERS,
    create: createEnumeration,
  },
];
