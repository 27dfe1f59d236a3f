import { labelCoverage } from '../analyses/labels/label-coverage.ts';
import { isMirror, labelHealth } from '../analyses/labels/label-health.ts';
import { workloadNamespaces, workloads, type AnalysedWorkload } from '../analyses/workload/workloads.ts';
import { ageText } from '../kube/age.ts';
import { RECOMMENDED_LABELS } from '../kube/recommended-labels.ts';
import { severityRank, type Finding } from '../model/finding.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { namespaceCell, type CellText, type Pane, type Row } from './pane.ts';

/** Labels: workloads by what their labels lack or get wrong, and selectors that match nothing. */
export const labelsPane: Pane = {
  name: 'labels',
  title: 'Labels',
  about: 'Workloads whose labels are missing, misspelt or contradictory, and selectors that match nothing or too much.',
  unit: 'workloads',
  columns: [
    { name: 'SEVERITY', width: [8, 8] },
    { name: 'NAMESPACE', width: [9, 24] },
    { name: 'OBJECT', width: [16, 40] },
    { name: 'MISSING', width: [8, 56] },
    { name: 'SUSPECT', width: [8, 60] },
    { name: 'HAS', width: [3, 3], wide: true, align: 'right' },
    { name: 'IN NAMESPACE', width: [12, 16], wide: true, align: 'right' },
    { name: 'AGE', width: [4, 6], align: 'right' },
  ],
  rows: (view, findings) => {
    const bySubject = Map.groupBy(findings, subjectKey);
    const rows: Row[] = [];
    for (const namespace of workloadNamespaces(view)) {
      const share = shareText(view, namespace);
      for (const workload of workloads(view, namespace)) {
        const key = `${workload.ref.kind}/${namespace}/${workload.ref.name}`;
        const own = bySubject.get(key) ?? [];
        bySubject.delete(key);
        rows.push(workloadRow(view, workload, own, share));
      }
    }
    for (const own of bySubject.values()) {
      const subject = own[0]?.subject;
      if (subject === undefined) continue;
      const { kind, name } = subject;
      rows.push(
        row(view, own, { kind, namespace: subject.namespace ?? '', name, ...NO_WORKLOAD, created: null, labels: {} }),
      );
    }
    return rows;
  },
  summary: (_view, findings, rows) => {
    const judged = rows.filter((one) => isJudged(one));
    const lacking = judged.filter((one) => one.cells['MISSING']?.text !== NOTHING).length;
    const unmatched = findings.filter(
      (one) => one.rule === 'labels/selector-matches-nothing' && one.severity !== 'info',
    ).length;
    const mislabelled = new Set(findings.filter(isMislabelled).map(subjectKey)).size;
    const unagreed = new Set(findings.filter((one) => one.rule === 'labels/required-label').map(subjectKey)).size;
    const total = judged.length;
    const aside = [
      unagreed === 0 ? '' : `${unagreed} without required labels`,
      unmatched === 0 ? '' : `${unmatched} ${unmatched === 1 ? 'selector matches' : 'selectors match'} nothing`,
      mislabelled === 0 ? '' : `${mislabelled} mislabelled`,
    ];
    return {
      subjects: total,
      failing: lacking,
      headline: `${lacking} of ${total} workloads ${lacking === 1 ? 'misses' : 'miss'} recommended labels`,
      aside: aside.filter((part) => part !== '').join(', '),
      share: total === 0 ? null : (total - lacking) / total,
      activity: null,
    };
  },
};

const NOTHING = '-';
const NOT_APPLICABLE = 'n/a';
const MUTED: CellText = { text: '', tone: 'muted' };
/** The cells of an object that is no workload: recommended labels are not asked of it. */
const NO_WORKLOAD = { missing: MUTED, has: MUTED, share: MUTED } as const;

interface Subject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly missing: CellText;
  readonly has: CellText;
  readonly share: CellText;
  readonly created: number | null;
  readonly labels: Row['labels'];
}

/** Rules about something other than wrong labels. */
const OTHER_RULES: ReadonlySet<string> = new Set([
  'labels/missing-recommended',
  'labels/required-label',
  'labels/selector-matches-nothing',
  'labels/orphan-pod',
]);

function isMislabelled(finding: Finding): boolean {
  return !OTHER_RULES.has(finding.rule) && finding.unknown !== true;
}

/** Whether a row is a workload whose labels count. */
function isJudged(one: Row): boolean {
  const text = one.cells['MISSING']?.text;
  return text !== undefined && text !== '' && text !== NOT_APPLICABLE;
}

function workloadRow(
  view: ClusterView,
  workload: AnalysedWorkload,
  findings: readonly Finding[],
  share: CellText,
): Row {
  const { kind, namespace, name } = workload.ref;
  const { created, labels } = workload;
  if (isMirror(workload)) {
    const missing: CellText = { text: NOT_APPLICABLE, tone: 'muted' };
    return row(view, findings, { kind, namespace, name, missing, has: MUTED, share, created, labels });
  }
  const missing = labelHealth(workload).missing.map((label) => label.slice(label.indexOf('/') + 1));
  const total = RECOMMENDED_LABELS.length;
  return row(view, findings, {
    kind,
    namespace,
    name,
    missing: {
      text: missing.length === 0 ? NOTHING : missing.length === total ? `all ${total}` : missing.join(' '),
      tone: missing.length === 0 ? 'good' : 'plain',
    },
    has: { text: `${total - missing.length}/${total}`, tone: missing.length === 0 ? 'good' : 'plain' },
    share,
    created,
    labels,
  });
}

function row(view: ClusterView, findings: readonly Finding[], subject: Subject): Row {
  const own = findings.toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity));
  const known = own.find((finding) => finding.unknown !== true);
  const worst = known?.severity ?? (own.length > 0 ? ('unknown' as const) : null);
  const suspect = own.filter((finding) => finding.rule !== 'labels/missing-recommended').map(({ title }) => title);
  const { kind, namespace, name, missing, has, share, created, labels } = subject;
  return {
    key: `${kind}/${namespace}/${name}`,
    severity: worst,
    namespace,
    kind,
    name,
    findings: own.map((finding) => finding.id),
    cells: {
      SEVERITY: { text: worst ?? '-', tone: worst ?? 'muted' },
      NAMESPACE: namespaceCell(namespace),
      OBJECT: { text: `${kind} ${name}`, tone: 'plain' },
      MISSING: missing,
      SUSPECT: {
        text: suspect.length === 0 ? NOTHING : suspect.join('; '),
        tone: suspect.length === 0 ? 'muted' : 'warning',
      },
      HAS: has,
      'IN NAMESPACE': share,
      AGE: { text: ageText(view.now, created), tone: 'muted' },
    },
    created,
    labels,
  };
}

/** Workloads of the namespace with all recommended labels, and the share of labels that are there. */
function shareText(view: ClusterView, namespace: string): CellText {
  const found = labelCoverage(view).byNamespace.get(namespace);
  if (found === undefined) return MUTED;
  const percent = Math.round((100 * found.labels) / (found.workloads * RECOMMENDED_LABELS.length));
  const isComplete = found.complete === found.workloads;
  return { text: `${found.complete} of ${found.workloads}, ${percent} %`, tone: isComplete ? 'good' : 'plain' };
}

function subjectKey(finding: Finding): string {
  return `${finding.subject.kind}/${finding.subject.namespace ?? ''}/${finding.subject.name}`;
}
