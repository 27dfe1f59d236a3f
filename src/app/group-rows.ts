import { applicationOf, ownerOf } from '../kube/ownership-labels.ts';
import { severityRank } from '../model/finding.ts';
import { CLUSTER_SCOPE, type Row } from '../panes/pane.ts';
import { textWidth } from './text-width.ts';

/** What rows can stand together by. */
export const GROUP_KEYS = ['namespace', 'workload', 'owner'] as const;
export type GroupKey = (typeof GROUP_KEYS)[number];

const NONE = '-';

/** The name of the group that a row belongs to. */
function groupName(row: Row, by: GroupKey): string {
  switch (by) {
    case 'namespace':
      return row.namespace === '' ? CLUSTER_SCOPE : row.namespace;
    case 'owner':
      return ownerOf(row.labels) ?? NONE;
    case 'workload':
      return applicationOf(row.labels) ?? `${row.kind} ${row.name}`;
  }
}

/** An order that keeps groups together: the group with the worst row first, then by name; inside as `order` says. */
export function groupedOrder(
  order: (a: Row, b: Row) => number,
  rows: readonly Row[],
  by: GroupKey | null,
): (a: Row, b: Row) => number {
  if (by === null) return order;
  const worst = new Map<string, number>();
  for (const row of rows) {
    const name = groupName(row, by);
    worst.set(name, Math.min(worst.get(name) ?? Infinity, rank(row)));
  }
  return (a, b) => {
    const [left, right] = [groupName(a, by), groupName(b, by)];
    if (left === right) return order(a, b);
    return (worst.get(left) ?? Infinity) - (worst.get(right) ?? Infinity) || (left < right ? -1 : 1);
  };
}

/** The column that names groups: each at its first row, and at the top of the screen. */
export interface GroupColumn {
  readonly name: string;
  readonly width: number;
  /** @param isTop whether the row is the first on the screen */
  text(at: number, isTop: boolean): string;
}

const MOST_WIDTH = 24;

/** The group column of a table; null where it is not grouped. */
export function groupColumn({ shown }: { readonly shown: readonly Row[] }, by: GroupKey | null): GroupColumn | null {
  if (by === null) return null;
  const there = COLUMNS.get(shown);
  if (there?.by === by) return there.column;
  const column = makeColumn(shown, by);
  COLUMNS.set(shown, { by, column });
  return column;
}

/** One for each list of rows: it is asked for at every frame. */
const COLUMNS = new WeakMap<readonly Row[], { readonly by: GroupKey; readonly column: GroupColumn }>();

function makeColumn(shown: readonly Row[], by: GroupKey): GroupColumn {
  const counts = new Map<string, number>();
  for (const row of shown) counts.set(groupName(row, by), (counts.get(groupName(row, by)) ?? 0) + 1);
  const label = (name: string): string => `${name} (${counts.get(name) ?? 0})`;
  const width = [...counts.keys()].reduce((most, name) => Math.max(most, textWidth(label(name))), by.length);
  const nameAt = (at: number): string | undefined => {
    const row = shown[at];
    return row === undefined ? undefined : groupName(row, by);
  };
  return {
    name: by.toUpperCase(),
    width: Math.min(MOST_WIDTH, width),
    text: (at, isTop) => {
      const name = nameAt(at);
      return name === undefined || (!isTop && name === nameAt(at - 1)) ? '' : label(name);
    },
  };
}

function rank({ severity }: Row): number {
  if (severity === null) return Infinity;
  return severity === 'unknown' ? severityRank('medium') + 0.5 : severityRank(severity);
}
