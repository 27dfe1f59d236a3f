/**
 * A scripted history on a real API server, whose truth the script keeps: what the audit log and one listing say about
 * 50 random instants must be that truth; with bodies removed or a time cut out it becomes unknown, never wrong. So must
 * be who held a credential of the database and could connect to it, by the policies and labels of that time. At some
 * instants the server is asked who may do what: the list of who had access must be what it answered.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESSES, type Access } from '../../src/kube/accesses.ts';
import { answerAt } from '../../src/analyses/as-of/answer.ts';
import type { PastConnection } from '../../src/analyses/as-of/connection.ts';
import { pastView } from '../../src/analyses/as-of/past-view.ts';
import { labelTarget } from '../../src/analyses/as-of/target.ts';
import { appliesTo } from '../../src/kube/rbac-user.ts';
import { listingOf } from '../../src/analyses/as-of/listing.ts';
import { Timeline } from '../../src/analyses/as-of/timeline.ts';
import { samePast } from '../../src/kube/past-object.ts';
import { apiVersionOf, kindInfo } from '../../src/model/kind.ts';
import {
  PAST_KINDS,
  type Doubt,
  type Observation,
  type PastKind,
  type PastObject,
} from '../../src/model/observation.ts';
import { readAuditLog } from '../../src/sources/audit/read-audit-log.ts';
import { createAuditPastReader } from '../../src/sources/history/audit-past.ts';
import { auditWindows, createActivityCounter } from '../../src/sources/history/audit-windows.ts';
import { createSlimmer } from '../../src/sources/slim/slimmer.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { findBinaries, startApiServer, type ApiServer } from './start-server.ts';

const CHANGES = 400;
/** The server's own authorizer is asked after so many changes. */
const REVIEW_EVERY = 15;
const INSTANTS = 50;
const SECOND = 1000;
const HOUR = 3600 * SECOND;
const POLICY = JSON.stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  rules: [{ level: 'RequestResponse' }],
});
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const CORE = '/api/v1/namespaces/shop';

type Raw = Record<string, unknown>;

/** One name's state from a time on; null: not there. */
interface State {
  readonly begun: number;
  readonly time: number;
  readonly key: string;
  readonly object: Raw | null;
}

let server: ApiServer;
const truth: State[] = [];
let events: readonly Raw[] = [];

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const RESOURCES = [
  ['pods/exec'],
  ['secrets'],
  ['configmaps'],
  ['pods', 'pods/attach'],
  ['pods/*'],
  ['*'],
  ['serviceaccounts/token', 'serviceaccounts'],
  ['nodes/proxy'],
];
const VERBS = [['create', 'get'], ['*'], ['list'], ['update', 'delete'], ['impersonate']];

function rules(pick: (most: number) => number): readonly Raw[] {
  const resources = RESOURCES[pick(RESOURCES.length)];
  const verbs = VERBS[pick(VERBS.length)];
  return [{ apiGroups: [''], resources, verbs, ...(pick(3) === 0 ? { resourceNames: ['a', 'pg'] } : {}) }];
}

function subjects(pick: (most: number) => number): readonly Raw[] {
  const apiGroup = 'rbac.authorization.k8s.io';
  const all = [
    { kind: 'User', apiGroup, name: 'ann' },
    { kind: 'User', apiGroup, name: 'bob' },
    { kind: 'Group', apiGroup, name: 'devs' },
    { kind: 'ServiceAccount', namespace: 'shop', name: 'ci' },
  ];
  return [all[pick(4)] ?? {}, ...(pick(2) === 0 ? [all[pick(4)] ?? {}] : [])];
}

const APPS = ['pg', 'web', 'cart'];
const PORTS = [5432, 5433];

function selector(pick: (most: number) => number): Raw {
  return pick(3) === 0 ? {} : { matchLabels: { app: APPS[pick(3)] } };
}

