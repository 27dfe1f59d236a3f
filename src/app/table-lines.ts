import type { PaneName } from '../model/finding.ts';
import type { Column, Row } from '../panes/pane.ts';
import { coverageLine, pendingText } from './coverage-text.ts';
import { hasRemedies } from './finding-help.ts';
import { tableHeadHeight, tableHeight } from './layout.ts';
import { countText } from '../kube/count-text.ts';
import { barText, sparkText, type Glyphs } from './glyphs.ts';
import { BLANK, line, span, type Line, type Span } from './span.ts';
import { groupColumn, type GroupColumn } from './group-rows.ts';
import type { PaneSnapshot, SessionSnapshot } from './session-model.ts';
import { groupingOf, type SessionState } from './state.ts';
import { COLUMN_GAP, placeColumns, shownColumns, sortedColumn, type PlacedColumn } from './table-columns.ts';
import type { TableState } from './table-state.ts';
import { fit, wrap } from './text-width.ts';

/** Columns left of the first cell: the mark and a space (the cursor's own column is the painter's). */
const GUTTER = 2;
/** Columns right of the last cell: the sign for a remedy. */
const REMEDY_ROOM = 3;

/** A table as lines: its head, and the rows that are on the screen. */
export interface TableLines {
  readonly head: readonly Line[];
  readonly rows: readonly Line[];
  /** Why there is no row; empty where there is one. */
  readonly empty: readonly Line[];
}

/** The open table's lines. */
export function tableLines(state: SessionState, pane: PaneName): TableLines {
  const snapshot = state.snapshot.panes.find((one) => one.name === pane);
  const table = state.tables[pane];
  if (snapshot === undefined) return { head: [], rows: [], empty: emptyLines(state, table, undefined) };
  const groups = groupColumn(table, groupingOf(state));
  const room = state.columns - 1 - GUTTER - REMEDY_ROOM - (groups === null ? 0 : groups.width + COLUMN_GAP);
  const columns = shownColumns(snapshot.columns, table.columns, state.wide).filter(({ name }) => name !== groups?.name);
  const placed = placeColumns(columns, table.source, room);
  const sorted = sortedColumn(snapshot.columns, table.sort.by);
  const head = [columnLine(placed, { sorted, table, groups }, state)];
  if (tableHeadHeight(state) > 1) {
    head.unshift(headline(snapshot, orderText(snapshot, placed, { sorted, table }, state), state));
  }
  const visible = table.shown.slice(table.offset, table.offset + tableHeight(state));
  const isPending = snapshot.pending.length > 0;
  const rows = visible.map((row, at) => {
    const group =
      groups === null
        ? []
        : [
            span(fit(groups.text(table.offset + at, at === 0), groups.width, 'left', state.glyphs.ellipsis), 'title'),
            span(' '.repeat(COLUMN_GAP)),
          ];
    return rowLine(isPending ? unjudged(row, state) : row, placed, { table, group }, state);
  });
  return { head, rows, empty: rows.length === 0 ? emptyLines(state, table, snapshot) : [] };
}

interface Order {
  /** The column that the rows are in the order of. */
  readonly sorted: Column | undefined;
  readonly table: TableState;
}

/** What the names of the columns do not tell: how many a person chose, and an order whose column is not there. */
function orderText(
  { columns }: PaneSnapshot,
  placed: readonly PlacedColumn[],
  { sorted, table }: Order,
  { glyphs }: SessionState,
): string {
  const isShown = sorted === undefined || placed.some(({ column }) => column === sorted);
  return [
    ...(table.columns === null ? [] : [`${table.columns.length} of ${columns.length} columns`]),
    ...(isShown ? [] : [`by ${table.sort.by}${arrowOf(table, glyphs)}`]),
  ].join(', ');
}

function arrowOf({ sort }: TableState, glyphs: Glyphs): string {
  return sort.reversed ? glyphs.up : glyphs.down;
}

function headline(pane: PaneSnapshot, order: string, state: SessionState): Line {
  const { summary } = pane;
  const { glyphs } = state;
  const pending = pendingText(state.snapshot, pane, glyphs);
  if (pending !== '') return line(span(` ${pending}`, 'muted'));
  const figure: Span[] = order === '' ? [] : [span(`  ${order}   `, 'muted')];
  if (summary.share !== null) {
    figure.push(span(barText(summary.share, glyphs), 'bar'), span(` ${Math.floor(summary.share * 100)} %`, 'plain'));
  } else if (summary.activity !== null) figure.push(span(sparkText(summary.activity, glyphs, 40), 'bar'));
  const aside = summary.aside === '' ? [] : [span(`   ${summary.aside}`, 'muted')];
  return { spans: [span(' '), span(summary.headline, 'plain'), ...aside], right: [...figure, span(' ')] };
}

