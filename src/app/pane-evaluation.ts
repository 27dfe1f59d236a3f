import type { Finding, PaneName } from '../model/finding.ts';
import type { Pane, Row } from '../panes/pane.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { sameItems } from '../store/same-items.ts';
import type { PaneSnapshot } from './session-model.ts';
import type { SessionScope } from './session-scope.ts';
import type { SessionClock } from './session-source.ts';
import { Turns } from './turns.ts';

/** How often panes that nobody looks at are evaluated, for their figures in the tabs, milliseconds. */
const BACKGROUND_PERIOD = 5000;

/** What panes are made of. */
interface Judged {
  readonly findings: ReadonlyMap<PaneName, readonly Finding[]>;
  readonly scope: SessionScope;
  /** What each pane still waits for, of the same moment as the findings: they may lack what comes while panes are made. */
  readonly pending: ReadonlyMap<PaneName, readonly string[]>;
  /** Of the data: a pane that was evaluated at it is not evaluated again. */
  readonly version: number;
  /** Rows that no pane makes. */
  readonly rowsBeside: (pane: PaneName) => readonly Row[];
}

/** Evaluates panes, in slices: keys get their turn while a large table is made. */
export class PaneEvaluation {
  readonly #panes: readonly Pane[];
  readonly #clock: SessionClock;
  readonly #done = new Map<
    PaneName,
    { readonly version: number; readonly time: number; readonly snapshot: PaneSnapshot }
  >();

  constructor(panes: readonly Pane[], clock: SessionClock) {
    this.#panes = panes;
    this.#clock = clock;
  }

  /** In the order of the tabs; what was not evaluated yet is missing. */
  snapshots(): readonly PaneSnapshot[] {
    return this.#panes.flatMap((pane) => this.#done.get(pane.name)?.snapshot ?? []);
  }

  /**
   * Evaluates what is due. The view must not change until it is done.
   *
   * @param focus the pane in front; null: all are
   * @returns when the first of the panes is due that are left for later (milliseconds since the epoch; null: none is),
   *   and the milliseconds of processor time that it took, without what others took meanwhile
   */
  async run(
    view: ClusterView,
    { findings, scope, pending, version, rowsBeside }: Judged,
    focus: PaneName | null,
  ): Promise<{ readonly due: number | null; readonly cost: number }> {
    let due: number | null = null;
    const turns = new Turns(this.#clock);
    for (const pane of this.#panes) {
      const last = this.#done.get(pane.name);
      if (last?.version === version) continue;
      const isFront = focus === null || focus === pane.name;
      // Negative where the clock was set back.
      const age = last === undefined ? -1 : this.#clock.now() - last.time;
      if (last !== undefined && !isFront && age >= 0 && age < BACKGROUND_PERIOD) {
        due = Math.min(due ?? Infinity, last.time + BACKGROUND_PERIOD);
        continue;
      }
      const own = findings.get(pane.name) ?? [];
      const rows: Row[] = [];
      for (const row of pane.rows(view, own)) {
        if (scope.row(row)) rows.push(row);
        if (turns.isOver) await turns.next();
      }
      await turns.next();
      const { name, title, unit, columns } = pane;
      const summary = pane.summary(view, own, rows);
      const beside = rowsBeside(name);
      const all = beside.length === 0 ? rows : [...beside, ...rows];
      const before = last?.snapshot.rows;
      const snapshot = {
        name,
        title,
        unit,
        columns,
        rows: before !== undefined && sameItems(before, all) ? before : all,
        summary,
        pending: pending.get(name) ?? [],
      };
      this.#done.set(pane.name, { version, time: this.#clock.now(), snapshot });
      await turns.next();
    }
    return { due, cost: turns.cost };
  }
}
