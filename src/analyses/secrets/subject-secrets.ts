import { subjectKey, userKeys } from '../../kube/rbac-user.ts';
import type { AuditUse } from '../../model/audit-state.ts';
import type { Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { readersIn, type SecretReader } from './secret-readers.ts';
import { readsOfSecrets } from './secret-readings.ts';

/** A subject of bindings, and the Secrets that they let it read. */
export interface SubjectSecrets {
  readonly subject: Subject;
  /** How many Secrets. */
  readonly count: number;
  /** Namespaces of which it may read every Secret, and how many there are now. */
  readonly namespaces: ReadonlyMap<string, number>;
  /** The others, by name. */
  readonly named: readonly { readonly namespace: string; readonly name: string }[];
  /** The bindings that let it, in order: `ClusterRoleBinding ops`. */
  readonly bindings: readonly string[];
}

interface Growing {
  readonly subject: Subject;
  readonly namespaces: Map<string, number>;
  readonly named: { namespace: string; name: string }[];
  readonly bindings: Set<string>;
}

/**
 * What bindings let each of their subjects read, the one with the most Secrets first: the other direction of
 * `secretReaders`, with the same limits. Members of system:masters and nodes are not in it.
 *
 * @param namespaces whose Secrets count
 * @returns null where roles or bindings could not be read
 */
export function subjectSecrets(
  view: ClusterView,
  namespaces: readonly string[] = view.namespaces('Secret'),
): readonly SubjectSecrets[] | null {
  const bySubject = new Map<string, Growing>();
  for (const namespace of namespaces) {
    const readers = readersIn(view, namespace);
    if (!readers.complete) return null;
    const count = view.list('Secret', namespace).length;
    const all = new Set(readers.all.map((reader) => growing(bySubject, reader)));
    for (const one of all) one.namespaces.set(namespace, count);
    for (const [name, named] of Object.entries(readers.byName)) {
      const own = new Set(named.map((reader) => growing(bySubject, reader)));
      for (const one of own) if (!all.has(one)) one.named.push({ namespace, name });
    }
  }
  return [...bySubject.values()]
    .map(({ bindings, ...one }) => ({
      ...one,
      count: one.named.length + [...one.namespaces.values()].reduce((sum, count) => sum + count, 0),
      bindings: [...bindings].sort(),
    }))
    .sort((a, b) => b.count - a.count || (keyOf(a.subject) < keyOf(b.subject) ? -1 : 1));
}

function growing(bySubject: Map<string, Growing>, { kind, namespace, name, binding }: SecretReader): Growing {
  const subject = namespace === null ? { kind, name } : { kind, namespace, name };
  const key = keyOf(subject);
  let one = bySubject.get(key);
  if (one === undefined) {
    one = { subject, namespaces: new Map(), named: [], bindings: new Set() };
    bySubject.set(key, one);
  }
  one.bindings.add(binding);
  return one;
}

function keyOf(subject: Subject): string {
  return subjectKey(subject, '') ?? `${subject.kind}/${subject.name}`;
}

/** Secrets that somebody read, by the audit log. */
export interface SubjectReading {
  readonly username: string;
  /** '' for every namespace. */
  readonly namespace: string;
  /** null for a list, and where so many names were asked for that not all were kept. */
  readonly name: string | null;
  /** Requests; of one that names many they are counted for each name. */
  readonly count: number;
  /** Of the last answer, in milliseconds since the epoch. */
  readonly last: number;
}

/**
 * What a subject did read: a group by its members, as the log names their groups. The last answer first.
 *
 * @returns null where there is no audit log
 */
export function readingsBy(view: ClusterView, subject: Subject): readonly SubjectReading[] | null {
  if (view.audit().coverage.first === null) return null;
  const readings = new Map<string, SubjectReading>();
  for (const use of view.derive('secret-readings-by-subject', '', bySubjectKey).get(keyOf(subject)) ?? []) {
    const { username, namespace, answered, count } = use;
    if (answered === null) continue;
    for (const name of use.names ?? ['']) {
      const key = `${username}\n${namespace}\n${name}`;
      const before = readings.get(key);
      readings.set(key, {
        username,
        namespace,
        name: name === '' ? null : name,
        count: count + (before?.count ?? 0),
        last: Math.max(answered, before?.last ?? 0),
      });
    }
  }
  return [...readings.values()].sort((a, b) => b.last - a.last || (a.username < b.username ? -1 : 1));
}

/** The requests of each user, and of each group's members. */
function bySubjectKey(view: ClusterView): ReadonlyMap<string, readonly AuditUse[]> {
  const found = new Map<string, AuditUse[]>();
  for (const use of [...readsOfSecrets(view).values()].flat()) {
    for (const key of userKeys({ name: use.username, groups: use.groups })) {
      const there = found.get(key);
      if (there === undefined) found.set(key, [use]);
      else there.push(use);
    }
  }
  return found;
}
