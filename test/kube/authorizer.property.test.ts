import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rbacPolicy } from '../../src/analyses/rbac/policy.ts';
import { allowingGrants, authorize } from '../../src/kube/authorizer.ts';
import { parseAccessReview } from '../../src/kube/rbac-access-review.ts';
import { upserts, viewOfObjects } from '../analyses/rbac/view-of.ts';
import { policy, reviewSpec, type Manifest, type RawRule, type ReviewSpec } from './generated-rbac.ts';

/** The definition, read off the documentation word by word: who is bound, to what, and whether it matches. */
function naive(manifests: readonly Manifest[], spec: ReviewSpec): readonly string[] {
  const namespace = spec.resourceAttributes?.namespace ?? '';
  return manifests
    .filter(
      (one) =>
        one.kind === 'ClusterRoleBinding' ||
        (one.kind === 'RoleBinding' && one.metadata.namespace === namespace && namespace !== ''),
    )
    .filter((one) => (one.subjects ?? []).some((subject) => isSubject(subject, one.metadata.namespace, spec)))
    .filter((one) => {
      const role = manifests.find(
        (other) =>
          other.kind === one.roleRef?.['kind'] &&
          other.metadata.name === one.roleRef['name'] &&
          (other.kind === 'ClusterRole' ||
            (one.kind === 'RoleBinding' && other.metadata.namespace === one.metadata.namespace)),
      );
      return (role?.rules ?? []).some((rule) => isAllowed(rule, spec));
    })
    .map((one) => `${one.kind} ${one.metadata.name}`);
}

function isSubject(
  subject: Readonly<Record<string, string>>,
  namespace: string | undefined,
  spec: ReviewSpec,
): boolean {
  if (subject['kind'] === 'User') return subject['name'] === spec.user;
  if (subject['kind'] === 'Group') return spec.groups.includes(subject['name'] ?? '');
  const home = subject['namespace'] ?? namespace;
  return home !== undefined && `system:serviceaccount:${home}:${subject['name'] ?? ''}` === spec.user;
}

function isAllowed(rule: RawRule, spec: ReviewSpec): boolean {
  const asked = spec.resourceAttributes;
  if (asked === undefined) {
    const { verb, path } = spec.nonResourceAttributes ?? { verb: '', path: '' };
    return isOneOf(rule.verbs, verb) && (rule.nonResourceURLs ?? []).some((url) => isPrefix(url, path));
  }
  const full = asked.subresource === '' ? asked.resource : `${asked.resource}/${asked.subresource}`;
  const resources = ['*', full, ...(asked.subresource === '' ? [] : [`*/${asked.subresource}`])];
  const names = rule.resourceNames ?? [];
  return (
    isOneOf(rule.verbs, asked.verb) &&
    isOneOf(rule.apiGroups ?? [], asked.group) &&
    resources.some((one) => (rule.resources ?? []).includes(one)) &&
    (names.length === 0 || names.includes(asked.name))
  );
}

function isPrefix(url: string, path: string): boolean {
  let stem = url;
  while (stem.endsWith('*')) stem = stem.slice(0, -1);
  return url === path || (stem !== url && path.startsWith(stem));
}

function isOneOf(list: readonly string[], one: string): boolean {
  return list.includes('*') || list.includes(one);
}

function grantsByUs(view: ReturnType<typeof viewOfObjects>, spec: ReviewSpec): readonly string[] {
  const parsed = parseAccessReview({ apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec });
  if (!parsed.ok) return [];
  const grants = allowingGrants(rbacPolicy(view), parsed.user, parsed.request);
  const decision = authorize(rbacPolicy(view), parsed.user, parsed.request);
  expect(decision.grant?.binding).toBe(grants[0]?.binding);
  return grants.map(({ binding }) => `${binding.kind} ${binding.name}`);
}

const asked = reviewSpec.filter((spec) => spec.user !== '' || spec.groups.length > 0);

test('the authorizer equals the naive definition', () => {
  fc.assert(
    fc.property(policy({ isServed: false }), fc.array(asked, { minLength: 20, maxLength: 20 }), (manifests, specs) => {
      const view = viewOfObjects(manifests);
      for (const spec of specs) expect(grantsByUs(view, spec)).toEqual(naive(manifests, spec));
    }),
    { numRuns: 400 },
  );
});

test('after a binding changed, kept answers equal fresh ones', () => {
  fc.assert(
    fc.property(
      policy({ isServed: false }),
      policy({ isServed: false }),
      fc.array(asked, { minLength: 10 }),
      (before, after, specs) => {
        const view = viewOfObjects(before);
        for (const spec of specs) grantsByUs(view, spec);
        view.apply(upserts(after));
        const names = new Set(after.map((one) => `${one.kind}/${one.metadata.namespace}/${one.metadata.name}`));
        const fresh = viewOfObjects([
          ...before.filter((one) => !names.has(`${one.kind}/${one.metadata.namespace}/${one.metadata.name}`)),
          ...after,
        ]);
        for (const spec of specs) expect(grantsByUs(view, spec)).toEqual(grantsByUs(fresh, spec));
      },
    ),
    { numRuns: 100 },
  );
});
