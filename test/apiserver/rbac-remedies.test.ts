/**
 * The remedies of RBAC on a real API server: each is accepted in a dry run by who may do everything, and by who may do
 * less exactly where it is said to be, escalation guard included.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeNeeds } from '../../src/analyses/rbac/write-acceptance.ts';
import { Engine } from '../../src/engine/engine.ts';
import { kindInfo } from '../../src/model/kind.ts';
import { remediesOf } from '../../src/remedy/build.ts';
import { manifestIdentity } from '../../src/remedy/manifest-identity.ts';
import type { Manifest, RemedyDraft } from '../../src/remedy/remedy.ts';
import { RBAC_RULES } from '../../src/rules/rbac/rbac-rules.ts';
import { parseAllDocuments } from 'yaml';
import { toYaml } from '../../src/remedy/to-yaml.ts';
import { auditChange } from '../analyses/rbac/audit-event.ts';
import { rawBinding, rawRole } from '../analyses/rbac/raw-rbac.ts';
import { viewOfObjects, type RawManifest, type RawObject } from '../analyses/rbac/view-of.ts';
import { NAMESPACES, policy, reviewSpec } from '../kube/generated-rbac.ts';
import { allowedEvent } from '../remedy/rbac/allowed-event.ts';
import { findBinaries, startApiServer, type ApiServer } from './start-server.ts';

const SEED = Number(process.env['SEED'] ?? 20_261_126);
const PREFIX = '/apis/rbac.authorization.k8s.io/v1';
const KINDS = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'] as const;
const GROUPS = ['system:authenticated'];
const HOUR = 3_600_000;

/** Who applies: everything, all of RBAC but nothing else, the same with some more, some of RBAC, and nothing. */
const APPLICANTS = ['boss', 'writer', 'holder', 'binder', 'patcher', 'nobody'] as const;
const WRITERS: readonly RawManifest[] = [
  rawRole('writer', ['create,patch,delete,update,get rbac.authorization.k8s.io *']),
  rawRole('holder', ['* core pods,secrets,namespaces', '* apps deployments', 'get,list,watch * *', '* url *']),
  rawRole('binder', ['bind rbac.authorization.k8s.io clusterroles r1,r2', 'bind rbac.authorization.k8s.io roles']),
  rawRole('patcher', [
    'patch rbac.authorization.k8s.io rolebindings,roles',
    'escalate rbac.authorization.k8s.io roles',
  ]),
  ...(['writer', 'holder', 'binder'] as const).map((name) =>
    rawBinding('', `w-${name}`, 'writer', { kind: 'User', name }),
  ),
  ...(['holder', 'binder', 'patcher'] as const).map((name) => rawBinding('', name, name, { kind: 'User', name })),
  rawBinding('', 'boss', 'cluster-admin', { kind: 'User', name: 'boss' }),
];

let server: ApiServer;

