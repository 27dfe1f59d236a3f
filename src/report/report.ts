import type { Engine } from '../engine/engine.ts';
import { severityRank, SEVERITIES, type Finding, type Severity } from '../model/finding.ts';
import type { Coverage } from '../model/coverage.ts';
import type { Pane, PaneSummary } from '../panes/pane.ts';
import type { Rule } from '../rules/rule.ts';
import type { BuiltRemedy } from '../remedy/built-remedy.ts';
import { waiverOf, type Waiver } from '../config/waivers.ts';
import { compareWithBaseline, compareWithBase, type Baseline, type BaselineComparison } from './baseline.ts';
import type { ConnectionChange } from './connection-change.ts';
import { holesOf, type Hole } from './holes.ts';
import { findingInScope, paneInScope, rowInScope, type Scope } from './scope.ts';
import { waiverNotes, type WaiverNotes } from './waiver-notes.ts';

/** What a report is made of. All formats are written from this one value. */
export interface Report {
  readonly generatedAt: number;
  readonly evaluatedAt: number;
  readonly source: ReportSource;
  readonly coverage: readonly CoverageLine[];
  /** Worst first; waived ones are among them, marked. Before `scope.severity` hides any. */
  readonly findings: readonly ReportedFinding[];
  /**
   * What stands in scope, worst first: beside `findings` also what other rules found than those asked for, and what the
   * state held before files were laid over it. Whatever speaks of the whole is made of these.
   */
  readonly standing: readonly StandingFinding[];
  readonly summary: ReportSummary;
  /** What could change a verdict and could not be read, one sentence each. */
  readonly holes: readonly Hole[];
  readonly baseline: BaselineComparison | null;
  readonly scope: Scope;
  /** What the files do to the connections of the state that they were laid over; null where that is not told. */
  readonly connections: ConnectionChange | null;
  readonly engine: Engine;
  readonly remedies: readonly BuiltRemedy[] | null;
  /** The rules that ran. */
  readonly rules: readonly Rule[];
  readonly waiverNotes: WaiverNotes;
}

interface ReportSource {
  readonly type: 'cluster' | 'files' | 'snapshot' | 'demo';
  readonly context: string | null;
  readonly server: string | null;
  readonly clusterUID: string | null;
  readonly user: string | null;
  readonly kubernetesVersion: string | null;
  readonly paths: readonly string[];
  /** The state that the files were laid over (`--onto`): a snapshot's path, or `cluster`; null where there is none. */
  readonly onto: string | null;
  readonly ruleSet: string;
  readonly configHash: string | null;
}

export interface CoverageLine extends Coverage {
  readonly objects: number;
}

interface StandingFinding {
  readonly finding: Finding;
  readonly waiver: Waiver | null;
}

export interface ReportedFinding extends StandingFinding {
  readonly baseline: 'new' | 'unchanged' | 'incomparable' | null;
  /** Milliseconds since the epoch; null where no baseline tells. */
  readonly firstSeen: number | null;
}

interface ReportSummary {
  readonly findings: Readonly<Record<Severity, number>>;
  readonly waived: number;
  readonly unknown: number;
  readonly panes: Readonly<Partial<Record<Pane['name'], PaneSummary>>>;
}

/** A state before files were laid over it, and what they do to its connections. */
export interface ReportBase {
  readonly findings: ReadonlyMap<string, Finding>;
  /** null where the report does not speak of them. */
  readonly connections: ConnectionChange | null;
}

export interface ReportOptions {
  readonly engine: Engine;
  readonly rules: readonly Rule[];
  readonly panes: readonly Pane[];
  readonly scope: Scope;
  readonly generatedAt: number;
  readonly source: ReportSource;
  readonly waivers: readonly Waiver[];
  readonly baseline: Baseline | null;
  /** The state that the files were laid over; null without `--onto`. */
  readonly base: ReportBase | null;
  /** Kinds whose absence from the picture the caller accepts. */
  readonly allowUnread: readonly string[];
  /** Builds what the report holds of remedies; null where none were asked for. */
  readonly buildRemedies: ((finding: Finding) => readonly BuiltRemedy[]) | null;
}

