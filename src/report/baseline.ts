import { kindInfo, kindOf, type Kind } from '../model/kind.ts';
import { SEVERITIES, severityRank, type Finding, type ObjectRef } from '../model/finding.ts';
import type { Rule } from '../rules/rule.ts';
import { sanitise } from '../kube/sanitise.ts';
import { deepEqual } from '../store/deep-equal.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import type { Scope } from './scope.ts';

/** An earlier JSON report, reduced to what a comparison needs. */
export interface Baseline {
  readonly findings: readonly BaselineFinding[];
  /** When each finding was first seen, as far as reports tell; milliseconds since the epoch, by id. */
  readonly firstSeen: ReadonlyMap<string, number>;
  /** What the earlier run read of each kind, by kind as k8sec names it. */
  readonly coverage: ReadonlyMap<string, BaselineCoverage>;
  readonly scope: BaselineScope;
  /** Milliseconds since the epoch; null where the report does not say. */
  readonly generatedAt: number | null;
  readonly clusterUID: string | null;
}

export interface BaselineFinding {
  readonly id: string;
  readonly rule: string;
  readonly severity: string;
  readonly title: string;
  readonly subject: ObjectRef;
  readonly unknown: boolean;
}

interface BaselineCoverage {
  readonly status: string;
  readonly namespaces: 'all' | readonly string[];
  /** Of Secrets: rules could see little of them. */
  readonly namesOnly: boolean;
}

/** `source.scope` of the report; what is absent was not narrowed. */
interface BaselineScope {
  readonly namespaces: 'all' | readonly string[];
  readonly selector: unknown;
  readonly panes: readonly string[];
  readonly rules: readonly string[];
}

export interface BaselineComparison {
  /** Whether the earlier report is of another cluster, so that nothing can be compared. */
  readonly isOfOther: boolean;
  readonly verdicts: ReadonlyMap<string, 'new' | 'unchanged' | 'incomparable'>;
  readonly resolved: readonly string[];
  readonly incomparable: readonly string[];
}

/** What is said of an earlier report of another cluster. */
export const OTHER_CLUSTER = 'the baseline is of another cluster: nothing can be compared';

/** An input that is no report of k8sec. */
export class BaselineError extends Error {}

/**
 * Reads a JSON report.
 *
 * @throws BaselineError where the text is no report of schema version 1
 */
export function parseBaseline(text: string, file: string): Baseline {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch {
    // V8's own message quotes the text.
    throw new BaselineError(`${file} is not JSON: a baseline is what --report -o json wrote`);
  }
  return baselineOf(report, file);
}

/**
 * The same from a report that was parsed already.
 *
 * @throws BaselineError where the value is no report of schema version 1
 */
export function baselineOf(report: unknown, file: string): Baseline {
  const value = report as {
    schemaVersion?: unknown;
    generatedAt?: unknown;
    findings?: unknown;
    coverage?: unknown;
    source?: unknown;
  } | null;
  if (value === null || typeof value !== 'object' || value.schemaVersion !== '1' || !Array.isArray(value.findings)) {
    throw new BaselineError(`${file} is no report of k8sec (schemaVersion "1" with findings is expected)`);
  }
  const findings = (value.findings as readonly Partial<BaselineFinding>[]).flatMap((one) =>
    typeof one.id === 'string' && typeof one.rule === 'string' && one.subject !== undefined
      ? [
          {
            id: sanitise(one.id, one.id.length + 1),
            rule: sanitise(one.rule),
            severity: cleaned(one.severity),
            title: cleaned(one.title),
            subject: subjectOf(one.subject),
            unknown: one.unknown === true,
          },
        ]
      : [],
  );
  const coverage = Array.isArray(value.coverage)
    ? (value.coverage as (Partial<BaselineCoverage> & { kind?: string })[])
    : [];
  const source = (value.source ?? {}) as { scope?: Partial<BaselineScope>; clusterUID?: unknown };
  const scope = source.scope ?? {};
  const generatedAt = timeOf(value.generatedAt);
  return {
    findings,
    firstSeen: new Map(
      (value.findings as readonly { readonly id?: unknown; readonly firstSeen?: unknown }[]).flatMap((one) => {
        const seen = timeOf(one.firstSeen) ?? generatedAt;
        return typeof one.id === 'string' && seen !== null
          ? [[sanitise(one.id, one.id.length + 1), seen] as const]
          : [];
      }),
    ),
    coverage: new Map(
      coverage.map(({ kind = '', status = '', namespaces = 'all', namesOnly }) => [
        kind,
        { status, namespaces, namesOnly: namesOnly === true },
      ]),
    ),
    scope: {
      namespaces: scope.namespaces ?? 'all',
      selector: scope.selector ?? null,
      panes: scope.panes ?? [],
      rules: scope.rules ?? [],
    },
    generatedAt,
    clusterUID: typeof source.clusterUID === 'string' ? source.clusterUID : null,
  };
}

