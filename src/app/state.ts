import type { PaneName } from '../model/finding.ts';
import type { Row } from '../panes/pane.ts';
import type { GroupKey, Grouping } from './group-rows.ts';
import type { Glyphs } from './glyphs.ts';
import { EMPTY_LINE, type LineEdit } from './line-edit.ts';
import type { Place, Visit } from './place.ts';
import type { ContextName, SessionSnapshot } from './session-model.ts';
import { EMPTY_TABLE, type TableState } from './table-state.ts';

export const THEME_NAMES = ['default', 'colour-blind', 'mono'] as const;
export type ThemeName = (typeof THEME_NAMES)[number];

export interface Message {
  readonly text: string;
  readonly tone: 'plain' | 'good' | 'bad' | 'warning';
}

/** A line being typed at the bottom of the screen. */
export interface Prompt {
  readonly type: 'command' | 'filter';
  readonly edit: LineEdit;
  /** The filter as it was before, for `esc`. */
  readonly before: string;
  /** Place in the history of commands, counted from its end; 0 is the line being typed. */
  readonly back: number;
  /** Which completion `tab` chose last; -1 none, and the text that they complete. */
  readonly choice: number;
  readonly completing: string;
}

/** Everything that the session shows is made from this. Immutable. */
export interface SessionState {
  readonly columns: number;
  readonly rows: number;
  readonly snapshot: SessionSnapshot;
  /** Where a person was and is; `at` is now. */
  readonly visits: readonly Visit[];
  readonly at: number;
  /** The visit before this one, for `-`. */
  readonly last: Visit | undefined;
  readonly nextId: number;
  readonly tables: Readonly<Record<PaneName, TableState>>;
  readonly namespace: string | null;
  readonly onlyFailing: boolean;
  readonly wide: boolean;
  /** What rows stand together by, in every table. */
  readonly group: GroupKey | null;
  readonly prompt: Prompt | null;
  /** First line of the help on the screen; null while it is closed. */
  readonly help: number | null;
  readonly commands: readonly string[];
  readonly contexts: readonly ContextName[];
  readonly message: Message | null;
  readonly theme: ThemeName;
  readonly glyphs: Glyphs;
}

/** How a session begins. */
export interface SessionStart {
  readonly columns: number;
  readonly rows: number;
  readonly snapshot: SessionSnapshot;
  readonly pane: PaneName | null;
  readonly namespace: string | null;
  readonly theme: ThemeName;
  readonly glyphs: Glyphs;
  /** Said once at the start. */
  readonly message: Message | null;
}

/** The top of all places. */
export const OVERVIEW: Visit = { id: 1, place: { type: 'overview' }, parent: undefined, scroll: 0, item: null };

export const NO_PROMPT: Omit<Prompt, 'type'> = { edit: EMPTY_LINE, before: '', back: 0, choice: -1, completing: '' };

/** The state of a session that just began. */
export function initialState(start: SessionStart): SessionState {
  const visits =
    start.pane === null
      ? [OVERVIEW]
      : [OVERVIEW, { ...OVERVIEW, id: 2, place: { type: 'pane', pane: start.pane } as Place, parent: OVERVIEW }];
  return {
    columns: start.columns,
    rows: start.rows,
    snapshot: start.snapshot,
    visits,
    at: visits.length - 1,
    last: undefined,
    nextId: 3,
    tables: forEachPane(() => EMPTY_TABLE),
    namespace: start.namespace,
    onlyFailing: false,
    wide: false,
    group: null,
    prompt: null,
    help: null,
    commands: [],
    contexts: [],
    message: start.message,
    theme: start.theme,
    glyphs: start.glyphs,
  };
}

/** Something for every pane. */
export function forEachPane<T>(make: (pane: PaneName) => T): Readonly<Record<PaneName, T>> {
  return {
    network: make('network'),
    rbac: make('rbac'),
    labels: make('labels'),
    audit: make('audit'),
    secrets: make('secrets'),
    vigilance: make('vigilance'),
  };
}

/** Where the person is now. */
export function here(state: SessionState): Visit {
  return state.visits[state.at] ?? OVERVIEW;
}

/** The pane that the present place belongs to; null on the overview and what was opened from it. */
export function activePane(state: SessionState): PaneName | null {
  for (let visit: Visit | undefined = here(state); visit !== undefined; visit = visit.parent) {
    if ('pane' in visit.place) return visit.place.pane;
  }
  return null;
}

/** A row as its pane has it now; undefined once it is gone from the cluster or no longer judged. */
export function presentRow(state: SessionState, pane: PaneName, key: string): Row | undefined {
  return state.tables[pane].source.find((row) => row.key === key);
}

/** The pane that is open; null elsewhere. */
export function openPane(state: SessionState): PaneName | null {
  const { place } = here(state);
  return place.type === 'pane' ? place.pane : null;
}

/** The table that is open; undefined elsewhere. */
export function openTable(state: SessionState): TableState | undefined {
  const pane = openPane(state);
  return pane === null ? undefined : state.tables[pane];
}

/** How rows stand together, in every table. */
export function groupingOf({ group, snapshot }: SessionState): Grouping {
  return { by: group, ownership: snapshot.ownership };
}
