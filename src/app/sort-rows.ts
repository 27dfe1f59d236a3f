import { severityRank } from '../model/finding.ts';
import type { Row } from '../panes/pane.ts';

const SORT_KEYS = ['severity', 'name', 'namespace', 'age'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface Sort {
  readonly by: SortKey;
  readonly reversed: boolean;
}

/** The worst first. */
export const WORST_FIRST: Sort = { by: 'severity', reversed: false };

/** What could not be judged comes after what is known to be bad, and before what passed. */
const UNKNOWN_RANK = 3.5;
const PASSED_RANK = 9;
const LEADING_RANK = -1;

type Compare = (a: Row, b: Row) => number;

/** The order of two rows; equal only for the same row, so that an order is always the same. */
export function rowOrder(sort: Sort): Compare {
  const first = COMPARE[sort.by];
  const sign = sort.reversed ? -1 : 1;
  return (a, b) =>
    sign * first(a, b) ||
    severity(a) - severity(b) ||
    (a.rank ?? 0) - (b.rank ?? 0) ||
    text(a.namespace, b.namespace) ||
    text(a.name, b.name) ||
    text(a.kind, b.kind) ||
    text(a.key, b.key);
}

const COMPARE: Readonly<Record<SortKey, Compare>> = {
  severity: (a, b) => severity(a) - severity(b),
  name: (a, b) => text(a.name, b.name),
  namespace: (a, b) => text(a.namespace, b.namespace),
  // The youngest first, as k9s does; without a time last.
  age: (a, b) => (b.created ?? -1) - (a.created ?? -1),
};

function severity(row: Row): number {
  if (row.leads === true) return LEADING_RANK;
  if (row.severity === null) return PASSED_RANK;
  return row.severity === 'unknown' ? UNKNOWN_RANK : severityRank(row.severity);
}

function text(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