/** Milliseconds since the epoch; null for what is no time. */
function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

function cleaned(value: unknown): string {
  return typeof value === 'string' ? sanitise(value) : '';
}

/** A report is read from a file that anybody may have written: nothing of it reaches a terminal as it stands. */
function subjectOf({ apiVersion, kind, namespace, name }: ObjectRef): ObjectRef {
  return {
    apiVersion: cleaned(apiVersion),
    kind: cleaned(kind),
    namespace: typeof namespace === 'string' ? sanitise(namespace) : null,
    name: cleaned(name),
  };
}

interface Now {
  readonly view: ClusterView;
  readonly scope: Scope;
  readonly rules: readonly Rule[];
}

/** Whether an earlier report is, for all that both say, of another cluster. */
function isOfOtherCluster({ clusterUID }: Baseline, view: ClusterView): boolean {
  const { clusterUID: own } = view.facts();
  return clusterUID !== null && own !== null && clusterUID !== own;
}

/**
 * Compares findings with an earlier report. What only one of the two runs asked for or could read is incomparable: a
 * finding that is gone because the kind is no longer readable was not resolved, and one that comes with a wider scope
 * is not new. One that weighs more than it did is new: what was accepted was less.
 */
export function compareWithBaseline(baseline: Baseline, findings: readonly Finding[], now: Now): BaselineComparison {
  const before = new Map(baseline.findings.map((finding) => [finding.id, finding]));
  const current = new Set(findings.map((finding) => finding.id));
  if (isOfOtherCluster(baseline, now.view)) {
    return {
      isOfOther: true,
      verdicts: new Map([...current].map((id) => [id, 'incomparable'])),
      resolved: [],
      incomparable: [...before.keys()].filter((id) => !current.has(id)).sort(),
    };
  }
  const needs = new Map(now.rules.map((rule) => [rule.id as string, rule.needs]));
  const namesOnly = new Set(now.view.coverage().flatMap((line) => (line.namesOnly === true ? line.kind : [])));
  const canRead = (kind: Kind, namespace: string | null): boolean =>
    !namesOnly.has(kind) &&
    now.view.readable(kind, kindInfo(kind).namespaced ? (namespace ?? undefined) : undefined).ok;
  const verdicts = new Map(
    findings.map((finding) => {
      const earlier = before.get(finding.id);
      if (earlier !== undefined) return [finding.id, verdictOf(earlier, finding)] as const;
      const namespace = namespaceOf(finding);
      const sameRights = decidingKinds(finding, needs.get(finding.rule) ?? []).every(
        (kind) => couldRead(baseline, kind, namespace) || !canRead(kind, namespace),
      );
      return [finding.id, wasInScope(baseline, finding, now) && sameRights ? 'new' : 'incomparable'] as const;
    }),
  );
  const resolved: string[] = [];
  const incomparable: string[] = [];
  for (const finding of baseline.findings) {
    if (current.has(finding.id)) continue;
    const namespace = namespaceOf(finding);
    const sameRights = decidingKinds(finding, needs.get(finding.rule) ?? []).every(
      (kind) => canRead(kind, namespace) || !couldRead(baseline, kind, namespace),
    );
    (isInScope(finding, baseline, now) && sameRights ? resolved : incomparable).push(finding.id);
  }
  return { isOfOther: false, verdicts, resolved: resolved.sort(), incomparable: incomparable.sort() };
}

