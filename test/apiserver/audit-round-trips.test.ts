/**
 * The same 200 requests, logged by a real API server at level RequestResponse and by another one at level Metadata, told
 * in the shape of every provider: the same events, and the same detections but for those that need bodies.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DETECTIONS } from '../../src/analyses/audit/detections/table.ts';
import { asGkeTells, gkeEntries } from '../sources/audit/gke-entries.ts';
import { WRAPPERS, lines } from '../sources/audit/raw-events.ts';
import { readText, told, type ReadText } from '../sources/audit/read-text.ts';
import { CERTIFICATE_REQUEST } from './certificate-request.ts';
import { send } from './send.ts';
import { findBinaries, startApiServer, type ApiServer } from './start-server.ts';
import { twoHundredRequests, type Caller } from './two-hundred-requests.ts';

type Level = 'RequestResponse' | 'Metadata';
type Raw = Record<string, unknown>;

const REASON = 'authorization.k8s.io/reason';
const ISSUED = 'authentication.kubernetes.io/issued-credential-id';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const REQUESTS = twoHundredRequests(CERTIFICATE_REQUEST);
const DETECTION = new Map(DETECTIONS.map((one) => [one.name, one]));
/** Token, user, uid, groups (kubernetes.io/docs/reference/access-authn-authz/authentication#static-token-file). */
const STATIC_TOKENS = [
  'root-token,root,u1,system:masters',
  'alice-token,alice,u2,dev',
  'node-token,system:node:n1,u3,system:nodes',
];

let folder: string;

/** The 200 requests against a new server; their events as it logged them, in its order. */
async function record(level: Level): Promise<readonly Raw[]> {
  const tokenFile = join(folder, 'tokens.csv');
  await writeFile(tokenFile, STATIC_TOKENS.join('\n'));
  const auditPolicy = JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level }] });
  const server = await startApiServer({ auditPolicy, flags: [`--token-auth-file=${tokenFile}`] });
  try {
    const tokens = await prepare(server);
    for (const [at, { path, as, ...asked }] of REQUESTS.entries()) {
      const headers = { ...asked.headers, 'audit-id': idOf(at) };
      await send(`${server.url}${path}`, { ...asked, token: tokens[as], headers });
    }
    const isEnd = ({ stage, responseStatus }: Raw): boolean =>
      stage === 'ResponseComplete' || (responseStatus as Raw | undefined)?.['code'] === 401;
    // The answer to the last request may be here before its event is.
    return await vi.waitFor(async () => {
      const log = await readFile(join(server.folder, 'audit.log'), 'utf8');
      const events = log.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Raw]));
      const asked = events.filter(({ auditID }) => String(auditID).startsWith('request-'));
      expect(asked.filter(isEnd)).toHaveLength(REQUESTS.length);
      return asked.map(withoutDelays).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    });
  } finally {
    await server.stop();
  }
}

/** In order of the requests, and of the stages of each. */
function keyOf({ auditID, stage }: Raw): string {
  return `${String(auditID)} ${['RequestReceived', 'ResponseStarted', 'ResponseComplete'].indexOf(String(stage))}`;
}

function idOf(at: number): string {
  return `request-${String(at).padStart(3, '0')}`;
}

/** Namespaces, accounts and their rights. */
async function prepare(server: ApiServer): Promise<Readonly<Partial<Record<Caller, string>>>> {
  const make = async (path: string, body: unknown): Promise<void> => {
    expect((await server.request('POST', path, { body })).status).toBe(201);
  };
  const bind = async (name: string, role: string, subject: unknown): Promise<void> => {
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role };
    await make(`${RBAC}/clusterrolebindings`, { metadata: { name }, roleRef, subjects: [subject] });
  };
  const tokens: Partial<Record<Caller, string>> = {
    root: 'root-token',
    alice: 'alice-token',
    node: 'node-token',
    guesser: 'guess',
  };
  await make(`${RBAC}/clusterroles`, {
    metadata: { name: 'too-much' },
    rules: [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ],
  });
  for (const [namespace, name] of [
    ['shop', 'cart'],
    ['ops', 'operator'],
  ] as const) {
    await make('/api/v1/namespaces', { metadata: { name: namespace } });
    const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    await make(accounts, { metadata: { name } });
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const answer = await server.request('POST', `${accounts}/${name}/token`, { body: request });
    tokens[name] = answer.json<{ status: { token: string } }>().status.token;
    await bind(name, 'too-much', { kind: 'ServiceAccount', namespace, name });
  }
  const group = 'rbac.authorization.k8s.io';
  await make(`${RBAC}/namespaces/shop/rolebindings`, {
    metadata: { name: 'dev' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'too-much' },
    subjects: [{ apiGroup: group, kind: 'Group', name: 'dev' }],
  });
  return tokens;
}

/** RBAC names the first of several grants that it finds, in no order. */
function isGranted({ annotations }: Raw): boolean {
  return String((annotations as Raw | undefined)?.[REASON]).startsWith('RBAC: allowed by ');
}

