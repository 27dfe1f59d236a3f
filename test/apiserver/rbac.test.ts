/**
 * The authorizer and the escalation guard against a real kube-apiserver: every generated SubjectAccessReview must get
 * the same verdict and the same reason, and every generated create of a role or binding the same refusal.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rbacPolicy } from '../../src/analyses/rbac/policy.ts';
import { allowingGrants, authorize, type RbacPolicy } from '../../src/kube/authorizer.ts';
import { refuseBinding, refuseRole } from '../../src/kube/escalation-check.ts';
import { parseAccessReview } from '../../src/kube/rbac-access-review.ts';
import { describeGrant } from '../../src/kube/rbac-reason.ts';
import type { BindingObject, RoleObject } from '../../src/model/objects.ts';
import { createSlimmer } from '../../src/sources/slim/slimmer.ts';
import { viewOfObjects, type RawObject } from '../analyses/rbac/view-of.ts';
import { NAMESPACES, policy, reviewSpec, rule, type Manifest, type ReviewSpec } from '../kube/generated-rbac.ts';
import { findBinaries, startApiServer, type ApiServer } from './start-server.ts';

const REVIEWS = Number(process.env['REVIEWS'] ?? 20_000);
const WRITES = 1_500;
const POLICIES = 8;
const PARALLEL = 16;
const SEED = Number(process.env['SEED'] ?? 20_261_124);
const PREFIX = '/apis/rbac.authorization.k8s.io/v1';
const PLURALS: Readonly<Record<string, string>> = {
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Role: 'roles',
  RoleBinding: 'rolebindings',
};

let server: ApiServer;
let marker = 0;
const isThere = findBinaries() !== undefined;

beforeAll(async () => {
  if (!isThere) return;
  server = await startApiServer();
  for (const name of NAMESPACES) {
    await server.request('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
  }
});

afterAll(async () => {
  if (isThere) await server.stop();
});

describe.skipIf(!isThere)('against a real API server', () => {
  test(`${REVIEWS} SubjectAccessReviews`, async () => {
    const policies = fc.sample(policy({ isServed: true }), { numRuns: POLICIES, seed: SEED });
    const specs = fc.sample(reviewSpec, { numRuns: REVIEWS, seed: SEED });
    const differences: string[] = [];
    const counts = { asked: 0, allowed: 0, refused: 0, ambiguous: 0 };
    for (const [at, manifests] of policies.entries()) {
      await load(manifests);
      const ours = rbacPolicy(viewOfObjects(await listed()));
      await settled();
      const from = Math.floor((at * REVIEWS) / POLICIES);
      const chunk = specs.slice(from, Math.floor(((at + 1) * REVIEWS) / POLICIES));
      await eachInParallel(chunk, async (spec) => {
        const difference = await compare(ours, spec, counts);
        if (difference !== undefined) differences.push(difference);
      });
    }
    expect(differences.slice(0, 5)).toEqual([]);
    expect(counts.asked).toBe(REVIEWS);
    // The sample is worth something: both verdicts are common, and some reviews are invalid.
    expect(counts.allowed).toBeGreaterThan(REVIEWS / 10);
    expect(counts.allowed).toBeLessThan((REVIEWS * 9) / 10);
    process.stdout.write(`${JSON.stringify(counts)}\n`);
  });

  test(`${WRITES} creates of roles and bindings by users with few rights`, async () => {
    const [manifests = []] = fc.sample(policy({ isServed: true }), { numRuns: 1, seed: SEED + 1 });
    await load([...manifests, ...WRITERS]);
    const ours = rbacPolicy(viewOfObjects(await listed()));
    await settled();
    const writes = fc.sample(write, { numRuns: WRITES, seed: SEED });
    const differences: string[] = [];
    let refused = 0;
    await eachInParallel(writes, async ({ user, manifest }) => {
      const groups = ['writers', 'system:authenticated'];
      const path = `${collection(manifest)}?dryRun=All`;
      const answer = await server.request('POST', path, { body: manifest, as: user, asGroups: groups });
      const { message = '' } = answer.json<{ message?: string }>();
      const expected = refusal(ours, { name: user, groups }, manifest);
      if (expected !== undefined) refused += 1;
      const isSame =
        expected === undefined ? answer.status === 201 : answer.status !== 201 && message.includes(expected);
      if (!isSame)
        differences.push(`${user} ${JSON.stringify(manifest)}\nserver: ${answer.status} ${message}\nours: ${expected}`);
    });
    expect(differences.slice(0, 5)).toEqual([]);
    expect(refused).toBeGreaterThan(WRITES / 10);
    expect(refused).toBeLessThan((WRITES * 95) / 100);
  });
});

/** `writer` may write all RBAC objects; the others may also bind or escalate something. */
const WRITERS: readonly Manifest[] = [
  role('writer', [{ verbs: ['create', 'update'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['*'] }]),
  role('binder', [
    { verbs: ['bind'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], resourceNames: ['r1'] },
    { verbs: ['bind'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'] },
  ]),
  role('escalator', [{ verbs: ['escalate'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'] }]),
  role('podder', [{ verbs: ['*'], apiGroups: [''], resources: ['pods', '*/log'] }]),
  bind('writers', 'writer', { kind: 'Group', name: 'writers' }),
  bind('binders', 'binder', { kind: 'User', name: 'alice' }),
  bind('escalators', 'escalator', { kind: 'User', name: 'bob' }),
  bind('podders', 'podder', { kind: 'User', name: 'carol' }),
];

function role(name: string, rules: Manifest['rules'] & object): Manifest {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules };
}

function bind(name: string, roleName: string, subject: Readonly<Record<string, string>>): Manifest {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: roleName },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', ...subject }],
  };
}

const subjectsOfNew = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'eve' }];
const write: fc.Arbitrary<{ readonly user: string; readonly manifest: Manifest }> = fc.record({
  user: fc.constantFrom('alice', 'bob', 'carol', 'dave'),
  manifest: fc.oneof(
    fc.array(rule, { maxLength: 2 }).map((rules) => role('new', rules)),
    fc
      .array(rule, { maxLength: 2 })
      .filter((rules) => rules.every((one) => one.nonResourceURLs === undefined))
      .map((rules) => ({ ...role('new', rules), kind: 'Role', metadata: { name: 'new', namespace: 'shop' } })),
    fc
      .record({ kind: fc.constantFrom('Role', 'ClusterRole'), name: fc.constantFrom('r1', 'r2', 'r3', 'r4') })
      .map(({ kind, name }) => ({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'new', namespace: 'shop' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
        subjects: subjectsOfNew,
      })),
    fc.constantFrom('r1', 'r2', 'r3', 'r4', 'podder').map((name) => ({
      ...bind('new', name, { kind: 'User', name: 'eve' }),
    })),
  ),
});

function refusal(
  ours: RbacPolicy,
  user: { name: string; groups: readonly string[] },
  manifest: Manifest,
): string | undefined {
  const slimmer = createSlimmer();
  if (manifest.kind === 'Role' || manifest.kind === 'ClusterRole') {
    const object: RoleObject = slimmer.slim(manifest, manifest.kind);
    // A create carries no name in its path, so that `escalate` is asked without one.
    const { kind, namespace, rules } = object;
    return refuseRole(ours, user, { kind, namespace, name: '', rules, isAggregated: false });
  }
  const object: BindingObject = slimmer.slim(manifest, manifest.kind as BindingObject['kind']);
  return refuseBinding(ours, user, object);
}

async function compare(
  ours: RbacPolicy,
  spec: ReviewSpec,
  counts: { asked: number; allowed: number; refused: number; ambiguous: number },
): Promise<string | undefined> {
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
  const answer = await server.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body: review });
  counts.asked += 1;
  const parsed = parseAccessReview(review);
  if (!parsed.ok || answer.status !== 201) {
    counts.refused += 1;
    return parsed.ok === (answer.status === 201)
      ? undefined
      : `${JSON.stringify(spec)}: ${answer.status} ${answer.text}`;
  }
  const { status } = answer.json<{ status: { allowed: boolean; reason?: string } }>();
  const decision = authorize(ours, parsed.user, parsed.request);
  if (status.allowed) counts.allowed += 1;
  // A server looks at bindings in the order of a hash map, so that any of the first kind may be the one it names.
  const grants = allowingGrants(ours, parsed.user, parsed.request);
  const first = grants.filter(({ binding }) => binding.kind === grants[0]?.binding.kind);
  const reasons = decision.allowed
    ? [decision.reason, ...first.map(({ binding, subject }) => `RBAC: allowed by ${describeGrant(binding, subject)}`)]
    : [decision.reason];
  if (first.length > 1) counts.ambiguous += 1;
  const isSame = decision.allowed === status.allowed && reasons.map(ordered).includes(ordered(status.reason ?? ''));
  return isSame
    ? undefined
    : `${JSON.stringify(spec)}\nserver: ${JSON.stringify(status)}\nours: ${JSON.stringify(decision)}`;
}

