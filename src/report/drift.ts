import { ageText, dayText } from '../kube/age.ts';
import { severityRank, type Finding } from '../model/finding.ts';
import type { Row } from '../panes/pane.ts';
import type { Rule } from '../rules/rule.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { compareWithBaseline, OTHER_CLUSTER, type Baseline, type BaselineFinding } from './baseline.ts';
import { subjectText } from './finding-text.ts';
import type { Scope } from './scope.ts';

/** What became of the findings since an earlier report. */
export interface Drift {
  /** The worst first. */
  readonly fresh: readonly Finding[];
  readonly resolved: readonly BaselineFinding[];
  readonly unchanged: number;
  /** Findings that only one of the two could see; `all` where the reports are of different clusters. */
  readonly incomparable: readonly (Finding | BaselineFinding)[] | 'all';
}

/** Compares what is found now with a baseline. */
export function driftSince(
  baseline: Baseline,
  findings: readonly Finding[],
  now: { readonly view: ClusterView; readonly scope: Scope; readonly rules: readonly Rule[] },
): Drift {
  const { isOfOther, verdicts, resolved, incomparable } = compareWithBaseline(baseline, findings, now);
  if (isOfOther) return { fresh: [], resolved: [], unchanged: 0, incomparable: 'all' };
  const before = new Map(baseline.findings.map((finding) => [finding.id, finding]));
  const earlier = (ids: readonly string[]): readonly BaselineFinding[] => ids.flatMap((id) => before.get(id) ?? []);
  const those = (verdict: string): readonly Finding[] => findings.filter(({ id }) => verdicts.get(id) === verdict);
  return {
    fresh: those('new').toSorted(
      (a, b) => severityRank(a.severity) - severityRank(b.severity) || (a.id < b.id ? -1 : 1),
    ),
    resolved: earlier(resolved),
    unchanged: those('unchanged').length,
    incomparable: [...those('incomparable'), ...earlier(incomparable)],
  };
}

/** `3 new, 1 resolved, 140 unchanged, 2 incomparable`. */
export function driftSummary({ fresh, resolved, unchanged, incomparable }: Drift): string {
  if (incomparable === 'all') return OTHER_CLUSTER;
  return `${fresh.length} new, ${resolved.length} resolved, ${unchanged} unchanged, ${incomparable.length} incomparable`;
}

/** As many new findings hang on the row. */
const MOST_FINDINGS = 200;

/**
 * The drift as a row of the vigilance pane; its findings are the new ones.
 *
 * @param drift null while the cluster is still being read: what was not read yet would look resolved
 */
export function driftRow(baseline: Baseline, drift: Drift | null, view: ClusterView): Row {
  const fresh = drift?.fresh ?? [];
  const isOpen = drift === null || (fresh.length === 0 && drift.incomparable.length > 0);
  const severity = isOpen ? 'unknown' : (fresh[0]?.severity ?? null);
  const name = baseline.generatedAt === null ? 'baseline' : `of ${dayText(baseline.generatedAt)}`;
  return {
    key: 'Baseline//baseline',
    severity,
    namespace: '',
    kind: 'Baseline',
    name,
    findings: fresh.slice(0, MOST_FINDINGS).map((finding) => finding.id),
    cells: {
      SEVERITY: { text: severity ?? '-', tone: severity ?? 'muted' },
      NAMESPACE: { text: '-', tone: 'muted' },
      OBJECT: { text: `Baseline ${name}`, tone: 'plain' },
      LEVEL: { text: '-', tone: 'muted' },
      FOUND: {
        text: drift === null ? 'compared once everything was read' : driftSummary(drift),
        tone: 'plain',
      },
      AGE: { text: ageText(view.now, baseline.generatedAt), tone: 'muted' },
    },
    created: baseline.generatedAt,
    labels: {},
  };
}

/** The drift for a person, finding by finding; what stayed is counted. */
export function driftText(baseline: Baseline, drift: Drift): string {
  const since = baseline.generatedAt === null ? '' : ` since ${dayText(baseline.generatedAt)}`;
  const incomparable = drift.incomparable === 'all' ? [] : drift.incomparable;
  return [
    `drift${since}: ${driftSummary(drift)}`,
    ...section('NEW', '+', drift.fresh),
    ...section('RESOLVED', '-', drift.resolved),
    ...section('INCOMPARABLE: only one of the two asked for it or could read it', '?', incomparable),
    '',
  ].join('\n');
}

function section(title: string, mark: string, findings: readonly (Finding | BaselineFinding)[]): readonly string[] {
  if (findings.length === 0) return [];
  return [
    '',
    title,
    ...findings.map((one) => ` ${mark} ${one.severity.padEnd(8)} ${one.rule}  ${subjectText(one)}: ${one.title}`),
  ];
}
