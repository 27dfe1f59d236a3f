import { certainAddress } from '../../../kube/audit-principal.ts';
import { CALLERS, type Detection, type Detector, type Hit } from './detection.ts';
import { isLearned, type ProfileBook } from './profile-book.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MOST_EDGES = 2_000;
const MOST_PLACES = 200;
/** An hour is far above the past from this many requests and this many times its busiest hour. */
const LEAST_UNUSUAL = 200;
const TIMES_ABOVE = 8;

const ANY = { topics: 'any', level: 'Metadata', verbs: [], blind: '', isPattern: true } as const;
const KNOWN_PATHS =
  /^\/(?:$|\?|(?:api|apis|openapi|version|healthz|livez|readyz|metrics|logs|debug|flagz|statusz|configz|openid|\.well-known|swagger[\w.-]*|favicon\.ico)(?:[/?]|$))/;

/** New things weigh by how rarely this principal does any (its own novelty rate). */
function createFirstUse(book: ProfileBook): Detector {
  return (request) => {
    if (request.outcome === 'failed' || request.topic === '') return null;
    const profile = book.of(request);
    const key = `${request.verb} ${request.topic} ${request.namespace}`;
    if (profile.edges.has(key)) return null;
    const { time } = request.event;
    const learned = isLearned(profile, time);
    const days = Math.max(1, (time - profile.first) / DAY);
    const rate = profile.novel / days;
    if (profile.edges.size < MOST_EDGES) profile.edges.set(key, { hour: 0, count: 0, busiest: 0 });
    if (time - profile.first > DAY) profile.novel += 1;
    if (!learned) return null;
    const severity: Hit['severity'] = rate < 0.5 ? 'medium' : rate < 3 ? 'low' : 'info';
    const where = request.namespace === '' ? '' : ` in ${request.namespace}`;
    return {
      severity,
      what: `for the first time in ${Math.floor(days)} days used ${request.verb} ${request.topic}${where} (it does ${rate.toFixed(1)} new things a day):`,
    };
  };
}

function createUnusualBurst(book: ProfileBook): Detector {
  return (request) => {
    if (request.topic === '') return null;
    const profile = book.of(request);
    const { time } = request.event;
    const hour = Math.floor(time / HOUR);
    let edge = profile.edges.get(request.topic);
    if (edge === undefined) {
      if (profile.edges.size >= MOST_EDGES) return null;
      edge = { hour, count: 0, busiest: 0 };
      profile.edges.set(request.topic, edge);
    }
    if (hour !== edge.hour) {
      edge.busiest = Math.max(edge.busiest, edge.count);
      edge.hour = hour;
      edge.count = 0;
    }
    edge.count += 1;
    const limit = Math.max(LEAST_UNUSUAL, TIMES_ABOVE * edge.busiest);
    if (edge.count < limit || !isLearned(profile, time)) return null;
    return {
      severity: 'medium',
      what: `made ${edge.count} requests within an hour, where its busiest hour so far had ${edge.busiest}, for`,
      count: edge.count === limit ? limit : 1,
    };
  };
}

/** A person on a new machine changes both; a stolen credential mostly does, too. */
function createNewClient(book: ProfileBook): Detector {
  return (request) => {
    const { event, principal } = request;
    if (request.outcome !== 'done') return null;
    const profile = book.of(request);
    const address = certainAddress(event);
    // Most requests come as the one before.
    if (profile.lastAgent === event.userAgent && profile.lastAddress === address) return null;
    profile.lastAgent = event.userAgent;
    profile.lastAddress = address;
    const agent = event.userAgent.split(/[/ ]/, 1)[0] ?? '';
    const isNewAgent = !profile.agents.has(agent);
    const isNewAddress = !profile.addresses.has(address);
    if (!isNewAgent && !isNewAddress) return null;
    if (profile.agents.size < MOST_PLACES) profile.agents.add(agent);
    if (profile.addresses.size < MOST_PLACES) profile.addresses.add(address);
    if (!profile.isSaved && event.time - profile.first < DAY) return null;
    // Pods of an account come and go, and their addresses with them.
    if (principal.role !== 'human' && !isNewAgent) return null;
    const what = [
      ...(isNewAgent ? [`the client ${agent || '(none)'}`] : []),
      ...(isNewAddress ? [`the address ${address}`] : []),
    ].join(' and ');
    const severity = principal.role !== 'human' || (isNewAgent && isNewAddress) ? 'medium' : 'low';
    return { severity, what: `came with ${what}, never seen of it before, for` };
  };
}

function createUnusualPath(book: ProfileBook): Detector {
  return ({ event }) => {
    book.see(event.time);
    if (event.object !== null || KNOWN_PATHS.test(event.requestURI) || event.requestURI === '') return null;
    return book.isOldEnough(event.time)
      ? { severity: 'low', what: 'asked for a path that the API server does not have:' }
      : null;
  };
}

export const LEARNED_DETECTIONS: readonly Detection[] = [
  {
    ...ANY,
    name: 'new-user-agent-or-address',
    summary: 'a caller with a client or address never seen before',
    advice: 'Ask the person whether it was them.',
    technique: 'T1078',
    roles: CALLERS,
    create: ({ profiles }) => createNewClient(profiles('new-user-agent-or-address')),
  },
  {
    ...ANY,
    name: 'first-use',
    summary:
      'learned: a principal uses a verb, resource and namespace that it never used, weighed by how often it does new things',
    advice: 'See what else the principal did at that time.',
    technique: 'T1078',
    roles: CALLERS,
    create: ({ profiles }) => createFirstUse(profiles('first-use')),
  },
  {
    ...ANY,
    name: 'unusual-burst',
    summary: 'learned: an edge principal → resource far above its own past',
    advice: 'A new job, a loop, or somebody who takes all there is.',
    technique: 'T1613',
    roles: CALLERS,
    create: ({ profiles }) => createUnusualBurst(profiles('unusual-burst')),
  },
  {
    ...ANY,
    name: 'unusual-path',
    summary: "requests to URIs outside the API's known paths",
    advice: 'A scanner that takes the API server for something else.',
    technique: 'T1595',
    create: ({ profiles }) => createUnusualPath(profiles('unusual-path')),
  },
];