function verdictOf(earlier: BaselineFinding, finding: Finding): 'new' | 'unchanged' | 'incomparable' {
  if (earlier.unknown !== (finding.unknown === true)) return 'incomparable';
  const severity = SEVERITIES.find((one) => one === earlier.severity);
  return severity !== undefined && severityRank(finding.severity) < severityRank(severity) ? 'new' : 'unchanged';
}

/** Compares with the state that files were laid over: what comes, or weighs more than before, is new. */
export function compareWithBase(before: readonly Finding[], findings: readonly Finding[]): BaselineComparison {
  const known = new Map(before.map((finding) => [finding.id, finding]));
  const current = new Set(findings.map((finding) => finding.id));
  return {
    isOfOther: false,
    verdicts: new Map(
      findings.map((finding) => {
        const earlier = known.get(finding.id);
        const isWorse =
          earlier === undefined ||
          severityRank(finding.severity) < severityRank(earlier.severity) ||
          (finding.unknown === true && earlier.unknown !== true);
        return [finding.id, isWorse ? 'new' : 'unchanged'] as const;
      }),
    ),
    resolved: before
      .map((finding) => finding.id)
      .filter((id) => !current.has(id))
      .sort(),
    incomparable: [],
  };
}

type Named = Pick<Finding, 'rule' | 'subject'>;

export function namespaceOf({ subject }: Named): string | null {
  return subject.kind === 'Namespace' ? subject.name : subject.namespace;
}

/** Whether the earlier run was asked for such a finding. */
function wasInScope({ scope }: Baseline, finding: Named, now: Now): boolean {
  const namespace = namespaceOf(finding) ?? '';
  return (
    (scope.namespaces === 'all' || scope.namespaces.includes(namespace) || finding.subject.kind === 'Actor') &&
    (scope.panes.length === 0 || scope.panes.includes(paneOf(finding))) &&
    (scope.rules.length === 0 || scope.rules.includes(finding.rule)) &&
    (scope.selector === null || deepEqual(scope.selector, now.scope.selector))
  );
}

/** Whether this run is asked for such a finding. */
function isInScope(finding: Named, baseline: Baseline, { scope }: Now): boolean {
  const namespace = namespaceOf(finding) ?? '';
  return (
    (scope.namespaces.length === 0 || scope.namespaces.includes(namespace) || finding.subject.kind === 'Actor') &&
    (scope.panes.length === 0 || scope.panes.some((pane) => pane === paneOf(finding))) &&
    (scope.rules.length === 0 || scope.rules.includes(finding.rule)) &&
    (scope.selector === null || deepEqual(scope.selector, baseline.scope.selector))
  );
}

function paneOf({ rule }: Named): string {
  return rule.slice(0, rule.indexOf('/'));
}

/** The kinds that decide a finding: its subject's own, and those that its rule needs. */
export function decidingKinds({ subject }: Named, needs: readonly Kind[]): readonly Kind[] {
  const own = kindOf(subject.apiVersion, subject.kind);
  return own === undefined ? needs : [...new Set([own, ...needs])];
}

/** Whether a run had read everything of a kind that a verdict in the namespace could need. */
export function couldRead({ coverage }: Pick<Baseline, 'coverage'>, kind: Kind, namespace: string | null): boolean {
  const line = coverage.get(kind);
  if (line === undefined || line.status === 'absent') return true;
  if ((line.status !== 'live' && line.status !== 'stale') || line.namesOnly) return false;
  return line.namespaces === 'all' || (namespace !== null && line.namespaces.includes(namespace));
}
