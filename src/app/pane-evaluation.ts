import type { Engine } from '../engine/engine.ts';
import type { Finding, PaneName } from '../model/finding.ts';
import type { Pane } from '../panes/pane.ts';
import type { FirstReading } from './first-reading.ts';
import type { PaneSnapshot } from './session-model.ts';
import type { SessionClock } from './session-source.ts';

/** How often panes that nobody looks at are evaluated, milliseconds. */
const BACKGROUND_PERIOD = 2000;

/** Evaluates panes, the one in front first, each in its own turn of the event loop. */
export class PaneEvaluation {
  readonly #panes: readonly Pane[];
  readonly #clock: SessionClock;
  readonly #reading: FirstReading;
  readonly #done = new Map<
    PaneName,
    { readonly version: number; readonly time: number; readonly snapshot: PaneSnapshot }
  >();

  constructor(panes: readonly Pane[], clock: SessionClock, reading: FirstReading) {
    this.#panes = panes;
    this.#clock = clock;
    this.#reading = reading;
  }

  /** In the order of the tabs; what was not evaluated yet is missing. */
  snapshots(): readonly PaneSnapshot[] {
    return this.#panes.flatMap((pane) => this.#done.get(pane.name)?.snapshot ?? []);
  }

  /**
   * Evaluates what is due.
   *
   * @param version of the data: a pane that was evaluated at it is not evaluated again
   * @param focus the pane in front; null: all are
   * @returns whether panes are left for later
   */
  async run(engine: Engine, version: number, focus: PaneName | null): Promise<boolean> {
    const byPane = Map.groupBy(engine.findings.values(), (finding) => finding.pane);
    let left = false;
    for (const pane of this.#panes) {
      const last = this.#done.get(pane.name);
      if (last?.version === version) continue;
      const isFront = focus === null || focus === pane.name;
      if (last !== undefined && !isFront && this.#clock.now() - last.time < BACKGROUND_PERIOD) {
        left = true;
        continue;
      }
      const findings = (byPane.get(pane.name) ?? []).filter((finding) => this.#reading.mayShow(finding));
      const snapshot = evaluate(pane, engine, findings, this.#reading.pending(pane.name));
      this.#done.set(pane.name, { version, time: this.#clock.now(), snapshot });
      await new Promise<void>((resolve) => this.#clock.soon(resolve));
    }
    return left;
  }
}

function evaluate(
  pane: Pane,
  engine: Engine,
  findings: readonly Finding[],
  pending: PaneSnapshot['pending'],
): PaneSnapshot {
  const rows = pane.rows(engine.view, findings);
  const { name, title, unit, columns } = pane;
  return { name, title, unit, columns, rows, summary: pane.summary(engine.view, findings, rows), pending };
}
