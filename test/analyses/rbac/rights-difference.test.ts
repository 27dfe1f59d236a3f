import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rbacPolicy } from '../../../src/analyses/rbac/policy.ts';
import { rightsDifference } from '../../../src/analyses/rbac/rights-difference.ts';
import { rightsState } from '../../../src/analyses/rbac/rights-state.ts';
import { rightsText } from '../../../src/analyses/rbac/rights-text.ts';
import { authorize } from '../../../src/kube/authorizer.ts';
import { ruleAllows, type RequestAttributes } from '../../../src/kube/rbac-rule.ts';
import { appliesTo, subjectIdentity, type RbacUser } from '../../../src/kube/rbac-user.ts';
import type { PolicyRule, Subject } from '../../../src/model/objects.ts';
import { NAMESPACES, policy, type Manifest } from '../../kube/generated-rbac.ts';
import { rawBinding, rawRole, type RawSubject } from './raw-rbac.ts';
import { upserts, viewOfObjects, type RawManifest } from './view-of.ts';

const CART: RawSubject = { kind: 'ServiceAccount', namespace: 'shop', name: 'cart' };
const BOB: RawSubject = { kind: 'User', name: 'bob' };

function changed(before: readonly RawManifest[], after: readonly RawManifest[]): readonly string[] {
  return rightsDifference(rightsState(viewOfObjects(before)), rightsState(viewOfObjects(after))).map(rightsText);
}

describe('who gained and lost what', () => {
  const reader = rawRole('reader', ['get core secrets']);
  const pods = rawRole('pods', ['get,list core pods']);
  const read = rawBinding('shop', 'cart-read', 'reader', CART);

  test('a new binding', () => {
    expect(changed([reader], [reader, read])).toEqual([
      'sa shop/cart gained: get secrets (shop) through RoleBinding cart-read',
    ]);
  });

  test.each(['bind', '*'])(
    'the right to %s ClusterRoles in a namespace, but none that no request there asks',
    (verb) => {
      const role = rawRole('binder', [
        `${verb} rbac.authorization.k8s.io clusterroles`,
        'escalate rbac.authorization.k8s.io clusterroles',
      ]);
      expect(changed([role], [role, rawBinding('shop', 'bob', 'binder', BOB)])).toEqual([
        `user bob gained: ${verb} clusterroles.rbac.authorization.k8s.io (shop) through RoleBinding bob`,
      ]);
    },
  );

  test('a binding that goes, everywhere', () => {
    const wide = rawBinding('', 'ops', 'reader', { kind: 'Group', name: 'ops' }, BOB);
    expect(changed([reader, wide], [reader])).toEqual([
      'group ops lost: get secrets (all namespaces) through ClusterRoleBinding ops',
      'user bob lost: get secrets (all namespaces) through ClusterRoleBinding ops',
    ]);
  });

  test('a changed role reaches every binding of it, and only by what changed', () => {
    const wider = rawRole('reader', ['get,list core secrets']);
    const other = rawBinding('data', 'bob', 'reader', BOB);
    expect(changed([reader, read, other], [wider, read, other])).toEqual([
      'user bob gained: list secrets (data) through RoleBinding bob',
      'sa shop/cart gained: list secrets (shop) through RoleBinding cart-read',
    ]);
  });

  test('what another binding or a group of everybody gives anyway is neither gained nor lost', () => {
    const everybody = rawBinding('', 'all', 'reader', { kind: 'Group', name: 'system:serviceaccounts:shop' });
    expect(changed([reader, everybody], [reader, everybody, read])).toEqual([]);
    const again = rawBinding('shop', 'again', 'reader', CART);
    expect(changed([reader, read, again], [reader, again])).toEqual([]);
  });

  test('from everywhere to one namespace', () => {
    const wide = rawBinding('', 'cart', 'reader', CART);
    expect(changed([reader, wide], [reader, read])).toEqual([
      'sa shop/cart lost: get secrets (all namespaces, still in shop) through ClusterRoleBinding cart',
    ]);
  });

  test('from everywhere to one namespace: what has no namespace is kept in none', () => {
    const mixed = rawRole('reader', ['get core secrets,nodes', 'get url /metrics']);
    expect(changed([mixed, rawBinding('', 'cart', 'reader', CART)], [mixed, read])).toEqual([
      'sa shop/cart lost: get secrets (all namespaces, still in shop) through ClusterRoleBinding cart',
      'sa shop/cart lost: get nodes; get /metrics (all namespaces) through ClusterRoleBinding cart',
    ]);
  });

  test('a role that comes for a binding that waited for it', () => {
    expect(changed([read], [read, reader])).toEqual([
      'sa shop/cart gained: get secrets (shop) through RoleBinding cart-read',
    ]);
  });

  test('what is dangerous first, the rest counted', () => {
    const role = rawRole('mix', [
      'get core nodes',
      'get apps deployments',
      'get core services',
      'list batch jobs',
      'create core pods/exec',
    ]);
    expect(changed([role], [role, rawBinding('', 'b', 'mix', BOB)])).toEqual([
      'user bob gained: create pods/exec; get nodes, services; get deployments.apps and 1 more (all namespaces) through ClusterRoleBinding b',
    ]);
  });

  test('rules that no request can match give nothing', () => {
    const inert = rawRole('inert', ['create core pods own', 'get core pods/*', 'get core nodes', 'get url /metrics']);
    expect(changed([inert], [inert, rawBinding('shop', 'b', 'inert', BOB)])).toEqual([]);
  });

  test('a subject that changes place in the binding, or a label, is no change', () => {
    const labelled = { ...read, metadata: { ...read.metadata, labels: { a: 'b' } } };
    expect(changed([reader, pods, read], [reader, pods, labelled])).toEqual([]);
  });
});

