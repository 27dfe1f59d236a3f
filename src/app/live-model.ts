import type { Engine } from '../engine/engine.ts';
import type { Finding, ObjectRef, PaneName } from '../model/finding.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import type { Pane } from '../panes/pane.ts';
import type { BuiltRemedy } from '../remedy/built-remedy.ts';
import type { Rule } from '../rules/rule.ts';
import { describeObject } from './describe-object.ts';
import { questionGroups } from './question-list.ts';
import { relatedThings, type RelatedGroup } from './related.ts';
import type { ContextName, Refusals, SessionModel, SessionSnapshot } from './session-model.ts';
import type { SessionScope } from './session-scope.ts';
import type { SessionClock, SessionSource } from './session-source.ts';
import { SessionWorld, type RowsBeside } from './session-world.ts';
import { waitUntil } from './wait-until.ts';

/** What a live model is made of. */
export interface LiveModelOptions {
  /** Opens the source of a context; null: the one that the flags name. Must not wait. */
  open(context: string | null): SessionSource;
  readonly rules: readonly Rule[];
  readonly panes: readonly Pane[];
  /** The whole cluster where it is left out. */
  readonly scope?: SessionScope;
  readonly rowsBeside?: RowsBeside;
  /** Since when findings are known, by id. */
  readonly firstSeen?: SessionSnapshot['firstSeen'];
  /** Builds and proves the remedies of a finding; the engine is settled. */
  buildRemedies(engine: Engine, finding: Finding): readonly BuiltRemedy[];
  /** Which of the remedies of a finding cannot be had, and why; the engine is settled. */
  refusalsOf(view: ClusterView, finding: Finding): ReadonlyMap<string, string>;
  /** The remedies of several findings as one, where there are more than one; the engine is settled. */
  joinRemedies(engine: Engine, findings: readonly Finding[]): BuiltRemedy | undefined;
  /** Evaluates the YAML that a person made of a remedy; the engine is settled. */
  evaluate(engine: Engine, remedy: BuiltRemedy, yaml: string): Promise<BuiltRemedy>;
  /** Answers a question over the settled engine. */
  ask(words: readonly string[], engine: Engine): Promise<string>;
  listContexts(): Promise<readonly ContextName[]>;
  readonly clock: SessionClock;
}

/** Ages and what depends on time, where nothing else changes. */
const TICK = 30_000;

/** For how long the connection is lost stands in the header, at first in seconds (`ageText`). */
const TOLD_IN_SECONDS = 120_000;

/** The session's model over a living engine. */
export class LiveModel implements SessionModel {
  readonly #options: LiveModelOptions;
  readonly #listeners = new Set<() => void>();
  #world: SessionWorld;
  #focus: PaneName | null = null;
  #snapshot: SessionSnapshot;
  #endTicks: () => void;
  #endAgeing: (() => void) | null = null;

  constructor(options: LiveModelOptions) {
    this.#options = options;
    this.#endTicks = () => undefined;
    this.#world = this.#openWorld(null);
    this.#snapshot = this.#world.picture(1);
    this.#world.start();
    this.#tick();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  snapshot(): SessionSnapshot {
    return this.#snapshot;
  }

  focus(pane: PaneName | null): void {
    this.#focus = pane;
    this.#world.schedule();
  }

  async remediesFor(ids: readonly string[]): Promise<readonly BuiltRemedy[]> {
    const { runner } = this.#world;
    const remedies: BuiltRemedy[] = [];
    const findings: Finding[] = [];
    for (const id of ids) {
      await runner.settled();
      const finding = runner.engine.findings.get(id);
      if (finding !== undefined) {
        findings.push(finding);
        remedies.push(...this.#options.buildRemedies(runner.engine, finding));
      }
      await new Promise<void>((resolve) => this.#options.clock.soon(resolve));
    }
    // Several findings of one object may have one remedy.
    const different = [...new Map(remedies.map((one) => [`${one.id} ${one.refused ?? one.yaml}`, one])).values()];
    if (findings.length < 2) return different;
    await runner.settled();
    const joint = this.#options.joinRemedies(runner.engine, findings);
    return joint === undefined ? different : [joint, ...different];
  }

  async refusalsOf(ids: readonly string[]): Promise<Refusals> {
    const { runner } = this.#world;
    const refusals = new Map<Finding, ReadonlyMap<string, string>>();
    for (const id of ids) {
      await runner.settled();
      const { findings, view } = runner.engine;
      const finding = findings.get(id);
      if (finding !== undefined) refusals.set(finding, this.#options.refusalsOf(view, finding));
      await new Promise<void>((resolve) => this.#options.clock.soon(resolve));
    }
    return refusals;
  }

  async evaluate(remedy: BuiltRemedy, yaml: string): Promise<BuiltRemedy> {
    const { runner } = this.#world;
    await runner.settled();
    return this.#options.evaluate(runner.engine, remedy, yaml);
  }

  fetchYaml(object: ObjectRef): Promise<string> {
    return this.#world.source.fetchYaml(object);
  }

  async related(object: ObjectRef): Promise<readonly RelatedGroup[]> {
    const { runner } = this.#world;
    await runner.settled();
    const { view } = runner.engine;
    return object.kind === 'Question' ? questionGroups(view, object.name) : relatedThings(view, object);
  }

  async describe(object: ObjectRef): Promise<string> {
    const { engine } = this.#world.runner;
    return describeObject(engine.view, object, engine.findings.values());
  }

  dryRun(yaml: string): Promise<string> {
    return this.#world.source.dryRun(yaml);
  }

  async ask(words: readonly string[]): Promise<string> {
    const { runner } = this.#world;
    await runner.settled();
    return this.#options.ask(words, runner.engine);
  }

  listContexts(): Promise<readonly ContextName[]> {
    return this.#options.listContexts();
  }

  async switchContext(name: string): Promise<void> {
    const old = this.#world;
    this.#world = this.#openWorld(name);
    this.#publish();
    this.#world.start();
    // A dead cluster may take long to let go; nobody waits for it.
    await old.stop();
  }

  refresh(): void {
    this.#world.source.refresh();
  }

  async stop(): Promise<void> {
    this.#endTicks();
    this.#endAgeing?.();
    this.#listeners.clear();
    await this.#world.stop();
  }

  #openWorld(context: string | null): SessionWorld {
    const world: SessionWorld = new SessionWorld(this.#options, this.#options.open(context), {
      focus: () => this.#focus,
      publish: () => {
        if (this.#world === world) this.#publish();
      },
    });
    return world;
  }

  #publish(): void {
    this.#snapshot = this.#world.picture(this.#snapshot.revision + 1);
    for (const listener of this.#listeners) listener();
    this.#age();
  }

  /** Counts the seconds for which the connection is lost, where nothing else changes. */
  #age(): void {
    const { connection, now } = this.#snapshot;
    if (this.#endAgeing !== null || connection.status !== 'stale' || now - connection.since >= TOLD_IN_SECONDS) return;
    this.#endAgeing = this.#options.clock.after(1000, () => {
      this.#endAgeing = null;
      this.#publish();
    });
  }

  /** Time passes: at the next moment that a verdict waits for, at the latest after half a minute. */
  #tick(): void {
    const { clock } = this.#options;
    const alarm = this.#world.runner.engine.view.nextAlarm() ?? Infinity;
    const wait = Math.max(1000, waitUntil(clock, alarm, TICK));
    this.#endTicks = clock.after(wait, () => {
      this.#world.tick();
      this.#tick();
    });
  }
}
