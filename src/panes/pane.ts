import type { Finding, PaneName, Severity } from '../model/finding.ts';
import type { ClusterView } from '../store/cluster-view.ts';

/** What a cell of a table means, which decides its colour. */
export type Tone = 'plain' | 'muted' | 'good' | 'bad' | 'warning' | 'unknown' | Severity;

export interface CellText {
  readonly text: string;
  readonly tone: Tone;
}

/** What stands in place of a namespace for what has none. */
export const CLUSTER_SCOPE = '(cluster)';

/** The cell of the namespace, the same in every pane. */
export function namespaceCell(namespace: string): CellText {
  return namespace === '' ? { text: CLUSTER_SCOPE, tone: 'muted' } : { text: namespace, tone: 'plain' };
}

/** One line of a pane: a subject with all its findings. Plain data. */
export interface Row {
  /** Stable identity: the cursor keeps its row by it. */
  readonly key: string;
  /** Worst severity of its findings; `unknown` where a verdict could not be reached; null where it passed. */
  readonly severity: Severity | 'unknown' | null;
  /** What all other rows mean hangs on it: it stands first where the worst do. */
  readonly leads?: boolean;
  /** Among rows of one severity the smaller comes first; without it all are equal. */
  readonly rank?: number;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  /** Ids of the findings, the worst first. */
  readonly findings: readonly string[];
  /** Cells by column name. */
  readonly cells: Readonly<Record<string, CellText>>;
  /** Milliseconds since the epoch, for sorting by age. */
  readonly created: number | null;
  /** When it began, where that is another time than the one it is sorted by. */
  readonly began?: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Column {
  readonly name: string;
  /** Smallest and largest width in terminal columns; the widest content in between decides. */
  readonly width: readonly [min: number, max: number];
  /** Shown only in the wide view. */
  readonly wide?: boolean;
  readonly align?: 'right';
}

export interface Pane {
  readonly name: PaneName;
  readonly title: string;
  /** One or two sentences for its page in the documentation. */
  readonly about: string;
  /** The unit that the tab's count counts, in the plural: `workloads`, `bindings`. */
  readonly unit: string;
  readonly columns: readonly Column[];
  /** The rows, in no order, each made when it is asked for. `findings` are those of this pane. */
  rows(view: ClusterView, findings: readonly Finding[]): Iterable<Row>;
  /** The pane's line on the overview. `rows` and `findings` are those in scope: figures about subjects count rows. */
  summary(view: ClusterView, findings: readonly Finding[], rows: readonly Row[]): PaneSummary;
}

export interface PaneSummary {
  /** How many subjects were judged and how many of them fail. */
  readonly subjects: number;
  readonly failing: number;
  readonly headline: string;
  /** Whether there is nothing that it could judge anything by; the headline then says how to get it. */
  readonly isBlind?: true;
  /** A second figure, '' where there is none. */
  readonly aside: string;
  /** Share that passed, 0 to 1, where a bar makes sense; null draws none. */
  readonly share: number | null;
  /** Counts per slice of time (the audit pane), for a sparkline; null draws none. */
  readonly activity: readonly number[] | null;
}