function columnLine(
  placed: readonly PlacedColumn[],
  { sorted, table, groups }: Order & { readonly groups: GroupColumn | null },
  state: SessionState,
): Line {
  const arrow = arrowOf(table, state.glyphs);
  const cells = placed.map(({ column, width }) => {
    const text = column === sorted ? column.name + arrow : column.name;
    return fit(text, width, column.align, state.glyphs.ellipsis);
  });
  const group = groups === null ? [] : [fit(groups.name, groups.width)];
  return line(span(' '.repeat(1 + GUTTER)), span([...group, ...cells].join(' '.repeat(COLUMN_GAP)), 'heading'));
}

function rowLine(
  row: Row,
  placed: readonly PlacedColumn[],
  { table, group }: { readonly table: TableState; readonly group: readonly Span[] },
  state: SessionState,
): Line {
  const mark = table.marks.has(row.key);
  const spans: Span[] = [span(mark ? `${state.glyphs.mark} ` : '  ', 'key'), ...group];
  for (const [at, { column, width }] of placed.entries()) {
    if (at > 0) spans.push(span(' '.repeat(COLUMN_GAP)));
    spans.push(cellSpan(row, column, width, state));
  }
  if (hasRemedy(row, state.snapshot)) spans.push(span('  f', 'key'));
  return { spans, item: row.key };
}

/** A row without findings has passed only once everything that decides about it was read. */
function unjudged(row: Row, state: SessionState): Row {
  if (row.severity !== null) return row;
  return { ...row, cells: { ...row.cells, SEVERITY: { text: state.glyphs.ellipsis, tone: 'muted' } } };
}

function cellSpan(row: Row, column: Column, width: number, state: SessionState): Span {
  const cell = row.cells[column.name] ?? { text: '', tone: 'plain' as const };
  return span(fit(cell.text, width, column.align, state.glyphs.ellipsis), cell.tone);
}

/** Whether a remedy is known for one of the row's findings. */
function hasRemedy(row: Row, snapshot: SessionSnapshot): boolean {
  return row.findings.some((id) => {
    const finding = snapshot.findings.get(id);
    return finding !== undefined && hasRemedies(finding);
  });
}

function emptyLines(state: SessionState, table: TableState, pane: PaneSnapshot | undefined): readonly Line[] {
  const lines = reasons(state, table, pane).flatMap(([text, style]) =>
    wrap(text, Math.max(20, state.columns - 4)).map((part) => line(span(`   ${part}`, style))),
  );
  return [BLANK, ...lines];
}

type Reason = readonly [text: string, style: Span['style']];

/** An empty table says why it is empty, and what to do next. */
function reasons(state: SessionState, table: TableState, pane: PaneSnapshot | undefined): readonly Reason[] {
  const { connection, judging } = state.snapshot;
  if (connection.status === 'failed') {
    return [
      ['No cluster could be reached.', 'bad'],
      [connection.reason, 'plain'],
      [':ctx chooses another context, ctrl-r tries again.', 'muted'],
    ];
  }
  if (pane === undefined || ((connection.status === 'connecting' || judging) && table.source.length === 0)) {
    return [['Still loading: rows appear as soon as they are judged.', 'muted']];
  }
  if (table.source.length > 0) return hiddenReasons(state, table);
  if (pane.pending.length > 0) return [['Still loading: rows appear as they are read.', 'muted']];
  const denied = coverageLine(state.snapshot);
  if (connection.status === 'syncing') return [['Still loading: rows appear as they are read.', 'muted']];
  if (denied !== '')
    return [
      [`No ${pane.unit} here, as far as k8sec may look.`, 'warning'],
      [denied, 'muted'],
    ];
  if (pane.summary.isBlind === true) return [[pane.summary.headline, 'warning']];
  return [[`There are no ${pane.unit} to judge.`, 'good']];
}

function hiddenReasons(state: SessionState, table: TableState): readonly Reason[] {
  const why: Reason[] = [[`None of ${countText(table.source.length)} rows is shown:`, 'plain']];
  if (table.filter.text !== '')
    why.push([`the filter "${table.filter.text}" hides the others; esc clears it.`, 'muted']);
  if (state.namespace !== null) why.push([`only namespace ${state.namespace} is shown; 0 shows all.`, 'muted']);
  if (state.onlyFailing) why.push(['only failing rows are shown, and none fails; ctrl-z shows all.', 'good']);
  if (table.asOf !== null) why.push(['an earlier time is shown; > moves forward.', 'muted']);
  return why;
}