function peerRules(pick: (most: number) => number, field: 'from' | 'to'): readonly Raw[] {
  const peer = (): Raw => ({
    ...(pick(2) === 0 ? { namespaceSelector: { matchLabels: { team: ['x', 'y'][pick(2)] } } } : {}),
    podSelector: selector(pick),
  });
  const rule = (): Raw => ({
    ...(pick(4) === 0 ? {} : { [field]: [peer(), ...(pick(3) === 0 ? [peer()] : [])] }),
    ...(pick(3) === 0 ? { ports: [{ port: PORTS[pick(2)] }] } : {}),
  });
  return Array.from({ length: pick(3) }, rule);
}

const ROLE_REF = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'a' };

const MAKERS: readonly {
  readonly path: string;
  readonly kind: PastKind;
  readonly namespace: string;
  make(pick: (most: number) => number): Raw;
}[] = [
  {
    path: `${CORE}/pods`,
    kind: 'Pod',
    namespace: 'shop',
    make: (pick) => ({
      metadata: { labels: { app: APPS[pick(3)] } },
      spec: {
        containers: [{ name: 'c', image: 'registry.example/c:1' }],
        volumes: [{ name: 'v', secret: { secretName: ['pg', 'other'][pick(2)] } }],
      },
    }),
  },
  { path: `${RBAC}/namespaces/shop/roles`, kind: 'Role', namespace: 'shop', make: (pick) => ({ rules: rules(pick) }) },
  {
    path: `${RBAC}/namespaces/shop/rolebindings`,
    kind: 'RoleBinding',
    namespace: 'shop',
    make: (pick) => ({
      roleRef: pick(3) === 0 ? { ...ROLE_REF, kind: 'ClusterRole', name: 'c' } : ROLE_REF,
      subjects: subjects(pick),
    }),
  },
  { path: `${RBAC}/clusterroles`, kind: 'ClusterRole', namespace: '', make: (pick) => ({ rules: rules(pick) }) },
  {
    path: `${RBAC}/clusterrolebindings`,
    kind: 'ClusterRoleBinding',
    namespace: '',
    make: (pick) => ({ roleRef: { ...ROLE_REF, kind: 'ClusterRole', name: 'c' }, subjects: subjects(pick) }),
  },
  {
    path: '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies',
    kind: 'NetworkPolicy',
    namespace: 'shop',
    make: (pick) => ({
      spec: {
        podSelector: selector(pick),
        policyTypes: [['Ingress'], ['Egress'], ['Ingress', 'Egress']][pick(3)],
        ingress: peerRules(pick, 'from'),
        egress: peerRules(pick, 'to'),
      },
    }),
  },
  {
    path: '/api/v1/namespaces',
    kind: 'Namespace',
    namespace: '',
    make: (pick) => ({ metadata: { labels: teamOf(pick) } }),
  },
];

function teamOf(pick: (most: number) => number): Raw {
  return { team: ['x', 'y'][pick(2)] };
}

async function change(pick: (most: number) => number): Promise<void> {
  const maker = MAKERS[pick(MAKERS.length)];
  if (maker === undefined) return;
  if (maker.kind === 'Namespace' && pick(3) > 0) {
    await relabelShop(pick);
    return;
  }
  const name = ['a', 'b', 'c', 'd'][pick(4)] ?? 'a';
  const key = `${maker.kind}/${maker.namespace}/${name}`;
  const there = truth.findLast((state) => state.key === key)?.object ?? null;
  const path = `${maker.path}/${name}`;
  const made = maker.make(pick);
  const begun = Date.now();
  let answer;
  if (there === null) {
    const metadata = { ...(made['metadata'] as Raw | undefined), name };
    answer = await server.request('POST', maker.path, { body: { ...made, metadata } });
  } else if (pick(3) === 0) {
    answer = await server.request('DELETE', path);
    expect(answer.status).toBe(200);
    const isKept = maker.kind === 'Namespace';
    truth.push({ begun, time: Date.now() + 1, key, object: isKept ? answer.json() : null });
    if (isKept) await finalize(path, key, answer.json());
    return;
  } else if (maker.kind === 'NetworkPolicy') {
    answer = await server.request('PUT', path, { body: { ...made, metadata: { name } } });
  } else {
    const { spec: _, roleRef: __, ...patch } = made;
    answer = await server.request('PATCH', path, { body: patch, contentType: 'application/merge-patch+json' });
  }
  expect([200, 201]).toContain(answer.status);
  truth.push({ begun, time: Date.now() + 1, key, object: answer.json() });
}

