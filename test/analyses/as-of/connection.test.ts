import { describe, expect, it } from 'vitest';
import { answerAt } from '../../../src/analyses/as-of/answer.ts';
import { pastView } from '../../../src/analyses/as-of/past-view.ts';
import { labelTarget } from '../../../src/analyses/as-of/target.ts';
import { Timeline } from '../../../src/analyses/as-of/timeline.ts';
import { portsText } from '../../../src/kube/port-set.ts';
import { PAST_KINDS, type Observation, type PastKind, type PastObject } from '../../../src/model/observation.ts';
import { object, pod } from '../../objects.ts';

const START = Date.parse('2026-11-23T00:00:00Z');
const MINUTE = 60_000;
const SECRET = [{ name: 'v', secret: { secretName: 'pg' } }];
const DB = { labels: { app: 'db' }, spec: { volumes: SECRET } };
const WEB = { labels: { app: 'web' }, spec: { volumes: SECRET } };
const SHOP = namespace({ team: 'a' });

function namespace(labels: Record<string, string>): PastObject {
  return object('Namespace', { metadata: { name: 'shop', uid: 'shop', labels } });
}

function policy(name: string, spec: Record<string, unknown>, kind: PastKind = 'NetworkPolicy'): PastObject {
  const own = {
    name,
    uid: name,
    ...(kind.startsWith('Cluster') || kind.includes('Admin') ? {} : { namespace: 'shop' }),
  };
  return object(kind, { metadata: own, spec });
}

/** Who may connect to the database: rules of `ingress`. */
function toDb(ingress: readonly unknown[]): PastObject {
  return policy('db', { podSelector: { matchLabels: { app: 'db' } }, ingress });
}

interface Evidence {
  readonly objects: readonly PastObject[];
  /** Those of a listing at minute 10. */
  readonly later?: readonly PastObject[];
  readonly observations?: readonly Partial<Observation>[];
  /** Kinds that were not listed, and of which changes were not watched. */
  readonly unlisted?: readonly PastKind[];
  readonly unwatched?: readonly PastKind[];
}

/** What is said at minute 5 about the connection of those that hold the database's credential. */
function said({ objects, later, observations = [], unlisted = [], unwatched = [] }: Evidence): string {
  const listed = PAST_KINDS.filter((kind) => !unlisted.includes(kind));
  const watched = PAST_KINDS.filter((kind) => !unwatched.includes(kind));
  const line = new Timeline({
    observations: observations.map((one): Observation => {
      const { kind, namespace: inside, name } = one.object ?? { kind: 'Pod', namespace: 'shop', name: '' };
      const time = START + 3 * MINUTE;
      const told = { kind, namespace: inside, name, time, begun: time, type: 'content', change: 'written' } as const;
      return { ...told, object: null, basis: 'audit', evidence: 'id', ...one };
    }),
    listings: [[0, objects] as const, ...(later === undefined ? [] : [[10, later] as const])].map(([minute, all]) => ({
      time: START + minute * MINUTE,
      kinds: listed.map((kind) => ({ kind, namespaces: 'all' })),
      objects: all,
      basis: 'snapshot',
      evidence: 'snapshot.k8sec',
    })),
    windows: watched.map((kind) => ({ kind, namespaces: 'all', from: START, to: START + 60 * MINUTE })),
    doubts: [],
    witnesses: [],
    notes: [],
  });
  const target = labelTarget('app=db');
  if (target === undefined) throw new Error('no selector');
  const { principals } = answerAt(pastView(line, START + 5 * MINUTE, []), target, []);
  const texts = principals.map(({ connection }) => {
    if (connection === null) return 'none';
    const { status, ports, refusedBy, reason } = connection;
    return [status, ...(status === 'possible' ? [portsText(ports)] : refusedBy), reason].join(' ').trimEnd();
  });
  return texts.join('; ');
}

const BOTH = [SHOP, pod('db-0', DB), pod('web-0', WEB)];
const CLOSED = toDb([]);
const PEER = { namespaceSelector: { matchLabels: { team: 'a' } } };

