import { describe, expect, it } from 'vitest';
import { difference, isSame, sideOf, type Side } from '../../src/report/difference.ts';
import { differenceText } from '../../src/report/difference-text.ts';
import { reportFields } from '../../src/report/json.ts';
import { RULES } from '../../src/rules/index.ts';
import { object } from '../objects.ts';
import { judged, ONLY_PRIVILEGED, privileged, written, type Judged } from './judged.ts';

function state(name: string, objects = privileged('agent'), given: Judged = {}): Side {
  const report = judged(objects, given);
  return sideOf(name, reportFields(report), report.engine.view);
}

function saved(name: string, objects = privileged('agent'), given: Judged = {}): Side {
  const fields = Object.entries(JSON.parse(written(judged(objects, given), 'json')) as object);
  return sideOf(name, fields, null);
}

const binding = (role: string): ReturnType<typeof object<'RoleBinding'>> =>
  object('RoleBinding', {
    metadata: { name: 'team', namespace: 'shop', uid: 'b' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'bob' }],
  });

const edit = object('ClusterRole', {
  metadata: { name: 'edit', uid: 'e' },
  rules: [{ verbs: ['create'], apiGroups: ['apps'], resources: ['deployments'] }],
});

describe('difference', () => {
  it('is nothing between a state and its report', () => {
    const result = difference(state('a'), saved('b'), RULES);
    expect(isSame(result)).toBe(true);
    expect(result).toMatchObject({ rights: null, connections: null, incomparable: [] });
  });

  it('names what came, what went and what weighs more', () => {
    const result = difference(
      state('a', [...privileged('agent'), edit, binding('view')]),
      state('b', [...privileged('other'), edit, binding('edit')]),
      RULES,
    );
    expect(result.findings.added.some((one) => one.subject.name === 'other')).toBe(true);
    expect(result.findings.removed.some((one) => one.subject.name === 'agent')).toBe(true);
    expect(result.permissions).toEqual({
      added: ['RoleBinding shop/team gives ClusterRole/edit to User bob'],
      removed: ['RoleBinding shop/team gives ClusterRole/view to User bob'],
    });
    expect(result.rights).toEqual({
      gained: ['user bob gained: create deployments.apps (shop) through RoleBinding team'],
      lost: [],
    });
    expect(result.connections?.opened.some((line) => line.includes('Deployment shop/other'))).toBe(true);
    expect(differenceText(result, (text) => text)).toMatch(
      /  \+ RoleBinding shop\/team gives ClusterRole\/edit to User bob\n(?:.*\n)*  \+ user bob gained: /,
    );
  });

  it('is no difference where one side could not read', () => {
    const denied = { scope: ONLY_PRIVILEGED, coverage: [{ kind: 'Pod', status: 'denied' }] } as const;
    const result = difference(
      state('a', privileged('agent'), { scope: ONLY_PRIVILEGED }),
      state('b', [], denied),
      RULES,
    );
    expect(result.findings).toEqual({ added: [], removed: [], changed: [] });
    expect(result.incomparable).toContain('pods: not wholly read in b');
    expect(result.incomparable).toContain(
      'only in a: vigilance/privileged-workload / Deployment.apps / shop / agent / ',
    );
  });

  it('does not compare permissions where a kind of them was not read, or not asked for', () => {
    const denied = { coverage: [{ kind: 'RoleBinding', status: 'denied' }] } as const;
    const unread = difference(state('a', [binding('view')]), state('b', [], denied), RULES);
    expect(unread.permissions).toEqual({ added: [], removed: [] });
    expect(unread.incomparable).toContain('rolebindings.rbac.authorization.k8s.io: not wholly read in b');
    const unasked = difference(state('a'), saved('b', [], { scope: { panes: ['labels'] } }), RULES);
    expect(unasked.incomparable).toContain('permissions: b does not tell its bindings');
  });
});
