import type { Finding } from '../model/finding.ts';
import { sameItems } from '../store/same-items.ts';
import type { Row } from './pane.ts';

interface Made<T> {
  readonly findings: readonly Finding[];
  readonly parts: readonly unknown[];
  readonly value: T;
}

/**
 * Makes the row of a subject, or the rows of the subjects of a namespace, and gives what it gave last time where all that
 * it was made of is the same: from one picture of a cluster to the next, most are.
 *
 * @param make pure; `parts` are what rows show beside the subject and its findings, compared by identity
 */
export function keptRows<S extends object, P extends readonly unknown[], T extends Row | readonly Row[]>(
  make: (subject: S, findings: readonly Finding[], ...parts: P) => T,
): (subject: S, findings: readonly Finding[], ...parts: P) => T {
  const last = new WeakMap<S, Made<T>>();
  return (subject, findings, ...parts) => {
    const there = last.get(subject);
    if (there !== undefined && sameItems(there.findings, findings) && sameItems(there.parts, parts)) return there.value;
    const value = make(subject, findings, ...parts);
    last.set(subject, { findings, parts, value });
    return value;
  };
}
