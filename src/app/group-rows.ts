import { responsibleFor, type Ownership } from '../analyses/labels/ownership.ts';
import { applicationOf } from '../kube/ownership-labels.ts';
import { severityRank } from '../model/finding.ts';
import { CLUSTER_SCOPE, type Row } from '../panes/pane.ts';
import { textWidth } from './text-width.ts';

/** What rows can stand together by. */
export const GROUP_KEYS = ['namespace', 'workload', 'owner'] as const;
export type GroupKey = (typeof GROUP_KEYS)[number];

/** How rows stand together. */
export interface Grouping {
  /** null: they do not. */
  readonly by: GroupKey | null;
  /** Who owns what, for `owner`. */
  readonly ownership: Ownership;
}

const NONE = '-';

/** The name of the group that a row belongs to. */
function groupName(row: Row, by: GroupKey, ownership: Ownership): string {
  switch (by) {
    case 'namespace':
      return row.namespace === '' ? CLUSTER_SCOPE : row.namespace;
    case 'owner':
      return responsibleFor(ownership, row.labels, row.namespace) ?? NONE;
    case 'workload':
      return applicationOf(row.labels) ?? `${row.kind} ${row.name}`;
  }
}

/** An order that keeps groups together: the group with the worst row first, then by name; inside as `order` says. */
export function groupedOrder(
  order: (a: Row, b: Row) => number,
  rows: readonly Row[],
  { by, ownership }: Grouping,
): (a: Row, b: Row) => number {
  if (by === null) return order;
  const worst = new Map<string, number>();
  for (const row of rows) {
    const name = groupName(row, by, ownership);
    worst.set(name, Math.min(worst.get(name) ?? Infinity, rank(row)));
  }
  return (a, b) => {
    const [left, right] = [groupName(a, by, ownership), groupName(b, by, ownership)];
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
export function groupColumn({ shown }: { readonly shown: readonly Row[] }, grouping: Grouping): GroupColumn | null {
  const { by, ownership } = grouping;
  if (by === null) return null;
  const there = COLUMNS.get(shown);
  if (there?.grouping.by === by && there.grouping.ownership === ownership) return there.column;
  const column = makeColumn(shown, by, ownership);
  COLUMNS.set(shown, { grouping, column });
  return column;
}

/** One for each list of rows: it is asked for at every frame. */
const COLUMNS = new WeakMap<readonly Row[], { readonly grouping: Grouping; readonly column: GroupColumn }>();

function makeColumn(shown: readonly Row[], by: GroupKey, ownership: Ownership): GroupColumn {
  const names = shown.map((row) => groupName(row, by, ownership));
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const label = (name: string): string => `${name} (${counts.get(name) ?? 0})`;
  const width = [...counts.keys()].reduce((most, name) => Math.max(most, textWidth(label(name))), by.length);
  return {
    name: by.toUpperCase(),
    width: Math.min(MOST_WIDTH, width),
    text: (at, isTop) => {
      const name = names[at];
      return name === undefined || (!isTop && name === names[at - 1]) ? '' : label(name);
    },
  };
}

function rank({ severity }: Row): number {
  if (severity === null) return Infinity;
  return severity === 'unknown' ? severityRank('medium') + 0.5 : severityRank(severity);
}
