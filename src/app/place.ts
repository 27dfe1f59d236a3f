import type { PaneName } from '../model/finding.ts';
import type { Row } from '../panes/pane.ts';
import type { BuiltRemedy } from '../remedy/built-remedy.ts';
import type { RowFilter } from './filter.ts';
import type { Graph } from './graph.ts';
import type { RelatedGroup } from './related.ts';
import type { Refusals } from './session-model.ts';
import type { ObjectRef } from '../model/finding.ts';
import type { ContextName } from './session-model.ts';

/** Where a person is. */
export type Place =
  | { readonly type: 'overview' }
  | { readonly type: 'pane'; readonly pane: PaneName }
  | DetailPlace
  | RemedyPlace
  | TextPlace
  | RelatedPlace
  | NamespacesPlace
  | ContextsPlace;

/** A row with everything known about it. */
export interface DetailPlace {
  readonly type: 'detail';
  readonly pane: PaneName;
  /** As it was when it was opened, for when it is gone. */
  readonly row: Row;
  /** Of a Secret: who uses it, may read it and did; absent for others and while it is looked up. */
  readonly groups?: readonly RelatedGroup[];
  /** Absent while they are looked up; a finding that changed since is not in it. */
  readonly refusals?: Refusals;
}

export const REMEDY_TABS = ['yaml', 'diff', 'effect'] as const;
export type RemedyTab = (typeof REMEDY_TABS)[number];

export interface RemedyPlace {
  readonly type: 'remedy';
  /** Ids of the findings to remedy. */
  readonly findings: readonly string[];
  /** null while they are built and proven. */
  readonly remedies: readonly BuiltRemedy[] | null;
  readonly index: number;
  readonly tab: RemedyTab;
  /** told: what validating means was said, the next `v` does it. */
  readonly validation: 'none' | 'told' | 'running' | { readonly text: string; readonly ok: boolean };
}

export interface TextPlace {
  readonly type: 'text';
  readonly what: 'yaml' | 'describe' | 'answer' | 'tree' | 'waiver';
  readonly title: string;
  /** null while it is fetched. */
  readonly text: string | null;
  /** Whether `text` says why there is nothing. */
  readonly failed: boolean;
  /** Suggested file name for saving. */
  readonly fileName: string;
  /** Of an answer that follows the cluster: what was asked. */
  readonly question?: readonly string[];
  /** Whether it is asked again already. */
  readonly renewing?: boolean;
  /** Of a tree: the same as boxes and arrows. */
  readonly drawing?: Drawing;
  /** Columns that are out of sight at the left, where the text is wider than the screen. */
  readonly across?: number;
}

/** Boxes and arrows in place of a tree. */
interface Drawing {
  /** null while the answer is awaited. */
  readonly graph: Graph | null;
  /** Whether it is looked at, and not the tree. */
  readonly shown: boolean;
}

/** What an object has to do with, to go on from. */
export interface RelatedPlace {
  readonly type: 'related';
  readonly object: ObjectRef;
  /** null while it is looked up. */
  readonly groups: readonly RelatedGroup[] | null;
  /** Which things are shown. */
  readonly filter: RowFilter;
  /** Whether it is looked up again already. */
  readonly renewing?: boolean;
}

interface NamespacesPlace {
  readonly type: 'namespaces';
}

export interface ContextsPlace {
  readonly type: 'contexts';
  /** null while they are read. */
  readonly contexts: readonly ContextName[] | null;
}

/** A place with what a person did there; history keeps visits. */
export interface Visit {
  readonly id: number;
  readonly place: Place;
  /** Where `esc` leads; undefined at the top. */
  readonly parent: Visit | undefined;
  /** First line on the screen, for places that scroll. */
  readonly scroll: number;
  /** The item under the cursor, for places with items; null is the first. */
  readonly item: string | null;
}