/** The labels by which policies select the pods of the namespace. */
async function relabelShop(pick: (most: number) => number): Promise<void> {
  const begun = Date.now();
  const request = { body: { metadata: { labels: teamOf(pick) } }, contentType: 'application/merge-patch+json' };
  const answer = await server.request('PATCH', '/api/v1/namespaces/shop', request);
  expect(answer.status).toBe(200);
  truth.push({ begun, time: Date.now() + 1, key: 'Namespace//shop', object: answer.json() });
}

/** What the controller of namespaces does once one is empty. */
async function finalize(path: string, key: string, object: Raw): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const begun = Date.now();
  const answer = await server.request('PUT', `${path}/finalize`, { body: { ...object, spec: { finalizers: [] } } });
  expect(answer.status).toBe(200);
  truth.push({ begun, time: Date.now() + 1, key, object: null });
}

/** Who the server was asked about. */
const USERS = [
  { user: 'ann', groups: ['system:authenticated'] },
  { user: 'bob', groups: ['devs', 'system:authenticated'] },
  { user: 'system:serviceaccount:shop:ci', groups: ['system:serviceaccounts', 'system:authenticated'] },
] as const;

/** What the server itself said at an instant: `user|access|on what` for all that it would have allowed. */
interface Reviewed {
  readonly time: number;
  readonly allowed: ReadonlySet<string>;
  readonly asked: ReadonlySet<string>;
}

const reviewed: Reviewed[] = [];
const DATABASE = 'app=pg';

/** What a request of an access names, for the pods that hold the database. */
function things(access: Access, pods: readonly Raw[]): readonly { namespace: string; name: string; on: string }[] {
  const named = (kind: string, name: string) => ({ namespace: 'shop', name, on: `${kind} shop/${name}` });
  switch (access.on) {
    case 'pod':
      return pods.map((pod) => named('Pod', String((pod['metadata'] as Raw)['name'])));
    case 'secret':
      return pods.flatMap((pod) =>
        ((pod['spec'] as Raw)['volumes'] as Raw[]).flatMap(({ secret }) =>
          secret === undefined ? [] : [named('Secret', String((secret as Raw)['secretName']))],
        ),
      );
    case 'account':
      return [named('ServiceAccount', 'default')];
    case 'namespace':
      return [{ namespace: 'shop', name: '', on: 'namespace shop' }];
    case 'cluster':
      return [{ namespace: '', name: '', on: 'cluster' }];
    case 'claims':
      return [];
  }
}

/** Asks the server's authorizer about every access to the database as it is now. */
async function review(): Promise<void> {
  const pods = ['a', 'b', 'c', 'd'].flatMap((name) => {
    const object = truth.findLast((state) => state.key === `Pod/shop/${name}`)?.object ?? null;
    const labels = (object?.['metadata'] as { labels?: Record<string, string> } | undefined)?.labels;
    return object !== null && labels?.['app'] === 'pg' ? [object] : [];
  });
  if (pods.length === 0) return;
  // The authorizer watches: it knows of the last change a moment later.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const time = Date.now();
  const allowed = new Set<string>();
  const asked = new Set<string>();
  const ask = async (who: (typeof USERS)[number], access: Access, verb: string): Promise<void> => {
    for (const { namespace, name, on } of things(access, pods)) {
      const { group, resource, subresource } = access;
      const spec = { ...who, resourceAttributes: { namespace, verb, group, resource, subresource, name } };
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
      const answer = await server.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body });
      const key = `${who.user}|${access.access}|${on}`;
      asked.add(key);
      if (answer.json<{ status: { allowed: boolean } }>().status.allowed) allowed.add(key);
    }
  };
  for (const who of USERS) {
    await Promise.all(ACCESSES.flatMap((access) => access.verbs.map((verb) => ask(who, access, verb))));
  }
  reviewed.push({ time, allowed, asked });
}