describe('a connection of the past', () => {
  it.each<[string, readonly PastObject[], string]>([
    ['no policy selects either', [], 'possible all ports'],
    ['a policy of the database lets nobody in', [CLOSED], 'refused NetworkPolicy shop/db'],
    [
      'it lets the workload in on a port',
      [toDb([{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 5432 }] }])],
      'possible TCP 5432',
    ],
    [
      'it lets only others in',
      [toDb([{ from: [{ podSelector: { matchLabels: { app: 'job' } } }] }])],
      'refused NetworkPolicy shop/db',
    ],
    [
      'the workload may not send',
      [policy('web', { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'] })],
      'refused NetworkPolicy shop/web',
    ],
    [
      'both ends name ports that differ',
      [
        toDb([{ ports: [{ port: 1 }] }]),
        policy('web', {
          podSelector: { matchLabels: { app: 'web' } },
          egress: [{ ports: [{ port: 2 }] }],
          policyTypes: ['Egress'],
        }),
      ],
      'refused NetworkPolicy shop/db NetworkPolicy shop/web',
    ],
    ['the namespace has the label that it asks for', [toDb([{ from: [PEER] }])], 'possible all ports'],
    [
      'the namespace lacks the label that it asks for',
      [toDb([{ from: [{ namespaceSelector: { matchLabels: { team: 'b' } } }] }])],
      'refused NetworkPolicy shop/db',
    ],
    [
      'an administrator denies it',
      [
        policy(
          'deny',
          { priority: 1, subject: { namespaces: {} }, ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] },
          'AdminNetworkPolicy',
        ),
      ],
      'refused AdminNetworkPolicy deny',
    ],
    [
      'a policy of Cilium decides about the database',
      [policy('c', { endpointSelector: { matchLabels: { app: 'db' } }, ingress: [{}] }, 'CiliumNetworkPolicy')],
      'unknown CiliumNetworkPolicy shop/c decides about it, and its rules are not evaluated',
    ],
    [
      'a policy of Cilium decides about others',
      [policy('c', { endpointSelector: { matchLabels: { app: 'job' } }, ingress: [{}] }, 'CiliumNetworkPolicy')],
      'possible all ports',
    ],
    [
      'what may let it in is an address',
      [toDb([{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }])],
      'unknown NetworkPolicy shop/db speaks of addresses, and those of pods are not known of that time',
    ],
    [
      'what may let it in is a port by its name, and the pods declare none',
      [toDb([{ ports: [{ port: 'pg' }] }])],
      "unknown NetworkPolicy shop/db names a port, and what the pod's ports were called is not known of that time",
    ],
  ])('%s', (_what, policies, expected) => {
    expect(said({ objects: [...BOTH, ...policies] })).toBe(expected);
  });

  it('finds a port by the name that the database gives it', () => {
    const containers = [{ name: 'c', image: 'x', ports: [{ name: 'pg', containerPort: 5432 }] }];
    const db = pod('db-0', { ...DB, spec: { ...DB.spec, containers } });
    const objects = [SHOP, db, pod('web-0', WEB), toDb([{ ports: [{ port: 'pg' }] }])];
    expect(said({ objects })).toBe('possible TCP 5432');
  });

  it('is possible where any pod of the workload could reach any of the database', () => {
    const refused = pod('web-1', { ...WEB, owner: { kind: 'DaemonSet', name: 'web' } });
    const allowed = pod('web-2', {
      ...WEB,
      labels: { app: 'web', can: 'yes' },
      owner: { kind: 'DaemonSet', name: 'web' },
    });
    const rule = toDb([{ from: [{ podSelector: { matchLabels: { can: 'yes' } } }] }]);
    expect(said({ objects: [SHOP, pod('db-0', DB), refused, allowed, rule] })).toBe('possible all ports');
    expect(said({ objects: [SHOP, pod('db-0', DB), refused, rule] })).toBe('refused NetworkPolicy shop/db');
  });

  it('of a pod in the host network depends on the plugin, unless nothing isolates the database', () => {
    const host = pod('web-0', { ...WEB, spec: { ...WEB.spec, hostNetwork: true } });
    expect(said({ objects: [SHOP, pod('db-0', DB), host] })).toBe('possible all ports');
    expect(said({ objects: [SHOP, pod('db-0', DB), host, CLOSED] })).toBe(
      'unknown Pod shop/web-0 was not in the pod network: what policies do to it depends on the CNI',
    );
  });

  it('is that of the time: a policy that came before it counts, one that had gone does not', () => {
    expect(said({ objects: BOTH, observations: [{ object: CLOSED, change: 'created' }] })).toBe(
      'refused NetworkPolicy shop/db',
    );
    const gone = { object: CLOSED, type: 'gone', change: 'deleted' } as const;
    expect(said({ objects: [...BOTH, CLOSED], observations: [gone] })).toBe('possible all ports');
    const relabelled = { object: namespace({ team: 'b' }) };
    expect(said({ objects: [...BOTH, toDb([{ from: [PEER] }])], observations: [relabelled] })).toBe(
      'refused NetworkPolicy shop/db',
    );
  });

  it('is not known where a policy was written without a body', () => {
    const written = { kind: 'NetworkPolicy', namespace: 'shop', name: 'db', type: 'exists' } as const;
    expect(said({ objects: [...BOTH, CLOSED], observations: [written] })).toBe(
      'unknown NetworkPolicy shop/db since 2026-11-23T00:03:00.000Z: it was written, and the log holds no body of it',
    );
    const elsewhere = { ...written, namespace: 'other' };
    expect(said({ objects: [...BOTH, CLOSED], observations: [elsewhere] })).toBe('refused NetworkPolicy shop/db');
  });

  it('is not known where policies were not watched, or nothing says which there were', () => {
    const reason = 'no evidence covers this time without a break';
    expect(said({ objects: [...BOTH, CLOSED], unwatched: ['NetworkPolicy'] })).toBe(
      `unknown NetworkPolicies of shop since 2026-11-23T00:00:00.000Z: ${reason}`,
    );
    expect(said({ objects: BOTH, unlisted: ['CiliumNetworkPolicy'], unwatched: ['CiliumNetworkPolicy'] })).toBe(
      `unknown CiliumNetworkPolicies of shop at any time: ${reason}`,
    );
    // None was found, and none was written in a log that tells of NetworkPolicies.
    expect(said({ objects: BOTH, unwatched: ['CiliumNetworkPolicy'] })).toBe('possible all ports');
  });

  it('hangs on labels of the namespace only where a policy asks for them', () => {
    const written = { kind: 'Namespace', namespace: '', name: 'shop', type: 'exists' } as const;
    expect(said({ objects: [...BOTH, CLOSED], observations: [written] })).toBe('refused NetworkPolicy shop/db');
    expect(said({ objects: [...BOTH, toDb([{ from: [PEER] }])], observations: [written] })).toBe(
      'unknown Namespace shop since 2026-11-23T00:03:00.000Z: it was written, and the log holds no body of it',
    );
    const byName = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } } };
    expect(said({ objects: [...BOTH, toDb([{ from: [byName] }])], observations: [written] })).toBe(
      'refused NetworkPolicy shop/db',
    );
  });

  it('is not known where the pods of that time are not, even if they are the same later', () => {
    const since = 'Pods from 2026-11-23T00:00:00.000Z to 2026-11-23T00:10:00.000Z';
    expect(said({ objects: [...BOTH, CLOSED], later: [...BOTH, CLOSED], unwatched: ['Pod'] })).toBe(
      `unknown ${since}: no evidence covers this time without a break`,
    );
    const before = pod('db-0', { ...DB, labels: {} });
    expect(said({ objects: [SHOP, before, pod('web-0', WEB)], later: BOTH, unwatched: ['Pod'] })).toBe(
      'unknown what its pods or the matched ones were then is not known',
    );
  });
});
