import type { AuditNotes } from '../../../src/model/change.ts';

/** The notes of a log in which nothing was wrong. */
export function auditNotes({
  source,
  lines,
  first,
  last,
}: Pick<AuditNotes, 'source' | 'lines' | 'first' | 'last'>): AuditNotes {
  return {
    source,
    lines,
    broken: 0,
    truncated: 0,
    duplicates: 0,
    legacy: 0,
    skipped: 0,
    cut: 0,
    unordered: 0,
    first,
    last,
  };
}