/** The hole: what happened in it is moved into an hour of which the log holds nothing; whole seconds. */
let hole = { from: Infinity, to: Infinity };

function moved(time: number): number {
  if (time < hole.from) return time;
  return time < hole.to ? time + HOUR / 2 : time + HOUR;
}

/** Every time in an event or object, moved. */
function withMovedTimes(value: unknown): unknown {
  if (typeof value === 'string') {
    if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return value;
    return new Date(moved(Date.parse(value))).toISOString();
  }
  if (Array.isArray(value)) return value.map(withMovedTimes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withMovedTimes(inner)]));
}

/** `items` is null where the server does not serve the kind. */
let listed: { readonly kind: PastKind; readonly items: readonly Raw[] | null }[] = [];
let listedAt = 0;

async function timelineOf(log: readonly Raw[]): Promise<Timeline> {
  const slimmer = createSlimmer();
  const read = createAuditPastReader(slimmer);
  const counter = createActivityCounter();
  const observations: Observation[] = [];
  const doubts: Doubt[] = [];
  await readAuditLog(['-'], {
    stdin: Readable.from(log.map((event) => `${JSON.stringify(event)}\n`)),
    onEvents: () => undefined,
    onRaw: (event, raw) => {
      const past = read(event, raw);
      counter.add(event.time, past.written);
      observations.push(...past.observations);
      if (past.doubt !== null) doubts.push(past.doubt);
    },
  });
  const store = new ClusterStore();
  for (const { kind, items } of listed) {
    const coverage = {
      kind,
      apiVersion: apiVersionOf(kind),
      status: items === null ? 'absent' : 'live',
      namespaces: items === null ? [] : 'all',
      reason: '',
      since: 0,
    } as const;
    store.apply([{ type: 'coverage', coverage }]);
    for (const item of items ?? []) store.apply([{ type: 'upsert', object: slimmer.slim(withMovedTimes(item), kind) }]);
  }
  const time = moved(listedAt);
  const listing = listingOf(new StoreView(store, time, false), { time, basis: 'live', evidence: 'server' });
  return new Timeline({
    observations,
    doubts,
    listings: [listing],
    windows: auditWindows(counter.activity(), [time]),
    witnesses: [],
    notes: [],
  });
}

/** Instants while no request was under way, so that the script knows what was so. */
function instants(): readonly number[] {
  const next = random(7);
  const last = truth.at(-1)?.time ?? 0;
  const found: number[] = [];
  while (found.length < INSTANTS) {
    const time = Math.floor((truth[0]?.time ?? 0) + next() * (last - (truth[0]?.time ?? 0)));
    if (!truth.some((state) => state.begun - 3 <= time && time <= state.time + 3)) found.push(time);
  }
  return found;
}

interface Judged {
  readonly wrong: readonly string[];
  readonly known: number;
  readonly unknown: number;
}

/** What is said about the objects of the script at an instant, against its truth. */
function judge(line: Timeline, time: number): Judged {
  const slimmer = createSlimmer();
  const { present, unknown } = line.at(moved(time));
  const wrong: string[] = [];
  let known = 0;
  let open = 0;
  for (const key of new Set(truth.map((state) => state.key))) {
    const [kind, namespace, name] = key.split('/') as [PastKind, string, string];
    const raw = truth.findLast((state) => state.key === key && state.time <= time)?.object ?? null;
    const told = present.find(
      ({ object: one }) => one.kind === kind && one.namespace === namespace && one.name === name,
    );
    const isOpen = unknown.some((one) => one.kind === kind && one.namespace === namespace && one.name === name);
    const isHidden = line.incompleteAt(kind, namespace, moved(time)) !== null;
    if (isOpen || (told === undefined && isHidden)) {
      open += 1;
      continue;
    }
    const was = raw === null ? null : (slimmer.slim(withMovedTimes(raw), kind) as PastObject);
    // In a hole of the log something may have changed and changed back: the answer says that its kind is not known.
    const isRight =
      told === undefined || was === null ? told === undefined && was === null : samePast(told.object, was);
    if (isRight) known += 1;
    else if (isHidden) open += 1;
    else
      wrong.push(`${key} at ${new Date(time).toISOString()}: ${told === undefined ? 'said not there' : 'said there'}`);
  }
  return { wrong, known, unknown: open };
}

