import { describe, expect, test } from 'vitest';
import { knownGroups, knownMembers, standingOf } from '../../../src/analyses/rbac/user-groups.ts';
import { canCommand } from '../../../src/commands/can.ts';
import { whoCanCommand } from '../../../src/commands/who-can.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { NO_AUDIT, type AuditUse } from '../../../src/model/audit-state.ts';
import type { Membership } from '../../../src/model/directory.ts';
import { RBAC_RULES } from '../../../src/rules/rbac/rbac-rules.ts';
import type { StoreView } from '../../../src/store/store-view.ts';
import { runCommand } from '../../commands/rbac-command.ts';
import { rawBinding, rawRole } from './raw-rbac.ts';
import { viewOfObjects, type RawManifest } from './view-of.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 24);

function member(user: string, group: string, from: number | null = null, to: number | null = null): Membership {
  return { user, group, from, to };
}

const PEOPLE = [
  member('alice', 'devs'),
  member('alice', 'ops', null, NOW - DAY),
  member('bob', 'devs', NOW + DAY),
  member('carol', 'devs', null, NOW),
  member('dave', ''),
];

function seen(username: string, last: number, ...groups: readonly string[]): AuditUse {
  return {
    username,
    groups: [...groups, 'system:authenticated'],
    verb: 'get',
    apiGroup: '',
    resource: 'pods',
    subresource: '',
    namespace: 'shop',
    names: [''],
    path: null,
    reason: '',
    count: 1,
    first: last,
    last,
    answered: last,
    auditID: username,
  };
}

interface Given {
  readonly objects?: readonly RawManifest[];
  readonly people?: readonly Membership[];
  readonly uses?: readonly AuditUse[];
}

function viewWith({ objects = [], people, uses = [] }: Given): StoreView {
  const view = viewOfObjects(objects);
  if (people !== undefined) {
    view.apply([{ type: 'facts', facts: { directory: { source: 'people.csv', memberships: people } } }]);
  }
  view.apply([{ type: 'audit', audit: { ...NO_AUDIT, uses } }]);
  return view;
}

describe('groups of a person', () => {
  test('are those of the rows that hold now', () => {
    const view = viewWith({ people: PEOPLE });
    expect(knownGroups(view, 'alice')).toEqual({ groups: ['devs'], from: ['the directory people.csv'] });
    expect(knownGroups(view, 'bob')).toEqual({ groups: [], from: [] });
    expect(knownMembers(view, 'devs')).toEqual(['alice']);
    expect(['alice', 'bob', 'carol', 'dave', 'system:admin'].map((user) => standingOf(view, user))).toEqual([
      'listed',
      'unlisted',
      'left',
      'listed',
      'listed',
    ]);
    view.tick(NOW + 2 * DAY);
    view.graph.settle(
      () => undefined,
      () => false,
    );
    expect(knownMembers(view, 'devs')).toEqual(['alice', 'bob']);
  });

  test('are those of its newest request in the audit log, without what the server adds', () => {
    const uses = [seen('alice', NOW - 2, 'old'), seen('alice', NOW - 1, 'devs', 'oidc:all'), seen('eve', NOW, 'devs')];
    const view = viewWith({ uses });
    expect(knownGroups(view, 'alice')).toEqual({ groups: ['devs', 'oidc:all'], from: ['the audit log'] });
    expect(knownMembers(view, 'devs')).toEqual(['alice', 'eve']);
    expect(standingOf(view, 'mallory')).toBeNull();
  });

  test('are known from both', () => {
    const view = viewWith({ people: [member('alice', 'devs')], uses: [seen('alice', NOW, 'ops')] });
    expect(knownGroups(view, 'alice')).toEqual({
      groups: ['devs', 'ops'],
      from: ['the directory people.csv', 'the audit log'],
    });
  });
});

const READER = rawRole('reader', ['get core secrets']);
const DEVS = rawBinding('shop', 'devs', 'reader', { kind: 'Group', name: 'devs' });

describe('answers', () => {
  test('can counts the grants of known groups, and says where they are known from', async () => {
    const view = viewWith({ objects: [READER, DEVS], people: PEOPLE });
    const { output } = await runCommand(canCommand, view, ['user:alice']);
    expect(output).toContain('RBAC gives user alice 1 rule (groups: devs, system:authenticated)');
    expect(output).toContain('groups of alice by the directory people.csv: devs\n');
  });

  test('can names what nothing tells of', async () => {
    const view = viewWith({ objects: [READER, DEVS], people: PEOPLE });
    const { output } = await runCommand(canCommand, view, ['user:mallory']);
    expect(output).toContain('groups of mallory unknown: group grants not counted');
    const { output: named } = await runCommand(canCommand, view, ['user:alice'], { options: { 'as-group': ['ops'] } });
    expect(named).toContain('RBAC gives user alice 0 rules (groups: ops, system:authenticated)');
  });

  test('who-can names the members of a group', async () => {
    const view = viewWith({ objects: [READER, DEVS], people: [...PEOPLE, member('zoe', 'devs')] });
    const { output } = await runCommand(whoCanCommand, view, ['get', 'secrets']);
    expect(output).toContain('known members of group devs: alice, zoe\n');
    expect(output).not.toContain('not known to the cluster');
    const { output: json } = await runCommand(whoCanCommand, view, ['get', 'secrets'], { output: 'json' });
    expect(JSON.parse(json)).toMatchObject({ subjects: [{ subject: { name: 'devs' }, members: ['alice', 'zoe'] }] });
  });
});

/** Titles of findings about people. */
function told(people: readonly Membership[] | undefined, ...names: readonly string[]): readonly string[] {
  const subjects = names.map((name) => ({ kind: name === 'devs' || name === 'gone' ? 'Group' : 'User', name }));
  const objects = [READER, rawBinding('shop', 'b', 'reader', ...subjects)];
  const engine = new Engine(viewWith({ objects, ...(people === undefined ? {} : { people }) }), RBAC_RULES);
  engine.settle();
  return [...engine.findings.values()]
    .filter(({ rule }) => rule === 'rbac/dangling-subject')
    .map(({ title, severity }) => `${severity}: ${title}`)
    .sort();
}

describe('bindings to people', () => {
  test('that the directory does not list, or no longer, are found', () => {
    expect(told(PEOPLE, 'alice', 'dave', 'carol', 'eve', 'devs', 'gone', 'system:node:n1')).toEqual([
      'medium: Group gone has no member in the directory, but holds ClusterRole reader in namespace shop',
      'medium: User carol has left the directory, but holds ClusterRole reader in namespace shop',
      'medium: User eve is not in the directory, but holds ClusterRole reader in namespace shop',
    ]);
  });

  test('are not judged without a directory', () => {
    expect(told(undefined, 'alice', 'eve', 'gone')).toEqual([]);
  });
});
