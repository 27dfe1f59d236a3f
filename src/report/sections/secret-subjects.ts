import { readingsBy, subjectSecrets, type SubjectReading } from '../../analyses/secrets/subject-secrets.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { capped, type Capped } from './capped.ts';

/** A subject of bindings, the Secrets that it may read, and those that it did. */
interface SecretSubject {
  readonly kind: string;
  /** null for users and groups. */
  readonly namespace: string | null;
  readonly name: string;
  readonly secrets: number;
  /** Namespaces of which it may read every Secret. */
  readonly namespaces: Capped<string>;
  /** `namespace/name` of the others. */
  readonly named: Capped<string>;
  readonly bindings: Capped<string>;
  /** By the audit log: `namespace/name`, `namespace/*` for a list of it, `*` for one of the cluster; null without a log. */
  readonly didRead: Capped<{
    readonly secret: string;
    readonly username: string;
    readonly count: number;
    readonly last: string;
  }> | null;
}

/**
 * Who may read which Secrets, and who did, the one who may read most first.
 *
 * @param isAsked the namespaces whose Secrets count
 * @returns null where roles or bindings could not be read
 */
export function secretSubjects(
  view: ClusterView,
  isAsked: (namespace: string) => boolean,
): readonly SecretSubject[] | null {
  const namespaces = view.namespaces('Secret').filter(isAsked);
  return (
    subjectSecrets(view, namespaces)?.map(({ subject, count, namespaces: whole, named, bindings }) => ({
      kind: subject.kind,
      namespace: subject.namespace ?? null,
      name: subject.name,
      secrets: count,
      namespaces: capped([...whole.keys()]),
      named: capped(named.map((one) => `${one.namespace}/${one.name}`)),
      bindings: capped(bindings),
      didRead: capped(
        readingsBy(view, subject)?.map(({ username, count: times, last, ...read }) => ({
          secret: secretText(read),
          username,
          count: times,
          last: new Date(last).toISOString(),
        })) ?? null,
      ),
    })) ?? null
  );
}

function secretText({ namespace, name }: Pick<SubjectReading, 'namespace' | 'name'>): string {
  if (namespace === '') return '*';
  return `${namespace}/${name ?? '*'}`;
}