/** Errors are listed in the order of a hash map too. */
function ordered(reason: string): string {
  const list = /^RBAC: \[(.*)\]$/s.exec(reason)?.[1];
  return list === undefined ? reason : `RBAC: [${list.split(', ').sort().join(', ')}]`;
}

async function load(manifests: readonly Manifest[]): Promise<void> {
  for (const kind of Object.keys(PLURALS)) {
    for (const object of await list(kind)) {
      if (/^(?:b\d+|r\d)$/.test(object.metadata.name)) await server.request('DELETE', path(object));
    }
  }
  await eachInParallel(manifests, async (manifest) => {
    const { status, text } = await server.request('POST', collection(manifest), { body: manifest });
    if (status !== 201) throw new Error(`${JSON.stringify(manifest)}: ${text}`);
  });
}

/**
 * The authorizer reads informers' caches, one a kind. Each has seen all that was written before once it has seen a
 * marker of its kind: a ClusterRole bound in the cluster, and a Role bound in a namespace.
 */
async function settled(): Promise<void> {
  marker += 1;
  const name = `marker-${marker}`;
  const rules = [{ verbs: ['get'], apiGroups: [''], resources: [name] }];
  const own = { name, namespace: 'shop' };
  const bound = bind(name, name, { kind: 'User', name });
  const markers: readonly Manifest[] = [
    role(name, rules),
    bound,
    { ...role(name, [{ verbs: ['list'], apiGroups: [''], resources: [name] }]), kind: 'Role', metadata: own },
    { ...bound, kind: 'RoleBinding', metadata: own, roleRef: { ...bound.roleRef, kind: 'Role' } },
  ];
  for (const one of markers) await server.request('POST', collection(one), { body: one });
  for (const verb of ['get', 'list']) {
    const spec = { user: name, resourceAttributes: { verb, group: '', resource: name, namespace: 'shop' } };
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
    const isAllowed = async (): Promise<boolean> => {
      const answer = await server.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body });
      return answer.json<{ status: { allowed: boolean } }>().status.allowed;
    };
    await expect.poll(isAllowed, { timeout: 60_000 }).toBe(true);
  }
}

async function list(kind: string): Promise<readonly RawObject[]> {
  const answer = await server.request('GET', `${PREFIX}/${PLURALS[kind]}`);
  return answer
    .json<{ items: readonly Omit<RawObject, 'kind' | 'apiVersion'>[] }>()
    .items.map((item) => ({ ...item, apiVersion: 'rbac.authorization.k8s.io/v1', kind }));
}

async function listed(): Promise<readonly RawObject[]> {
  return (await Promise.all(Object.keys(PLURALS).map(async (kind) => await list(kind)))).flat();
}

function collection(manifest: { readonly kind: string; readonly metadata: RawObject['metadata'] }): string {
  const { namespace } = manifest.metadata;
  return `${PREFIX}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${PLURALS[manifest.kind]}`;
}

function path(object: { readonly kind: string; readonly metadata: RawObject['metadata'] }): string {
  return `${collection(object)}/${object.metadata.name}`;
}

async function eachInParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const item = items[next++] as T;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}