describe.skipIf(findBinaries() === undefined)('remedies of RBAC on a real API server', () => {
  beforeAll(async () => {
    server = await startApiServer();
    for (const name of NAMESPACES) await server.request('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
    for (const one of WRITERS) await created(one);
  });

  afterAll(async () => {
    await server.stop();
  });

  test('are accepted where they are said to be, and refused where not', async () => {
    const differences: string[] = [];
    const counts = { remedies: 0, accepted: 0, refused: 0 };
    const built = new Map<string, number>();
    for (const [at, manifests] of fc.sample(policy({ isServed: true }), { numRuns: 3, seed: SEED }).entries()) {
      for (const one of manifests) await created(one);
      const view = viewOfObjects(await listed());
      const specs = fc.sample(reviewSpec, { numRuns: 150, seed: SEED + at });
      view.apply([auditChange(specs.flatMap((spec, index) => allowedEvent(view, spec, index * HOUR) ?? []))]);
      const engine = new Engine(view, RBAC_RULES);
      engine.settle();
      await settled(at);
      for (const finding of engine.findings.values()) {
        if (WRITERS.some((one) => one.metadata.name === finding.subject.name)) continue;
        for (const remedy of remediesOf(finding)) {
          const draft = remedy.build(finding, view);
          if ('refused' in draft || remedy.id === 'rbac/disable-automount') continue;
          counts.remedies += 1;
          built.set(remedy.id, (built.get(remedy.id) ?? 0) + 1);
          for (const name of APPLICANTS) {
            const needs = writeNeeds(view, draft.changes, { name, groups: GROUPS });
            const isClaimed = needs.every((need) => need.isMet);
            const refusals = await refusalsOf(draft, name);
            counts[refusals.length === 0 ? 'accepted' : 'refused'] += 1;
            if (isClaimed === (refusals.length === 0) && (name !== 'boss' || isClaimed)) continue;
            differences.push(`${remedy.id} by ${name}: ${JSON.stringify(needs)}\nserver: ${refusals.join('; ')}`);
          }
        }
      }
      for (const one of manifests) await server.request('DELETE', pathOf(one));
    }
    expect(differences.slice(0, 3)).toEqual([]);
    process.stdout.write(`${JSON.stringify({ ...counts, built: Object.fromEntries(built) })}\n`);
    expect([...built.keys()]).toEqual(
      expect.arrayContaining([
        'rbac/least-role',
        'rbac/narrow-to-namespaces',
        'rbac/drop-rules',
        'rbac/remove-subject',
      ]),
    );
    expect(counts.accepted).toBeGreaterThan(counts.remedies);
    expect(counts.refused).toBeGreaterThan(counts.remedies);
  });
});

/** What the server says against the steps of a remedy, made as somebody would make them, in a dry run. */
async function refusalsOf({ manifests, comments, changes }: RemedyDraft, as: string): Promise<readonly string[]> {
  const refusals: string[] = [];
  const made: RawObject[] = [];
  // As a file that is written and read again.
  const read = parseAllDocuments(toYaml(manifests, comments)).map((one) => one.toJS() as Manifest & RawObject);
  for (const change of changes) {
    if (change.type !== 'upsert' && change.type !== 'remove') continue;
    const { kind, namespace, name } = change.type === 'upsert' ? change.object : change;
    const path = `${PREFIX}${namespace === '' ? '' : `/namespaces/${namespace}`}/${kindInfo(kind).resource}`;
    const query = '?dryRun=All&fieldValidation=Strict';
    const body = read.find((one) => {
      const identity = manifestIdentity(one);
      return identity.kind === kind && identity.namespace === namespace && identity.name === name;
    });
    const isThere = (await server.request('GET', `${path}/${encodeURIComponent(name)}`)).status === 200;
    const asWho = { as, asGroups: GROUPS } as const;
    const answer =
      change.type === 'remove'
        ? await server.request('DELETE', `${path}/${encodeURIComponent(name)}?dryRun=All`, asWho)
        : isThere
          ? await server.request('PATCH', `${path}/${encodeURIComponent(name)}${query}`, {
              ...asWho,
              body,
              contentType: 'application/merge-patch+json',
            })
          : await server.request('POST', `${path}${query}`, { ...asWho, body });
    if (answer.status >= 300)
      refusals.push(`${kind} ${name}: ${answer.status} ${answer.json<{ message?: string }>().message ?? ''}`);
    // The binding that comes next refers to it.
    if (body !== undefined && !isThere && 'rules' in body) {
      await created(body);
      made.push(body);
    }
  }
  for (const one of made) await server.request('DELETE', pathOf(one));
  return refusals;
}

async function created(manifest: RawObject): Promise<void> {
  const { status, text } = await server.request('POST', collection(manifest), { body: manifest });
  if (status !== 201) throw new Error(`${JSON.stringify(manifest)}: ${text}`);
}

/** The authorizer reads informers' caches: it has seen what was written before once it has seen these. */
async function settled(at: number): Promise<void> {
  const name = `marker-${at}`;
  const own = { namespace: 'shop', name };
  const wide = rawRole(name, [`get core ${name}`]);
  const narrow = rawRole(name, [`list core ${name}`], 'shop');
  const user = { kind: 'User', name };
  for (const one of [wide, narrow, rawBinding('', name, name, user), rawBinding('shop', name, `Role/${name}`, user)]) {
    await created(one);
  }
  for (const verb of ['get', 'list']) {
    const spec = { user: name, resourceAttributes: { verb, group: '', resource: name, namespace: own.namespace } };
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
    const isAllowed = async (): Promise<boolean> => {
      const answer = await server.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body });
      return answer.json<{ status: { allowed: boolean } }>().status.allowed;
    };
    await expect.poll(isAllowed, { timeout: 60_000 }).toBe(true);
  }
}

async function listed(): Promise<readonly RawObject[]> {
  const lists = KINDS.map(async (kind) => {
    const answer = await server.request('GET', `${PREFIX}/${kindInfo(kind).resource}`);
    return answer
      .json<{ items: readonly Omit<RawObject, 'kind' | 'apiVersion'>[] }>()
      .items.map((item) => ({ ...item, apiVersion: 'rbac.authorization.k8s.io/v1', kind }));
  });
  return (await Promise.all(lists)).flat();
}

function collection({ kind, metadata: { namespace } }: Pick<RawObject, 'kind' | 'metadata'>): string {
  const known = KINDS.find((one) => one === kind);
  if (known === undefined) throw new Error(kind);
  return `${PREFIX}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${kindInfo(known).resource}`;
}

function pathOf(object: Pick<RawObject, 'kind' | 'metadata'>): string {
  return `${collection(object)}/${encodeURIComponent(object.metadata.name)}`;
}
