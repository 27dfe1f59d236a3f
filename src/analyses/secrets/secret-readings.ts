import { dayText } from '../../kube/age.ts';
import type { AuditUse } from '../../model/audit-state.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** Who read a Secret, by the audit log. */
export interface SecretReading {
  readonly username: string;
  /** Requests that may have answered with it. */
  readonly count: number;
  /** Of the last answer, in milliseconds since the epoch. */
  readonly last: number;
  /**
   * named: it was asked for by name; listed: with all of its namespace or of the cluster; perhaps: so many names were
   * asked for that not all were kept.
   */
  readonly how: 'named' | 'listed' | 'perhaps';
}

const READING: ReadonlySet<string> = new Set(['get', 'list', 'watch']);
const CERTAINTY: readonly SecretReading['how'][] = ['named', 'listed', 'perhaps'];

/**
 * Who read a Secret, the last one first: users whose requests the server answered, system:masters among them. Kubelets
 * are left out: they read for the pods of their node.
 *
 * @returns null where there is no audit log
 */
export function secretReadings(view: ClusterView, namespace: string, name: string): readonly SecretReading[] | null {
  if (view.audit().coverage.first === null) return null;
  const byNamespace = readsOfSecrets(view);
  const readings = new Map<string, SecretReading>();
  for (const use of [...(byNamespace.get(namespace) ?? []), ...(byNamespace.get('') ?? [])]) {
    const how = howRead(use, name);
    if (how === undefined || use.answered === null) continue;
    const before = readings.get(use.username);
    readings.set(use.username, {
      username: use.username,
      count: use.count + (before?.count ?? 0),
      last: Math.max(use.answered, before?.last ?? 0),
      how: CERTAINTY.find((one) => one === how || one === before?.how) ?? how,
    });
  }
  return [...readings.values()].sort((a, b) => b.last - a.last || (a.username < b.username ? -1 : 1));
}

/** The requests that were to answer with Secrets, by namespace ('' for all of them). */
export function readsOfSecrets(view: ClusterView): ReadonlyMap<string, readonly AuditUse[]> {
  return view.derive('secret-readings', '', collect);
}

function collect(view: ClusterView): ReadonlyMap<string, readonly AuditUse[]> {
  const reads = view
    .audit()
    .uses.filter((use) => use.resource === 'secrets' && use.apiGroup === '' && use.subresource === '')
    .filter((use) => READING.has(use.verb));
  return Map.groupBy(reads, (use) => use.namespace);
}

function howRead({ names }: AuditUse, name: string): SecretReading['how'] | undefined {
  if (names === null) return 'perhaps';
  if (names.includes(name)) return 'named';
  return names.includes('') ? 'listed' : undefined;
}

/** `by name 3 times, last on 2026-11-20`. */
export function readingText({ how, count, last }: SecretReading): string {
  const text = { named: 'by name', listed: 'in lists', perhaps: 'perhaps, among many' }[how];
  return `${text} ${count === 1 ? 'once' : `${count} times`}, last on ${dayText(last)}`;
}
