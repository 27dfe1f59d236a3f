/**
 * The groups of people. The cluster does not know them: they come with the login (client certificate, OpenID Connect,
 * webhook), so that they are told by a directory, or witnessed in the audit log (`user.groups`).
 */
import {
  ALL_SERVICE_ACCOUNTS,
  AUTHENTICATED,
  parseServiceAccountUser,
  subjectIdentity,
  UNAUTHENTICATED,
} from '../../kube/rbac-user.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

export interface KnownGroups {
  readonly groups: readonly string[];
  /** Where each group is known from, for texts; empty where nothing tells of the user. */
  readonly from: readonly string[];
}

/** What tells of people; by user, and by group. */
interface People {
  readonly byUser: ReadonlyMap<string, KnownGroups>;
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** Users with a row of the directory that holds now; null without a directory. */
  readonly listed: ReadonlySet<string> | null;
  /** Users whose rows have all ended. */
  readonly left: ReadonlySet<string>;
}

const NO_GROUPS: KnownGroups = { groups: [], from: [] };

/** The groups of a user that are known; none for a user that nothing tells of. */
export function knownGroups(view: ClusterView, user: string): KnownGroups {
  return view.derive('rbac/groups-of', user, (inner) => people(inner).byUser.get(user) ?? NO_GROUPS, deepEqual);
}

/** Who is in a group, as far as anything tells; in order of name. */
export function knownMembers(view: ClusterView, group: string): readonly string[] {
  return view.derive('rbac/members-of', group, (inner) => people(inner).members.get(group) ?? [], deepEqual);
}

/**
 * What the directory says of a user that a binding names. Users of the system itself are in no directory.
 *
 * @returns null without a directory
 */
export function standingOf(view: ClusterView, user: string): 'listed' | 'left' | 'unlisted' | null {
  const { listed, left } = people(view);
  if (listed === null) return null;
  if (user.startsWith('system:') || listed.has(user)) return 'listed';
  return left.has(user) ? 'left' : 'unlisted';
}

/**
 * The keys (`subjectKey`) under which the bindings of a subject are found: its own, then those of the groups that it is
 * in, or that all members of it are in. Of people the groups count that are known.
 */
export function heldKeys(view: ClusterView, key: string): readonly string[] {
  const name = key.slice(2);
  const kind = key.startsWith('u:') ? 'User' : 'Group';
  const implied = subjectIdentity({ kind, name }, '')?.groups ?? [];
  const groups = kind === 'User' ? [...knownGroups(view, name).groups, ...implied] : implied;
  return [...new Set([key, ...groups.map((group) => `g:${group}`)])];
}

function people(view: ClusterView): People {
  return view.derive('rbac/people', '', (inner) => {
    const groups = new Map<string, Map<string, Set<string>>>();
    const add = (user: string, group: string, source: string): void => {
      const own = groups.get(user) ?? new Map<string, Set<string>>();
      groups.set(user, own);
      if (group !== '') own.set(group, (own.get(group) ?? new Set()).add(source));
    };
    const directory = inner.facts().directory;
    const listed = new Set<string>();
    const left = new Set<string>();
    for (const { user, group, from, to } of directory?.memberships ?? []) {
      const isOver = to !== null && inner.isPast(to);
      if (isOver || (from !== null && !inner.isPast(from))) {
        if (isOver) left.add(user);
        continue;
      }
      listed.add(user);
      add(user, group, `the directory ${directory?.source ?? ''}`);
    }
    for (const [user, own] of witnessed(inner)) {
      for (const group of own) add(user, group, 'the audit log');
    }
    return { ...indexOf(groups), listed: directory === undefined ? null : listed, left };
  });
}

/** The groups of each person in the newest of its requests. */
function witnessed(view: ClusterView): ReadonlyMap<string, readonly string[]> {
  const latest = new Map<string, { readonly time: number; readonly groups: readonly string[] }>();
  const see = (user: string, time: number, groups: readonly string[]): void => {
    if (user === '' || parseServiceAccountUser(user) !== undefined) return;
    const there = latest.get(user);
    if (there === undefined || there.time <= time) latest.set(user, { time, groups });
  };
  const { uses, users } = view.audit();
  for (const { username, last, groups } of uses) see(username, last, groups);
  for (const [username, { time, groups }] of users) see(username, time, groups);
  return new Map([...latest].map(([user, { groups }]) => [user, groups.filter((group) => !isImplied(group))]));
}

/** Groups that the server adds by itself. */
function isImplied(group: string): boolean {
  return group === AUTHENTICATED || group === UNAUTHENTICATED || group.startsWith(ALL_SERVICE_ACCOUNTS);
}

function indexOf(
  groups: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>,
): Pick<People, 'byUser' | 'members'> {
  const byUser = new Map<string, KnownGroups>();
  const members = new Map<string, string[]>();
  for (const user of [...groups.keys()].sort()) {
    const own = groups.get(user);
    if (own === undefined) continue;
    byUser.set(user, {
      groups: [...own.keys()].sort(),
      from: [...new Set([...own.values()].flatMap((one) => [...one]))],
    });
    for (const group of own.keys()) members.set(group, [...(members.get(group) ?? []), user]);
  }
  return { byUser, members };
}