test('a state outlives later changes of the view', () => {
  const view = viewOfObjects([rawRole('reader', ['get core secrets'])]);
  const before = rightsState(view);
  expect(rightsState(view)).toBe(before);
  view.apply(upserts([rawBinding('shop', 'b', 'reader', BOB)]));
  expect(rightsDifference(before, rightsState(view)).map(rightsText)).toEqual([
    'user bob gained: get secrets (shop) through RoleBinding b',
  ]);
});

const asked = fc.record({
  verb: fc.constantFrom('get', 'list', 'create', 'deletecollection', 'bind', 'other'),
  group: fc.constantFrom('', 'apps', 'other'),
  resource: fc.constantFrom('pods', 'secrets', 'namespaces', 'deployments', 'other'),
  subresource: fc.constantFrom('', 'log', 'scale'),
  namespace: fc.constantFrom(...NAMESPACES),
  name: fc.constantFrom('', 'a', 'b', '*'),
});

/** As the API server would ask: without a name where none is carried, a Namespace object in its own namespace. */
function asServed(one: Omit<Extract<RequestAttributes, { type: 'resource' }>, 'type'>): RequestAttributes {
  const isNameless = one.verb === 'deletecollection' || (one.verb === 'create' && one.subresource === '');
  return { type: 'resource', ...one, name: isNameless ? '' : one.name };
}

/** The subjects of a policy with the identity that each stands for. */
function identities(manifests: readonly Manifest[]): readonly RbacUser[] {
  return manifests.flatMap((one) =>
    (one.subjects ?? []).flatMap(
      (subject) => subjectIdentity(subject as unknown as Subject, one.metadata.namespace ?? '') ?? [],
    ),
  );
}

test('gained and lost are exactly what the authorizer answers otherwise than before', () => {
  const policies = policy({ isServed: true });
  fc.assert(
    fc.property(policies, policies, fc.array(asked, { minLength: 20, maxLength: 40 }), (first, second, requests) => {
      const [left, right] = [viewOfObjects(first), viewOfObjects(second)];
      const changes = rightsDifference(rightsState(left), rightsState(right));
      for (const user of identities([...first, ...second])) {
        // What a group gained its members gained.
        const own = changes.filter(({ subject, namespace }) => appliesTo(subject, namespace ?? '', user));
        for (const request of requests.map(asServed)) {
          const [was, is] = [left, right].map((view) => authorize(rbacPolicy(view), user, request).allowed);
          const told = (type: string): boolean =>
            own.some((one) => one.type === type && reaches(one.namespace, one.rules, request) && !isKept(one, request));
          if (was === is) continue;
          expect([request, user, told('gained'), told('lost')]).toEqual([request, user, is, was]);
        }
      }
    }),
    { numRuns: 150 },
  );
});

function reaches(namespace: string | null, rules: readonly PolicyRule[], request: RequestAttributes): boolean {
  const isThere = namespace === null || (request.type === 'resource' && request.namespace === namespace);
  return isThere && rules.some((rule) => ruleAllows(rule, request));
}

function isKept({ keptIn }: { readonly keptIn: readonly string[] }, request: RequestAttributes): boolean {
  return request.type === 'resource' && keptIn.includes(request.namespace);
}
