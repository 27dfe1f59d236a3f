import { ownership } from '../analyses/labels/ownership.ts';
import type { Engine } from '../engine/engine.ts';
import type { Change } from '../model/change.ts';
import { PANES, type Finding, type PaneName } from '../model/finding.ts';
import type { Pane, Row } from '../panes/pane.ts';
import type { Rule } from '../rules/rule.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { ChangeFeed } from './change-feed.ts';
import { connectionOf } from './connection.ts';
import { EngineRunner } from './engine-runner.ts';
import { FirstReading, mayShow } from './first-reading.ts';
import { PaneEvaluation } from './pane-evaluation.ts';
import { earlierChanges } from './earlier-changes.ts';
import { RightsFeed } from './rights-feed.ts';
import type { EarlierChange, SessionSnapshot } from './session-model.ts';
import { WrittenFeed } from './written-feed.ts';
import { WHOLE_CLUSTER, type SessionScope } from './session-scope.ts';
import type { SessionClock, SessionSource } from './session-source.ts';
import { Turns } from './turns.ts';
import { waitUntil } from './wait-until.ts';

/** At most two pictures a second of background data. */
const PERIOD = 500;
/** And never more than a twentieth of a processor for making them, of what somebody wrote a quarter: it is looked for. */
const DUTY = 20;
const DUTY_WRITTEN = 4;
/** Unless what is shown would get too old. */
const LONGEST_PERIOD = 5000;
/** The first rows shall not wait for half a second. */
const FIRST_PERIOD = 80;
/** A stream of changes is judged all the time; only what lags behind is worth a word, milliseconds. */
const LONG_JUDGING = 2000;

/**
 * Rows of a pane that are about all findings rather than about one object.
 *
 * @param isWhole whether everything was read and judged
 */
export type RowsBeside = (
  pane: PaneName,
  findings: ReadonlyMap<string, Finding>,
  view: ClusterView,
  isWhole: boolean,
) => readonly Row[];

/** What every world is made with. */
export interface WorldParts {
  readonly rules: readonly Rule[];
  readonly panes: readonly Pane[];
  readonly scope?: SessionScope;
  readonly clock: SessionClock;
  readonly rowsBeside?: RowsBeside;
  readonly firstSeen?: SessionSnapshot['firstSeen'];
}

/** What a world tells its model. */
export interface WorldEvents {
  focus(): PaneName | null;
  publish(): void;
}

/** One cluster as it is followed, from its source to the picture of it. */
export class SessionWorld {
  readonly source: SessionSource;
  readonly runner: EngineRunner;
  readonly #events: WorldEvents;
  readonly #clock: SessionClock;
  readonly #evaluation: PaneEvaluation;
  readonly #rowsBeside: RowsBeside;
  readonly #firstSeen: SessionSnapshot['firstSeen'];
  readonly #feed = new ChangeFeed();
  readonly #rights = new RightsFeed();
  readonly #written = new WrittenFeed();
  #earlier: readonly EarlierChange[] = [];
  readonly #started: number;
  #failure = '';
  /** Counts what the engine did; panes evaluated at the present version are current. */
  #version = 0;
  readonly #scope: SessionScope;
  readonly #reading: FirstReading;
  #isAuditPending: boolean;
  #planned: { readonly at: number; readonly cancel: () => void } | undefined;
  #lastPicture = 0;
  #cost = 0;
  #isDrawing = false;
  /** Whether somebody wrote something that no picture shows yet. */
  #isWritten = false;
  /** Whether every pane has once been made of all that the first reading found. */
  #wasWhole = false;
  #isStopped = false;
  /** Those that the panes of the last picture were made of. */
  #findings: ReadonlyMap<string, Finding> = new Map();