/** Puts a report together from a settled engine. */
export function makeReport(options: ReportOptions): Report {
  const { engine, scope, source } = options;
  const { view } = engine;
  const inScope = [...engine.findings.values()].filter((finding) => findingInScope(finding, scope, view));
  const where = { now: view.now, cluster: source.context ?? '' };
  const comparison = comparisonOf(options, inScope);
  const findings = inScope
    .map((finding): ReportedFinding => {
      const baseline = comparison === null ? null : (comparison.verdicts.get(finding.id) ?? 'new');
      const firstSeen = firstSeenOf(finding, baseline, options);
      return { finding, waiver: waiverOf(finding, options.waivers, where), baseline, firstSeen };
    })
    // Of files laid over a state, only what the merge adds is reported.
    .filter((one) => options.base === null || one.baseline === 'new')
    .sort(worstFirst);
  const standing = standingOf(options, findings, where);
  const coverage = view.coverage().map((one) => ({ ...one, objects: view.list(one.kind).length }));
  return {
    generatedAt: options.generatedAt,
    evaluatedAt: view.now,
    source,
    coverage,
    findings,
    standing,
    summary: summarise(options, findings, standing),
    holes: holesOf(options, coverage, findings),
    baseline: comparison,
    scope,
    connections: options.base?.connections ?? null,
    engine,
    remedies: remediesOf(options, findings),
    rules: options.rules,
    waiverNotes: waiverNotes([...engine.findings.values()], options.waivers, where),
  };
}

function standingOf(
  { engine, scope, base, waivers }: ReportOptions,
  findings: readonly ReportedFinding[],
  where: Parameters<typeof waiverOf>[2],
): readonly StandingFinding[] {
  if (base === null && scope.rules.length === 0) return findings;
  const whole = { ...scope, rules: [] };
  return [...engine.findings.values()]
    .filter((finding) => findingInScope(finding, whole, engine.view))
    .map((finding) => ({ finding, waiver: waiverOf(finding, waivers, where) }))
    .sort(worstFirst);
}

/** What a baseline did not hold is seen now for the first time. */
function firstSeenOf(
  { id }: Finding,
  verdict: ReportedFinding['baseline'],
  { baseline, engine }: ReportOptions,
): number | null {
  if (baseline === null) return null;
  if (verdict === 'new') return baseline.firstSeen.get(id) ?? engine.view.now;
  return verdict === 'unchanged' ? (baseline.firstSeen.get(id) ?? null) : null;
}

/** In order of finding; waived findings need none. */
function remediesOf(
  { buildRemedies }: ReportOptions,
  findings: readonly ReportedFinding[],
): readonly BuiltRemedy[] | null {
  if (buildRemedies === null) return null;
  return findings
    .filter((one) => one.waiver === null)
    .map((one) => one.finding)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap(buildRemedies)
    .filter((remedy) => remedy.refused === null);
}

function comparisonOf(options: ReportOptions, inScope: readonly Finding[]): BaselineComparison | null {
  const { base, baseline, scope, rules } = options;
  const { view } = options.engine;
  if (base !== null) {
    const before = [...base.findings.values()].filter((finding) => findingInScope(finding, scope, view));
    return compareWithBase(before, inScope);
  }
  return baseline === null ? null : compareWithBaseline(baseline, inScope, { view, scope, rules });
}

function worstFirst(a: StandingFinding, b: StandingFinding): number {
  return (
    severityRank(a.finding.severity) - severityRank(b.finding.severity) ||
    (a.finding.id < b.finding.id ? -1 : a.finding.id > b.finding.id ? 1 : 0)
  );
}

function summarise(
  options: ReportOptions,
  findings: readonly ReportedFinding[],
  standing: readonly StandingFinding[],
): ReportSummary {
  const counts = Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as Record<Severity, number>;
  let waived = 0;
  let unknown = 0;
  for (const { finding, waiver } of findings) {
    if (waiver !== null) waived += 1;
    else counts[finding.severity] += 1;
    if (finding.unknown === true) unknown += 1;
  }
  const { engine, scope } = options;
  const byPane = Map.groupBy(
    standing.filter((one) => one.waiver === null).map((one) => one.finding),
    (finding) => finding.pane,
  );
  const panes: Partial<Record<Pane['name'], PaneSummary>> = {};
  for (const pane of options.panes) {
    if (!paneInScope(pane.name, scope)) continue;
    const own = byPane.get(pane.name) ?? [];
    const rows = [...pane.rows(engine.view, own)].filter((row) => rowInScope(row, scope));
    panes[pane.name] = pane.summary(engine.view, own, rows);
  }
  return { findings: counts, waived, unknown, panes };
}
