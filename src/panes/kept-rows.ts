import type { Finding } from '../model/finding.ts';
import { sameItems } from '../store/same-items.ts';
import type { Row } from './pane.ts';

interface Made {
  readonly findings: readonly Finding[];
  readonly parts: readonly unknown[];
  readonly row: Row;
}

/**
 * Makes rows of subjects, and gives the row of last time where all that it was made of is the same: from one picture of
 * a cluster to the next, most are.
 *
 * @param make pure; `parts` are what a row shows beside the subject and its findings, compared by identity
 */
export function keptRows<S extends object, P extends readonly unknown[]>(
  make: (subject: S, findings: readonly Finding[], ...parts: P) => Row,
): (subject: S, findings: readonly Finding[], ...parts: P) => Row {
  const last = new WeakMap<S, Made>();
  return (subject, findings, ...parts) => {
    const there = last.get(subject);
    if (there !== undefined && sameItems(there.findings, findings) && sameItems(there.parts, parts)) return there.row;
    const row = make(subject, findings, ...parts);
    last.set(subject, { findings, parts, row });
    return row;
  };
}