  constructor(parts: WorldParts, source: SessionSource, events: WorldEvents) {
    this.source = source;
    this.#events = events;
    this.#clock = parts.clock;
    this.#started = parts.clock.now();
    this.#scope = parts.scope ?? WHOLE_CLUSTER;
    this.#reading = new FirstReading(parts.rules);
    this.#isAuditPending = source.hasAuditLog;
    this.#rowsBeside = parts.rowsBeside ?? (() => []);
    this.#firstSeen = parts.firstSeen ?? new Map();
    this.#evaluation = new PaneEvaluation(parts.panes, parts.clock);
    this.runner = new EngineRunner(parts.rules, parts.clock, (isWritten) => this.#onWork(isWritten));
  }

  start(): void {
    this.source.start({
      apply: (changes) => this.#apply(changes),
      fail: (reason) => {
        this.#failure = reason;
        this.schedule();
      },
      note: (text) => {
        this.#feed.note(text, this.#clock.now());
        this.schedule();
      },
    });
  }

  tick(): void {
    this.runner.tick();
  }

  /**
   * Plans the next picture.
   *
   * @param notBefore milliseconds since the epoch
   */
  schedule(notBefore = 0): void {
    if (this.#isStopped || this.#isDrawing) return;
    const rest = this.#cost * (this.#isWritten ? DUTY_WRITTEN : DUTY);
    const period = this.#lastPicture === 0 ? FIRST_PERIOD : Math.min(Math.max(PERIOD, rest), LONGEST_PERIOD);
    const at = Math.max(this.#lastPicture + period, notBefore);
    if (this.#planned !== undefined && this.#planned.at <= at) return;
    this.#planned?.cancel();
    const wait = Math.max(0, waitUntil(this.#clock, at, LONGEST_PERIOD));
    this.#planned = { at, cancel: this.#clock.after(wait, () => void this.#draw()) };
  }

  /** The picture of what is known now. */
  picture(revision: number): SessionSnapshot {
    const { engine, unsettledSince } = this.runner;
    const { view } = engine;
    const facts = view.facts();
    const coverage = view.coverage();
    return {
      revision,
      now: this.#clock.now(),
      connection: connectionOf(coverage, facts, this.#failure, this.#started),
      facts,
      coverage,
      panes: this.#evaluation.snapshots(),
      findings: this.#findings,
      firstSeen: this.#firstSeen,
      opened: this.#feed.opened,
      objects: view.store.size(),
      namespaces: namespacesOf(engine).filter((name) => this.#scope.namespace(name)),
      ownership: ownership(view),
      scope: this.#scope.text,
      feed: this.#feed.entries,
      earlier: this.#earlier,
      failures: unsettledSince === null ? engine.failures().map((one) => `${one.rule}: ${one.message}`) : [],
      judging: !this.#wasWhole || (unsettledSince !== null && this.#clock.now() - unsettledSince > LONG_JUDGING),
    };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#planned?.cancel();
    this.runner.stop();
    await this.source.stop();
  }

  #apply(changes: readonly Change[]): void {
    if (this.#isStopped) return;
    if (this.#failure !== '' && changes.some((change) => change.type === 'coverage')) {
      this.#failure = '';
      this.schedule();
    }
    if (changes.some((change) => change.type === 'audit')) this.#isAuditPending = false;
    this.runner.push(changes);
  }

  #onWork(isWritten: boolean): void {
    this.#version += 1;
    this.#isWritten ||= isWritten;
    if (this.runner.unsettledSince === null) this.#takeChanges();
    this.schedule();
  }

  /** What the first reading finds was there before; only what comes after it is news. */
  #takeChanges(): void {
    const { engine } = this.runner;
    const { opened, closed } = engine.takeChanges();
    const { view } = engine;
    const isNews = (finding: Finding): boolean =>
      this.#reading.isOver && this.#reading.pending(finding.pane).length === 0 && this.#scope.finding(finding, view);
    const news = { opened: opened.filter(isNews), closed: closed.filter(isNews) };
    this.#feed.add(news, this.#clock.now());
    const wasOver = this.#reading.isOver;
    this.#reading.observe({ coverage: view.coverage(), facts: view.facts(), isAuditPending: this.#isAuditPending });
    if (this.#reading.isOver) this.#takeWrites();
    if (!wasOver && this.#reading.isOver) {
      this.runner.follow();
      this.#earlier = earlierChanges(view).filter(({ object }) => this.#scope.namespace(object.namespace ?? ''));
    }
  }

  #takeWrites(): void {
    const now = this.#clock.now();
    const { view } = this.runner.engine;
    const inScope = (namespace: string): boolean => this.#scope.namespace(namespace);
    const written = this.#written.take(view, now, inScope);
    this.#feed.tell(written.added, 'objects were written', now);
    const rights = this.#rights.take(view, now, inScope);
    this.#feed.tell(rights.added, 'subjects gained or lost rights', now);
    this.#feed.replace([...written.attributed, ...rights.attributed]);
  }

  /** The findings that are true already, and in scope: by id, and by pane. */
  async #shown(pending: ReadonlyMap<PaneName, readonly string[]>): Promise<{
    readonly findings: ReadonlyMap<string, Finding>;
    readonly byPane: ReadonlyMap<PaneName, readonly Finding[]>;
    /** Milliseconds of processor time that it took, without what others took meanwhile. */
    readonly cost: number;
  }> {
    const turns = new Turns(this.#clock);
    const { engine } = this.runner;
    const findings = new Map<string, Finding>();
    const byPane = new Map(PANES.map((pane): [PaneName, Finding[]] => [pane, []]));
    for (const finding of engine.findings.values()) {
      if (turns.isOver) await turns.next();
      if (!mayShow(finding, pending) || !this.#scope.finding(finding, engine.view)) continue;
      findings.set(finding.id, finding);
      byPane.get(finding.pane)?.push(finding);
    }
    await turns.next();
    return { findings, byPane, cost: turns.cost };
  }

  async #draw(): Promise<void> {
    this.#planned = undefined;
    this.#isDrawing = true;
    const isWritten = this.#isWritten;
    this.#isWritten = false;
    const release = this.runner.hold();
    const version = this.#version;
    const isWhole = this.runner.unsettledSince === null && this.#reading.isOver;
    const { view } = this.runner.engine;
    const pending = this.#reading.allPending();
    const shown = await this.#shown(pending);
    const { findings, byPane } = shown;
    this.#findings = findings;
    const { due, cost } = await this.#evaluation.run(
      view,
      {
        findings: byPane,
        scope: this.#scope,
        pending,
        version,
        rowsBeside: (pane) => this.#rowsBeside(pane, findings, view, isWhole),
      },
      // The first whole picture is one of all panes, so that what was read is not said to be judged for longer. What
      // somebody wrote is looked for in the figures of the tabs, too.
      isWritten || (isWhole && !this.#wasWhole) ? null : this.#events.focus(),
    );
    release();
    this.#isDrawing = false;
    if (this.#isStopped) return;
    this.#wasWhole ||= isWhole;
    this.#lastPicture = this.#clock.now();
    const spent = this.#clock.spent();
    this.#events.publish();
    this.#cost = shown.cost + cost + this.#clock.spent() - spent;
    if (version !== this.#version) this.schedule();
    // Where the cluster goes on changing, they come along with the next picture.
    else if (due !== null) this.schedule(this.#wasWhole ? due + PERIOD : due);
  }
}

function namespacesOf(engine: Engine): readonly string[] {
  const { store } = engine.view;
  const named = store.list('Namespace').map((one) => one.name);
  return named.length > 0 ? named : store.namespaces('Pod');
}
