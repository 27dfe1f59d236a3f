import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameOfRaw } from '../../../src/sources/live/sink.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';

const binding = (name: string): unknown => ({
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'mallory' }],
});

describe('two ClusterRoleBindings whose names only look alike are two objects', () => {
  test.each([
    ['a zero-width character', 'evil', 'evil\u200b'],
    ['a control character', 'evil', 'evil\u001b'],
    ['what a zero-width character is written as', 'evil\u200b', 'evil\\u200b'],
    ['what a control character is written as', 'evil\u001b', 'evil\\u001b'],
    ['what lies behind the longest shown text', `${'e'.repeat(1100)}a`, `${'e'.repeat(1100)}b`],
  ])('%s', (_what, one, other) => {
    const slimmer = createSlimmer();
    const store = new ClusterStore();
    store.load(
      [one, other].map((name) => ({ type: 'upsert', object: slimmer.slim(binding(name), 'ClusterRoleBinding') })),
    );
    expect(store.list('ClusterRoleBinding')).toHaveLength(2);
  });
});

test('a source names an object as the store does, whatever its name holds', () => {
  const slimmer = createSlimmer();
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('evil\u200b', 'evil\\u200b')), (name) => {
      const raw = { metadata: { name: `x${name}`, namespace: `y${name}` } };
      const { namespace, name: slim } = slimmer.slim(raw, 'RoleBinding');
      expect(nameOfRaw(raw)).toEqual({ namespace, name: slim });
    }),
  );
});
