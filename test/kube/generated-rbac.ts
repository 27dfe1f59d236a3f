import fc from 'fast-check';

/** Few words, so that rules and requests meet. */
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'delete', 'deletecollection', '*', 'Get', 'bind'];
const GROUPS = ['', 'apps', 'rbac.authorization.k8s.io', '*'];
const RESOURCES = ['pods', 'pods/log', 'pods/*', '*/log', '*', 'secrets', 'namespaces', 'deployments', '*/scale'];
const NAMES = ['', 'a', 'b', '*', 'shop'];
const PATHS = ['/metrics', '/healthz/*', '/healthz', '*', '/h*', '/healthz/a**'];
export const NAMESPACES = ['shop', 'data'];
const ACCOUNTS = ['cart', 'web'];
const USERS = ['alice', 'bob', 'system:serviceaccount:shop:cart', 'a"b\\c', 'zoë\u00a0x'];
const GROUP_NAMES = ['devs', 'system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated', 'ops'];
const ROLES = ['r1', 'r2', 'r3', 'r4', 'absent'];

export interface RawRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

const some = (from: readonly string[], max = 2): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom(...from), { minLength: 1, maxLength: max });

const resourceRule: fc.Arbitrary<RawRule> = fc.record({
  verbs: some(VERBS, 5),
  apiGroups: some(GROUPS, 3),
  resources: some(RESOURCES, 4),
  resourceNames: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, some(NAMES.slice(1))),
});

const pathRule: fc.Arbitrary<RawRule> = fc.record({ verbs: some(VERBS.slice(0, 8)), nonResourceURLs: some(PATHS) });

export const rule: fc.Arbitrary<RawRule> = fc.oneof({ weight: 5, arbitrary: resourceRule }, pathRule);

const user = { kind: fc.constant('User'), name: fc.constantFrom(...USERS) };
const group = { kind: fc.constant('Group'), name: fc.constantFrom(...GROUP_NAMES) };
const API_GROUP = fc.constant('rbac.authorization.k8s.io');

function subjects(withoutNamespace: boolean): fc.Arbitrary<readonly Record<string, string>[]> {
  const account = fc.record(
    {
      kind: fc.constant('ServiceAccount'),
      name: fc.constantFrom(...ACCOUNTS),
      namespace: fc.constantFrom(...NAMESPACES),
    },
    withoutNamespace ? { requiredKeys: ['kind', 'name'] } : {},
  );
  const one = fc.oneof(
    fc.record({ ...user, apiGroup: API_GROUP }),
    fc.record({ ...group, apiGroup: API_GROUP }),
    account,
  );
  return fc.array(one, { minLength: 1, maxLength: 3 });
}

const roleRef = (kinds: readonly string[]): fc.Arbitrary<Record<string, string>> =>
  fc.record({ apiGroup: API_GROUP, kind: fc.constantFrom(...kinds), name: fc.constantFrom(...ROLES) });

const VERSION = 'rbac.authorization.k8s.io/v1';

/** Manifests of a small policy that the API server accepts: roles r1 to r4 (Roles in each namespace), and bindings. */
export function policy(options: { readonly isServed: boolean }): fc.Arbitrary<readonly Manifest[]> {
  const rules = fc.array(rule, { minLength: 1, maxLength: 5 });
  const namespaced = fc.array(
    fc.constantFrom(...NAMESPACES).chain((namespace) =>
      fc.record({
        namespace: fc.constant(namespace),
        roleRef: roleRef(['Role', 'ClusterRole']),
        subjects: subjects(!options.isServed),
      }),
    ),
    { maxLength: 12 },
  );
  const wide = fc.array(
    fc.record({
      roleRef: roleRef(options.isServed ? ['ClusterRole'] : ['ClusterRole', 'Role']),
      subjects: subjects(!options.isServed),
    }),
    { maxLength: 8 },
  );
  return fc
    .record({
      clusterRoles: fc.array(rules, { minLength: 4, maxLength: 4 }),
      roles: fc.array(fc.array(fc.array(resourceRule, { maxLength: 2 }), { minLength: 4, maxLength: 4 }), {
        minLength: 2,
        maxLength: 2,
      }),
      wide,
      namespaced,
    })
    .map((parts) => manifests(parts));
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly RawRule[];
  readonly roleRef?: Readonly<Record<string, string>>;
  readonly subjects?: readonly Readonly<Record<string, string>>[];
}

interface Parts {
  readonly clusterRoles: readonly (readonly RawRule[])[];
  readonly roles: readonly (readonly (readonly RawRule[])[])[];
  readonly wide: readonly Pick<Manifest, 'roleRef' | 'subjects'>[];
  readonly namespaced: readonly (Pick<Manifest, 'roleRef' | 'subjects'> & { readonly namespace: string })[];
}

function manifests({ clusterRoles, roles, wide, namespaced }: Parts): readonly Manifest[] {
  return [
    ...clusterRoles.map((rules, at) => ({
      apiVersion: VERSION,
      kind: 'ClusterRole',
      metadata: { name: `r${at + 1}` },
      rules,
    })),
    ...roles.flatMap((lists, of) =>
      lists.map((rules, at) => ({
        apiVersion: VERSION,
        kind: 'Role',
        metadata: { name: `r${at + 1}`, namespace: NAMESPACES[of] ?? '' },
        rules,
      })),
    ),
    ...wide.map((one, at) => ({
      apiVersion: VERSION,
      kind: 'ClusterRoleBinding',
      metadata: { name: `b${at}` },
      ...one,
    })),
    ...namespaced.map(({ namespace, ...one }, at) => ({
      apiVersion: VERSION,
      kind: 'RoleBinding',
      metadata: { name: `b${at}`, namespace },
      ...one,
    })),
  ];
}

/** spec of a SubjectAccessReview */
export interface ReviewSpec {
  readonly user: string;
  readonly groups: readonly string[];
  readonly resourceAttributes?: Readonly<
    Record<'verb' | 'group' | 'resource' | 'subresource' | 'namespace' | 'name', string>
  >;
  readonly nonResourceAttributes?: Readonly<Record<'verb' | 'path', string>>;
}

const resourceAttributes = fc.record({
  verb: fc.constantFrom(...VERBS),
  group: fc.constantFrom(...GROUPS),
  resource: fc.constantFrom('pods', 'secrets', 'namespaces', 'deployments', '*', 'pods/log'),
  subresource: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, fc.constantFrom('log', 'scale', '*')),
  namespace: fc.constantFrom('', ...NAMESPACES),
  name: fc.constantFrom(...NAMES),
});

const nonResourceAttributes = fc.record({
  verb: fc.constantFrom('get', 'create', '*'),
  path: fc.constantFrom('/metrics', '/healthz', '/healthz/x', '/healthz/a', '/healthz/a*', '/h', '*', ''),
});

export const reviewSpec: fc.Arbitrary<ReviewSpec> = fc.oneof(
  { weight: 6, arbitrary: withUser({ resourceAttributes }) },
  { weight: 1, arbitrary: withUser({ nonResourceAttributes }) },
);

function withUser(attributes: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<ReviewSpec> {
  return fc.record({
    user: fc.constantFrom(...USERS, 'system:serviceaccount:data:web', 'system:node:n1'),
    groups: fc.uniqueArray(fc.constantFrom(...GROUP_NAMES, 'none'), { maxLength: 4 }),
    ...attributes,
  });
}
