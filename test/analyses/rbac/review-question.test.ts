import { describe, expect, test } from 'vitest';
import {
  REVIEW_QUESTIONS,
  reviewAnswer,
  reviewHeadline,
  type ReviewQuestion,
} from '../../../src/analyses/rbac/review-question.ts';
import { BOOTSTRAP_BINDINGS, BOOTSTRAP_ROLES } from '../../../src/kube/rbac-bootstrap-policy.ts';
import type { StoreView } from '../../../src/store/store-view.ts';
import { rawBinding, rawRole, type RawSubject } from './raw-rbac.ts';
import { viewOfObjects, type RawObject } from './view-of.ts';

const CART: RawSubject = { kind: 'ServiceAccount', namespace: 'shop', name: 'cart' };
const CART_ACCOUNT = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'cart', namespace: 'shop' } };

function question(name: ReviewQuestion['name']): ReviewQuestion {
  const found = REVIEW_QUESTIONS.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

/** `holder subject scope bindings [names]` of each row. */
function answer(view: StoreView, name: ReviewQuestion['name'], namespaces?: readonly string[]): readonly string[] {
  return reviewAnswer(view, question(name), namespaces).rows.map(({ holder, key, namespace, grants }) => {
    const bindings = grants.map(({ binding }) => binding.name).join('+');
    const names = grants.flatMap((one) => one.names ?? []);
    return `${holder} ${key} ${namespace ?? '*'} ${bindings}${names.length === 0 ? '' : ` [${names.join(',')}]`}`;
  });
}

/** Whether an account with one rule, bound in this way, is an answer. */
function counts(name: ReviewQuestion['name'], rule: string, namespace = ''): boolean {
  const view = viewOfObjects([CART_ACCOUNT, rawRole('r', [rule]), rawBinding(namespace, 'b', 'r', CART)]);
  return answer(view, name).length === 1;
}

describe('what counts', () => {
  test.each([
    ['read-secrets', 'get core secrets', true],
    ['read-secrets', 'list core secrets', true],
    ['read-secrets', 'watch core *', true],
    ['read-secrets', '* * *', true],
    ['read-secrets', 'get core secrets one', true],
    ['read-secrets', 'delete core secrets', false],
    ['read-secrets', 'get apps secrets', false],
    ['read-secrets', 'get core secrets/status', false],
    ['create-workloads', 'create core pods', true],
    ['create-workloads', 'create core pods one', false],
    ['create-workloads', 'patch core pods', false],
    ['create-workloads', 'patch apps deployments one', true],
    ['create-workloads', 'update apps daemonsets', true],
    ['create-workloads', 'create apps statefulsets', true],
    ['create-workloads', 'create apps replicasets', true],
    ['create-workloads', 'create batch jobs', true],
    ['create-workloads', 'create batch cronjobs', true],
    ['create-workloads', 'create core replicationcontrollers', true],
    ['create-workloads', 'create argoproj.io rollouts', true],
    ['create-workloads', 'create serving.knative.dev services', true],
    ['create-workloads', 'create apps pods', false],
    ['create-workloads', 'create core services', false],
    ['create-workloads', 'get,list apps deployments', false],
    ['expose-services', 'create core services', true],
    ['expose-services', 'patch core services one', true],
    ['expose-services', 'update core services/status', true],
    ['expose-services', 'create core endpoints', true],
    ['expose-services', 'update discovery.k8s.io endpointslices', true],
    ['expose-services', 'create networking.k8s.io ingresses', true],
    ['expose-services', 'create gateway.networking.k8s.io gateways', true],
    ['expose-services', 'create gateway.networking.k8s.io httproutes', true],
    ['expose-services', 'create core ingresses', false],
    ['expose-services', 'get core services', false],
  ] as const)('%s: %s %s', (name, rule, expected) => {
    expect(counts(name, rule)).toBe(expected);
  });

  test('what has no namespace is given by no RoleBinding', () => {
    expect(counts('expose-services', 'create networking.k8s.io ingressclasses')).toBe(true);
    expect(counts('expose-services', 'create networking.k8s.io ingressclasses', 'shop')).toBe(false);
  });
});

const READERS: readonly RawObject[] = [
  CART_ACCOUNT,
  rawRole('reader', ['get core pods', 'get core secrets']),
  rawRole('own', ['get core secrets tls'], 'shop'),
  rawBinding('', 'a-everybody', 'reader', { kind: 'Group', name: 'system:authenticated' }),
  rawBinding('', 'b-person', 'reader', { kind: 'User', name: 'alice' }),
  rawBinding('shop', 'c-account', 'reader', CART),
  rawBinding('shop', 'd-again', 'reader', { kind: 'User', name: 'system:serviceaccount:shop:cart' }),
  rawBinding('data', 'e-elsewhere', 'reader', CART),
  rawBinding('data', 'f-gone', 'reader', { kind: 'ServiceAccount', name: 'gone' }),
  rawBinding('', 'g-nobody', 'reader', { kind: 'ServiceAccount', name: 'nowhere' }),
];

describe('the rows', () => {
  test('are one for each subject and scope: workloads, people, then everybody', () => {
    expect(answer(viewOfObjects(READERS), 'read-secrets')).toEqual([
      'workload u:system:serviceaccount:data:gone data f-gone',
      'workload u:system:serviceaccount:shop:cart data e-elsewhere',
      'workload u:system:serviceaccount:shop:cart shop c-account+d-again',
      'person u:alice * b-person',
      'system g:system:authenticated * a-everybody',
    ]);
  });

  test('name the rule at its place in the role, and the names that limit it', () => {
    const view = viewOfObjects([...READERS, rawBinding('shop', 'h-own', 'Role/own', { kind: 'User', name: 'bob' })]);
    const { rows } = reviewAnswer(view, question('read-secrets'));
    const found = (key: string): unknown =>
      rows.flatMap((row) => (row.key === key ? row.grants.map(({ rules, names }) => [rules, names]) : []));
    expect(found('u:alice')).toEqual([
      [[{ rule: { verbs: ['get'], apiGroups: [''], resources: ['secrets'] }, ruleIndex: 1 }], null],
    ]);
    expect(found('u:bob')).toMatchObject([[[{ ruleIndex: 0 }], ['tls']]]);
    expect(rows.filter(({ isDangling }) => isDangling).map(({ key }) => key)).toEqual([
      'u:system:serviceaccount:data:gone',
    ]);
  });

  test('of some namespaces: their RoleBindings, and the ClusterRoleBindings', () => {
    expect(answer(viewOfObjects(READERS), 'read-secrets', ['data'])).toEqual([
      'workload u:system:serviceaccount:data:gone data f-gone',
      'workload u:system:serviceaccount:shop:cart data e-elsewhere',
      'person u:alice * b-person',
      'system g:system:authenticated * a-everybody',
    ]);
  });

  test('the headline counts subjects, not rows', () => {
    const { rows } = reviewAnswer(viewOfObjects(READERS), question('read-secrets'));
    expect(reviewHeadline(question('read-secrets'), rows)).toBe(
      '4 subjects read Secrets, 2 in every namespace (2 service accounts, 1 user or group, 1 of everybody or the system)',
    );
    expect(reviewHeadline(question('expose-services'), [])).toBe(
      'no binding beyond those of Kubernetes itself lets anybody expose services',
    );
  });

  test('what could not be read is a hole', () => {
    const { rows, holes } = reviewAnswer(
      viewOfObjects(READERS, { denied: ['ClusterRoleBinding'] }),
      question('read-secrets'),
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(holes).toEqual(['ClusterRoleBindings could not be read: ClusterRoleBinding: forbidden']);
  });
});

test('what Kubernetes itself binds stands apart, until it is changed', () => {
  const name = 'system:controller:namespace-controller';
  const role = rawRole(name, BOOTSTRAP_ROLES[`/${name}`] ?? []);
  const own = { kind: 'ServiceAccount', namespace: 'kube-system', name: 'namespace-controller' };
  expect(BOOTSTRAP_BINDINGS).toHaveProperty([`/${name}`]);
  const bound = (...subjects: readonly RawSubject[]): StoreView =>
    viewOfObjects([role, rawBinding('', name, name, ...subjects)]);
  expect(answer(bound(own), 'read-secrets')).toEqual([
    `default u:system:serviceaccount:kube-system:namespace-controller * ${name}`,
  ]);
  expect(answer(bound(own, { kind: 'User', name: 'eve' }), 'read-secrets')).toEqual([
    `person u:eve * ${name}`,
    `default u:system:serviceaccount:kube-system:namespace-controller * ${name}`,
  ]);
});
