import { describe, expect, test } from 'vitest';
import { rbacPolicy } from '../../src/analyses/rbac/policy.ts';
import { effectiveRules } from '../../src/kube/aggregation.ts';
import { refuseBinding, refuseRole, uncovered } from '../../src/kube/escalation-check.ts';
import type { PolicyRule, RoleObject } from '../../src/model/objects.ts';
import { rawBinding, rawRole, rawRule } from '../analyses/rbac/raw-rbac.ts';
import { viewOfObjects, type RawManifest } from '../analyses/rbac/view-of.ts';

const RBAC = 'rbac.authorization.k8s.io';
const alice = { name: 'alice', groups: ['system:authenticated'] };
const ALICE = { kind: 'User', name: 'alice' };

/** Whether rules cover others, each as `verbs groups resources [names]`. */
function covers(owned: readonly string[], wanted: string): boolean {
  const rules = (lines: readonly string[]): readonly PolicyRule[] => lines.map((line) => rawRule(line) as PolicyRule);
  return uncovered(rules(owned), rules([wanted])).length === 0;
}

describe('what one holds covers what one gives', () => {
  test.each<readonly [owned: readonly string[], wanted: string, covered: boolean]>([
    [['get,list core pods'], 'get core pods', true],
    [['get core pods', 'list core pods'], 'get,list core pods', true],
    [['get core pods'], 'get,list core pods', false],
    [['* core pods'], 'explode core pods', true],
    [['get core pods'], '* core pods', false],
    [['get * pods'], 'get apps pods', true],
    [['get core pods'], 'get apps pods', false],
    [['get core *'], 'get core pods/log', true],
    [['get core pods'], 'get core pods/log', false],
    [['get core */log'], 'get core pods/log', true],
    [['get core */log'], 'get core pods', false],
    [['get core pods/*'], 'get core pods/log', false],
    [['get core secrets'], 'get core secrets own', true],
    [['get core secrets own'], 'get core secrets', false],
    [['get core secrets own'], 'get core secrets own,other', false],
    [['get core secrets own', 'get core secrets other'], 'get core secrets own,other', true],
    [['get url *'], 'get url /metrics', true],
    [['get url /logs/*'], 'get url /logs/a', true],
    [['get url /logs/a'], 'get url /logs/*', false],
  ])('%j covers %s: %s', (owned, wanted, expected) => {
    expect(covers(owned, wanted)).toBe(expected);
  });
});

/** Whether the guard lets alice, who holds these rules, bind a role that reads Secrets. */
function mayBind(scope: string, rules: readonly string[], target = 'reader', groups = alice.groups): boolean {
  const objects = [
    rawRole('reader', ['get core secrets']),
    rawRole('own', rules),
    rawBinding(scope, 'own', 'own', ALICE),
  ];
  const view = viewOfObjects([...objects, rawBinding('shop', 'new', target, { kind: 'User', name: 'eve' })]);
  const binding = view.get('RoleBinding', 'shop', 'new');
  if (binding === undefined) throw new Error('no binding');
  return refuseBinding(rbacPolicy(view), { ...alice, groups }, binding) === undefined;
}

describe('who may bind', () => {
  test('whoever holds the rules of the role where the binding is', () => {
    expect(mayBind('shop', ['get core secrets'])).toBe(true);
    expect(mayBind('', ['* core secrets'])).toBe(true);
    expect(mayBind('data', ['get core secrets'])).toBe(false);
    expect(mayBind('shop', ['get core secrets own'])).toBe(false);
  });

  test('whoever holds bind for the name of the role, where the binding is', () => {
    expect(mayBind('shop', [`bind ${RBAC} clusterroles`])).toBe(true);
    expect(mayBind('shop', [`bind ${RBAC} clusterroles reader`])).toBe(true);
    expect(mayBind('shop', [`bind ${RBAC} clusterroles other`])).toBe(false);
    expect(mayBind('data', [`bind ${RBAC} clusterroles`])).toBe(false);
    expect(mayBind('', [`bind ${RBAC} rolebindings,roles`])).toBe(false);
  });

  test('the group system:masters', () => {
    expect(mayBind('', [], 'reader', ['system:masters'])).toBe(true);
  });

  test('nobody else a role that does not exist, as nobody knows what it gives', () => {
    expect(mayBind('', ['* core *'], 'gone')).toBe(false);
    expect(mayBind('', [`bind ${RBAC} clusterroles`], 'gone')).toBe(true);
  });
});

/** Whether the guard lets alice write this ClusterRole. */
function mayWrite(rules: readonly string[], name: string, isAggregated = false): boolean {
  const view = viewOfObjects([rawRole('own', rules), rawBinding('', 'own', 'own', ALICE)]);
  const wanted = isAggregated ? [] : [rawRule('get core secrets') as PolicyRule];
  const role = { kind: 'ClusterRole', namespace: '', name, rules: wanted, isAggregated } as const;
  return refuseRole(rbacPolicy(view), alice, role) === undefined;
}

describe('who may write a role', () => {
  test('whoever holds its rules, or escalate for its name', () => {
    expect(mayWrite(['get core pods'], 'web')).toBe(false);
    expect(mayWrite(['get core secrets'], 'web')).toBe(true);
    expect(mayWrite([`escalate ${RBAC} clusterroles`], 'web')).toBe(true);
    expect(mayWrite([`escalate ${RBAC} clusterroles web`], 'web')).toBe(true);
    expect(mayWrite([`escalate ${RBAC} roles`], 'web')).toBe(false);
  });

  test('a create carries no name for escalate to match', () => {
    expect(mayWrite([`escalate ${RBAC} clusterroles web`], '')).toBe(false);
  });

  test('an aggregation rule takes every right', () => {
    expect(mayWrite(['get core secrets'], 'web', true)).toBe(false);
    expect(mayWrite(['* * *', '* url *'], 'web', true)).toBe(true);
  });
});

test('an aggregated role is the union of what each selector finds, in order of name, itself and repetitions left out', () => {
  const labelled = (name: string, label: string, rules: readonly string[]): RawManifest => {
    const role = rawRole(name, rules);
    return { ...role, metadata: { ...role.metadata, labels: { [label]: 'yes' } } };
  };
  const whole = labelled('m', 'a', ['get core nodes']);
  const selectors = [{ matchLabels: { b: 'yes' } }, { matchLabels: { a: 'yes' } }];
  const view = viewOfObjects([
    labelled('z', 'a', ['get core pods', 'list core pods']),
    labelled('c', 'a', ['get core secrets', 'get core pods']),
    labelled('x', 'b', ['get core services']),
    { ...whole, aggregationRule: { clusterRoleSelectors: selectors } },
  ]);
  const role = view.get('ClusterRole', '', 'm') as RoleObject;
  expect(effectiveRules(role, view.list('ClusterRole')).map((one) => `${one.verbs[0]} ${one.resources?.[0]}`)).toEqual([
    'get services',
    'get secrets',
    'get pods',
    'list pods',
  ]);
});