function total(line: Timeline): Judged {
  const all = instants().map((time) => judge(line, time));
  return {
    wrong: all.flatMap((one) => one.wrong),
    known: all.reduce((sum, one) => sum + one.known, 0),
    unknown: all.reduce((sum, one) => sum + one.unknown, 0),
  };
}

type Labels = Readonly<Record<string, string>>;
interface RawSelector {
  readonly matchLabels?: Labels;
}
interface RawRule {
  readonly from?: readonly RawPeer[];
  readonly to?: readonly RawPeer[];
  readonly ports?: readonly { readonly port: number }[];
}
interface RawPeer {
  readonly podSelector?: RawSelector;
  readonly namespaceSelector?: RawSelector;
}
interface RawPolicy {
  readonly podSelector: RawSelector;
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly RawRule[];
  readonly egress?: readonly RawRule[];
}

function isMatched({ matchLabels = {} }: RawSelector, labels: Labels): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
}

function objectsAt(time: number, kind: PastKind): readonly Raw[] {
  const names = ['a', 'b', 'c', 'd'].map((name) => `${kind}/shop/${name}`);
  return names
    .map((key) => truth.findLast((one) => one.key === key && one.time <= time)?.object ?? null)
    .filter((object) => object !== null);
}

function labelsOf(object: Raw | null | undefined): Labels {
  return (object?.['metadata'] as { labels?: Labels } | undefined)?.labels ?? {};
}

/** What the documentation of NetworkPolicies says about one port, word by word. */
function mayConnect(time: number, source: Labels, destination: Labels, port: number): boolean {
  const policies = objectsAt(time, 'NetworkPolicy').map((one) => one['spec'] as RawPolicy);
  const team = labelsOf(truth.findLast((one) => one.key === 'Namespace//shop' && one.time <= time)?.object);
  const isLet = (own: Labels, other: Labels, type: 'Ingress' | 'Egress'): boolean => {
    const isolating = policies.filter((one) => one.policyTypes.includes(type) && isMatched(one.podSelector, own));
    const isPeer = ({ podSelector = {}, namespaceSelector = {} }: RawPeer): boolean =>
      isMatched(podSelector, other) && isMatched(namespaceSelector, team);
    return (
      isolating.length === 0 ||
      isolating.some((one) =>
        (type === 'Ingress' ? (one.ingress ?? []) : (one.egress ?? [])).some(({ from, to, ports }) => {
          const peers = (type === 'Ingress' ? from : to) ?? [];
          return (
            (peers.length === 0 || peers.some(isPeer)) && (ports === undefined || ports.some((a) => a.port === port))
          );
        }),
      )
    );
  };
  return isLet(source, destination, 'Egress') && isLet(destination, source, 'Ingress');
}

/** By `pod|Secret`: whether the policies let a holder of the database's credential connect to it; 80 stands for all other ports. */
function connectionsAt(time: number): ReadonlyMap<string, string> {
  const pods = objectsAt(time, 'Pod').map((pod) => {
    const volumes = (pod['spec'] as { volumes: { secret?: { secretName: string } }[] }).volumes;
    const secrets = volumes.flatMap(({ secret }) => secret?.secretName ?? []);
    return { name: String((pod['metadata'] as Raw)['name']), labels: labelsOf(pod), secrets };
  });
  const databases = pods.filter((one) => one.labels['app'] === 'pg');
  const found = new Map<string, string>();
  for (const holder of pods.filter((one) => one.labels['app'] !== 'pg')) {
    for (const secret of holder.secrets) {
      const near = databases.filter((one) => one.secrets.includes(secret));
      if (near.length === 0) continue;
      const may = near.some((one) => [...PORTS, 80].some((port) => mayConnect(time, holder.labels, one.labels, port)));
      found.set(`${holder.name}|Secret shop/${secret}`, may ? 'possible' : 'refused');
    }
  }
  return found;
}

