import { describe, expect, test } from 'vitest';
import { canMatch } from '../../src/kube/rbac-inert.ts';
import { roleReach } from '../../src/kube/rbac-role-reach.ts';
import { ruleText } from '../../src/kube/rbac-rule-text.ts';

const rule = (verb: string, resource: string, ...resourceNames: readonly string[]) => ({
  apiGroups: [''],
  resources: [resource],
  verbs: [verb],
  resourceNames,
});

describe('the empty name in a rule', () => {
  test.each([
    ['list', 'secrets', 'read-secrets'],
    ['watch', 'secrets', 'read-secrets'],
    ['create', 'pods', 'create-pods'],
  ])('gives %s %s as without names', (verb, resource, id) => {
    const held = (...names: readonly string[]): readonly unknown[] =>
      roleReach([rule(verb, resource, ...names)], true).held.flatMap(({ permission, names: limit }) =>
        permission.id === id ? [limit] : [],
      );
    expect(held('')).toEqual([null]);
    expect(held('a', '')).toEqual([null]);
    expect(held('a')).not.toContain(null);
  });

  test.each([
    ['get', 'secrets'],
    ['create', 'serviceaccounts/token'],
  ])('gives nothing to %s %s, which have names', (verb, resource) => {
    expect(roleReach([rule(verb, resource, '')], true).held).toEqual([]);
    expect(canMatch(rule(verb, resource, ''), 'cluster')).toBe(false);
  });

  test('can be matched by what has none, and is shown', () => {
    expect(canMatch(rule('create', 'pods', ''), 'cluster')).toBe(true);
    expect(canMatch(rule('create', 'pods', 'a'), 'cluster')).toBe(false);
    expect(ruleText(rule('create', 'pods', '', 'a'))).toBe('create pods (names "", a)');
  });
});
