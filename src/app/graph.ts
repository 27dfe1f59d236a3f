import type { Style } from './span.ts';

/** A row of a box: a text, and the boxes that arrows lead to from it. */
export interface GraphRow {
  readonly text: string;
  readonly style: Style;
  /** Keys of boxes in layers further right. */
  readonly to: readonly string[];
}

/** A box. Arrows arrive at its first row. */
export interface GraphNode {
  readonly key: string;
  readonly rows: readonly GraphRow[];
}

/** What is drawn as boxes and arrows, from left to right. */
export interface Graph {
  readonly layers: readonly (readonly GraphNode[])[];
  /** What the picture cannot show, a line each. */
  readonly notes: readonly string[];
}

/** A row without arrows. */
export function graphRow(text: string, style: Style = 'plain', to: readonly string[] = []): GraphRow {
  return { text, style, to };
}