interface Connections {
  readonly wrong: readonly string[];
  readonly possible: number;
  readonly refused: number;
  readonly unknown: number;
}

/** What is said about the connections of holders at all instants, against the script's truth. */
function connectionsSaid(line: Timeline): Connections {
  const target = labelTarget(DATABASE);
  if (target === undefined) throw new Error('no selector');
  const wrong: string[] = [];
  const count = { possible: 0, refused: 0, unknown: 0 };
  for (const time of instants()) {
    const { principals, unknown } = answerAt(pastView(line, moved(time), []), target, []);
    const said = new Map(
      principals.flatMap(({ subject, on, connection }): [string, PastConnection][] =>
        connection === null ? [] : [[`${subject.name}|${on}`, connection]],
      ),
    );
    const isWhole = unknown.length === 0;
    for (const [key, status] of connectionsAt(time)) {
      const told = said.get(key)?.status ?? 'unknown';
      if (!said.has(key) && isWhole) wrong.push(`${new Date(time).toISOString()}: ${key} is not said`);
      else if (told !== 'unknown' && told !== status) {
        wrong.push(`${new Date(time).toISOString()}: ${key}: ${told}, not ${status}`);
      } else count[told] += 1;
      said.delete(key);
    }
    for (const [key, { status }] of said) {
      if (status !== 'unknown') wrong.push(`${new Date(time).toISOString()}: ${key} holds nothing, and is ${status}`);
    }
  }
  return { wrong, ...count };
}

interface Compared {
  /** Said to be had, and not; had, and not said. */
  readonly wrong: readonly string[];
  readonly missing: readonly string[];
  readonly unknown: number;
}

function compared(line: Timeline, { time, allowed, asked }: Reviewed): Compared {
  const target = labelTarget(DATABASE);
  if (target === undefined) throw new Error('no selector');
  const { principals, unknown } = answerAt(pastView(line, moved(time), []), target, []);
  const said = new Set(
    USERS.flatMap(({ user, groups }) =>
      principals
        .filter(({ subject, grade }) => grade !== 'unknown' && appliesTo(subject, '', { name: user, groups }))
        .map(({ access, on }) => `${user}|${access}|${on}`),
    ),
  );
  const at = new Date(time).toISOString();
  return {
    wrong: [...said].filter((key) => asked.has(key) && !allowed.has(key)).map((key) => `${at}: not so: ${key}`),
    missing: [...allowed].filter((key) => !said.has(key)).map((key) => `${at}: not said: ${key}`),
    unknown: unknown.length,
  };
}

/** What is not known may be missing from the list, and the list then says that something is not known. */
function expectNeverWrong(line: Timeline): void {
  for (const one of reviewed) {
    const { wrong, missing, unknown } = compared(line, one);
    expect([...wrong, ...(unknown > 0 ? [] : missing)]).toEqual([]);
  }
}