/** What the second server chose by itself is what the first one chose: times, uids, ids of credentials, one of several grants. */
function asChosenBy(twin: Raw, event: Raw): Raw {
  const [status, its] = [event['responseStatus'] as Raw, twin['responseStatus'] as Raw];
  const inStatus =
    status?.['details'] === undefined
      ? {}
      : { responseStatus: { ...status, ...chosen(status, its, 'details', 'uid') } };
  return {
    ...event,
    requestReceivedTimestamp: twin['requestReceivedTimestamp'],
    stageTimestamp: twin['stageTimestamp'],
    ...chosen(event, twin, 'user', 'uid', 'extra'),
    ...chosen(event, twin, 'objectRef', 'uid', 'resourceVersion'),
    ...inStatus,
    ...chosen(event, twin, 'annotations', ISSUED, ...(isGranted(event) && isGranted(twin) ? [REASON] : [])),
  };
}

/** The field of an event, with some of what is in it as its twin has it. */
function chosen(event: Raw, twin: Raw, field: string, ...inner: string[]): Raw {
  const [mine, its] = [event[field] as Raw | undefined, twin[field] as Raw | undefined];
  if (mine === undefined || its === undefined) return {};
  const shared = inner.filter((key) => mine[key] !== undefined && its[key] !== undefined);
  return { [field]: { ...mine, ...Object.fromEntries(shared.map((key) => [key, its[key]])) } };
}

/** What was slow is told so, by a busy machine of anything. */
function withoutDelays(event: Raw): Raw {
  const told = Object.entries((event['annotations'] as Raw | undefined) ?? {});
  const others = told.filter(([name]) => !name.startsWith('apiserver.latency.k8s.io/'));
  return event['annotations'] === undefined ? event : { ...event, annotations: Object.fromEntries(others) };
}

function withoutBodies({ requestObject: _sent, responseObject: _answered, ...event }: Raw): Raw {
  return { ...event, level: 'Metadata' };
}

/** Every pair of an actor and a detection that its requests fired, whether shown or listed under another one. */
function fired({ groups }: ReadText): Set<string> {
  return new Set(
    [...groups.values()].flatMap(({ detection, actor, hours }) =>
      [detection, ...hours.flatMap(({ also }) => also)].map((name) => `${name} ${actor.name}`),
    ),
  );
}

/** Groups that both have, at other severities. */
function otherwise(one: ReadText, other: ReadText): readonly (readonly string[])[] {
  return [...one.groups.values()].flatMap(({ key, severity }) => {
    const there = other.groups.get(key)?.severity ?? severity;
    return there === severity ? [] : [[key, severity, there]];
  });
}

describe.skipIf(findBinaries() === undefined)('200 requests, logged at two levels by real API servers', () => {
  let whole: readonly Raw[];
  let metadata: readonly Raw[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'k8sec-round-trips-'));
    whole = await record('RequestResponse');
    const twins = new Map(whole.map((event) => [keyOf(event), event]));
    metadata = (await record('Metadata')).map((event) => asChosenBy(twins.get(keyOf(event)) ?? {}, event));
  }, 400_000);

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('logs the same at both, but for the bodies', () => {
    expect(new Set(whole.map(({ auditID }) => auditID)).size).toBe(200);
    expect(whole.filter((event) => event['requestObject'] !== undefined).length).toBeGreaterThan(30);
    expect(metadata).toEqual(whole.map(withoutBodies));
  });

  it.each(Object.entries(WRAPPERS))('gives the same events and detections as %s', async (shape, wrap) => {
    for (const events of [whole, metadata]) {
      const plain = await readText(lines(events));
      const wrapped = await readText(wrap(events));
      expect(plain.events).toHaveLength(events.length);
      // The table has no column for what only the newest servers log.
      const expected = plain.events.map((event) =>
        shape === 'AKSAudit rows' ? { ...event, impersonationConstraint: '' } : event,
      );
      expect(wrapped.events).toEqual(expected);
      expect(told(wrapped)).toEqual(told(plain));
    }
  });

  it('gives the same events without bodies, and all detections but those that need them', async () => {
    const [seeing, blind] = [await readText(lines(whole)), await readText(lines(metadata))];
    expect(blind.events).toEqual(seeing.events.map((event) => ({ ...event, level: 'Metadata', body: null })));
    const needsBodies = (pair: string): boolean => DETECTION.get(pair.split(' ')[0] ?? '')?.level === 'Request';
    expect(fired(blind)).toEqual(new Set([...fired(seeing)].filter((pair) => !needsBodies(pair))));
    expect(otherwise(seeing, blind)).toEqual([
      // Whom the certificate would name is in the body.
      ['csr-created-or-approved|system:serviceaccount:shop:cart', 'critical', 'high'],
    ]);
  });

  it('gives what Cloud Logging keeps of the events, and the detections that can be made of it', async () => {
    const kept = whole.filter(({ stage }) => stage !== 'RequestReceived');
    const plain = await readText(lines(kept));
    const wrapped = await readText(gkeEntries(whole));
    expect(wrapped.events.map((event) => ({ ...event, level: 'Metadata' }))).toEqual(
      plain.events.map((event, at) => asGkeTells(kept[at] ?? {}, event)),
    );
    const [here, there] = [fired(plain), fired(wrapped)];
    // Without groups nobody is known to be in system:masters.
    expect([...here].filter((pair) => !there.has(pair))).toEqual(['break-glass-admin root']);
    expect([...there].filter((pair) => !here.has(pair))).toEqual([]);
    expect(otherwise(plain, wrapped)).toEqual([['impersonation|root', 'medium', 'high']]);
  });
});