describe.skipIf(findBinaries() === undefined)('the past of a real API server', () => {
  beforeAll(async () => {
    server = await startApiServer({ auditPolicy: POLICY });
    const begun = Date.now();
    const made = await server.request('POST', '/api/v1/namespaces', { body: { metadata: { name: 'shop' } } });
    truth.push({ begun, time: Date.now() + 1, key: 'Namespace//shop', object: made.json() });
    await server.request('POST', `${CORE}/serviceaccounts`, { body: { metadata: { name: 'default' } } });
    const next = random(42);
    const pick = (most: number): number => Math.floor(next() * most);
    for (let count = 0; count < CHANGES; count += 1) {
      await change(pick);
      await new Promise((resolve) => setTimeout(resolve, 40));
      if (count % REVIEW_EVERY === REVIEW_EVERY - 1) await review();
    }
    listed = [];
    for (const kind of PAST_KINDS) {
      const { group, resource, versions } = kindInfo(kind);
      const base = group === '' ? `/api/${versions[0]}` : `/apis/${group}/${versions[0]}`;
      const answer = await server.request('GET', `${base}/${resource}`);
      listed.push({ kind, items: answer.status === 404 ? null : answer.json<{ items: Raw[] }>().items });
    }
    listedAt = Date.now();
    await server.request('GET', '/api/v1/namespaces/shop');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const text = await readFile(join(server.folder, 'audit.log'), 'utf8');
    events = text.split('\n').flatMap((line): Raw[] => (line === '' ? [] : [JSON.parse(line) as Raw]));
  });

  afterAll(async () => {
    await server.stop();
  });

  it('is what the script knows, at 50 instants', async () => {
    const { wrong, known, unknown } = total(await timelineOf(events));
    expect({ wrong, unknown }).toEqual({ wrong: [], unknown: 0 });
    expect(known).toBeGreaterThan(INSTANTS * 10);
  });

  it('says of each holder of a credential whether it could connect, at 50 instants', async () => {
    const { wrong, possible, refused, unknown } = connectionsSaid(await timelineOf(events));
    console.log(`${possible} connections were possible, ${refused} refused: ${wrong.length} differences`);
    expect({ wrong, unknown }).toEqual({ wrong: [], unknown: 0 });
    expect(Math.min(possible, refused)).toBeGreaterThan(3);
  });

  it('lists who had access as the server itself answered then', async () => {
    const line = await timelineOf(events);
    const told = reviewed.map((one) => compared(line, one));
    expect(told.flatMap((one) => [...one.wrong, ...one.missing])).toEqual([]);
    expect(told.every((one) => one.unknown === 0)).toBe(true);
    const [asked, allowed] = [reviewed.flatMap((one) => [...one.asked]), reviewed.flatMap((one) => [...one.allowed])];
    console.log(
      `${reviewed.length} instants, ${asked.length} accesses asked, ${allowed.length} allowed: 0 differences`,
    );
    expect(reviewed.length).toBeGreaterThan(5);
    expect(allowed.length).toBeGreaterThan(50);
  });

  it('becomes unknown without bodies, never wrong', async () => {
    const bare = events.map((event): Raw => ({
      ...event,
      level: 'Metadata',
      requestObject: undefined,
      responseObject: undefined,
    }));
    const line = await timelineOf(bare);
    const { wrong, unknown } = total(line);
    expect(wrong).toEqual([]);
    expect(unknown).toBeGreaterThan(INSTANTS);
    expectNeverWrong(line);
    expect(connectionsSaid(line).wrong).toEqual([]);
  });

  it('does not know connections where only policies and namespaces have no bodies, never wrong', async () => {
    const resourceOf = (event: Raw): unknown => (event['objectRef'] as Raw | undefined)?.['resource'];
    const bare = events.map((event): Raw => {
      const isHidden = resourceOf(event) === 'networkpolicies' || resourceOf(event) === 'namespaces';
      return isHidden ? { ...event, level: 'Metadata', requestObject: undefined, responseObject: undefined } : event;
    });
    const { wrong, unknown } = connectionsSaid(await timelineOf(bare));
    expect(wrong).toEqual([]);
    expect(unknown).toBeGreaterThan(10);
  });

  it('becomes unknown where an hour is cut out, never wrong', async () => {
    const second = (share: number): number =>
      Math.ceil((truth[Math.floor(truth.length * share)]?.time ?? 0) / SECOND) * SECOND;
    hole = { from: second(0.4), to: second(0.6) };
    const left = events.flatMap((event): Raw[] => {
      const time = Date.parse(String(event['stageTimestamp']));
      return time >= hole.from && time < hole.to ? [] : [withMovedTimes(event) as Raw];
    });
    const line = await timelineOf(left);
    const { wrong, unknown } = total(line);
    expect(wrong).toEqual([]);
    expect(unknown).toBeGreaterThan(0);
    expectNeverWrong(line);
    const connections = connectionsSaid(line);
    expect(connections.wrong).toEqual([]);
    expect(connections.unknown).toBeGreaterThan(0);
  });
});
