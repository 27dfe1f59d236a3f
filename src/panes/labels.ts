import { judgedNamespaces, labelCoverage } from '../analyses/labels/label-coverage.ts';
import { isMirror, labelHealth } from '../analyses/labels/label-health.ts';
import { labelledObjects, missingLabels, type AroundObject } from '../analyses/labels/labelled-objects.ts';
import { workloads, type AnalysedWorkload } from '../analyses/workload/workloads.ts';
import { ageText } from '../kube/age.ts';
import { RECOMMENDED_LABELS, type RecommendedLabel } from '../kube/recommended-labels.ts';
import { severityRank, type Finding } from '../model/finding.ts';
import { AROUND_KINDS, kindInfo, OPT_IN_KINDS } from '../model/kind.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { FindingsOfNamespaces, FindingsOfSubjects } from './findings-of-subjects.ts';
import { keptRows } from './kept-rows.ts';
import { namespaceCell, type CellText, type Pane, type Row } from './pane.ts';

/** Labels: workloads and objects around them by what their labels lack or get wrong, and selectors that match nothing. */
export const labelsPane: Pane = {
  name: 'labels',
  title: 'Labels',
  about:
    'Workloads, and the objects around them, whose labels are missing, misspelt or contradictory, and selectors that match nothing or too much.',
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
  *rows(view, findings) {
    const byNamespace = new FindingsOfNamespaces(findings);
    for (const namespace of judgedNamespaces(view)) {
      const { text, tone } = shareText(view, namespace);
      const around = labelledObjects(view, namespace);
      const own = byNamespace.take(namespace);
      yield* namespaceRows(workloads(view, namespace), own, namespace, around, text, tone, view.now);
    }
    for (const own of byNamespace.rest()) yield* new FindingsOfSubjects(own).rest(otherRow);
  },
  summary: (_view, findings, rows) => {
    const { workload: judged = [], around = [] } = Object.groupBy(rows.filter(isJudged), ({ kind }) =>
      AROUND.has(kind) ? 'around' : 'workload',
    );
    const lacking = judged.filter(isLacking).length;
    const lackingAround = around.filter(isLacking).length;
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
      lackingAround === 0 ? '' : `${lackingAround} of ${around.length} objects around them too`,
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
/** The kinds of object around workloads, which the headline does not count. */
const AROUND: ReadonlySet<string> = new Set([...AROUND_KINDS, ...OPT_IN_KINDS]);
/** The cells of an object of which recommended labels are not asked. */
const NOT_JUDGED = {
  missing: MUTED,
  has: MUTED,
  share: MUTED,
  age: ageText(0, null),
  created: null,
  labels: {},
} as const;

interface Subject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly missing: CellText;
  readonly has: CellText;
  readonly share: CellText;
  readonly age: string;
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

function isLacking(one: Row): boolean {
  return one.cells['MISSING']?.text !== NOTHING;
}

function isMislabelled(finding: Finding): boolean {
  return !OTHER_RULES.has(finding.rule) && finding.unknown !== true;
}

/** Whether a row is an object whose labels count. */
function isJudged(one: Row): boolean {
  const text = one.cells['MISSING']?.text;
  return text !== undefined && text !== '' && text !== NOT_APPLICABLE;
}

const namespaceRows = keptRows(makeNamespaceRows);

/** The rows of a namespace: its workloads, the objects around them, and what else findings are about. */
function makeNamespaceRows(
  own: readonly AnalysedWorkload[],
  findings: readonly Finding[],
  namespace: string,
  around: readonly AroundObject[],
  text: string,
  tone: CellText['tone'],
  now: number,
): readonly Row[] {
  const bySubject = new FindingsOfSubjects(findings);
  const rows = own.map((workload) => {
    const { kind, name } = workload.ref;
    return workloadRow(workload, bySubject.take(kind, namespace, name), text, tone, ageText(now, workload.created));
  });
  for (const object of around) {
    const found = bySubject.take(kindInfo(object.kind).kind, namespace, object.name);
    rows.push(objectRow(object, found, text, tone, ageText(now, object.created)));
  }
  return [...rows, ...bySubject.rest(otherRow)];
}

const workloadRow = keptRows(makeWorkloadRow);

function makeWorkloadRow(
  workload: AnalysedWorkload,
  findings: readonly Finding[],
  text: string,
  tone: CellText['tone'],
  age: string,
): Row {
  const { created, labels } = workload;
  const cells = isMirror(workload)
    ? ({ missing: { text: NOT_APPLICABLE, tone: 'muted' }, has: MUTED } as const)
    : labelCells(labelHealth(workload).missing);
  return row(findings, { ...workload.ref, ...cells, share: { text, tone }, age, created, labels });
}

const objectRow = keptRows(makeObjectRow);

function makeObjectRow(
  object: AroundObject,
  findings: readonly Finding[],
  text: string,
  tone: CellText['tone'],
  age: string,
): Row {
  const { namespace, name, created, labels } = object;
  const { kind } = kindInfo(object.kind);
  const cells = labelCells(missingLabels(labels));
  return row(findings, { kind, namespace, name, ...cells, share: { text, tone }, age, created, labels });
}

const otherRow = keptRows(({ subject: { kind, namespace, name } }: Finding, findings: readonly Finding[]): Row => {
  return row(findings, { kind, namespace: namespace ?? '', name, ...NOT_JUDGED });
});

function labelCells(missing: readonly RecommendedLabel[]): Pick<Subject, 'missing' | 'has'> {
  const total = RECOMMENDED_LABELS.length;
  const tone = missing.length === 0 ? 'good' : 'plain';
  const names = missing.map((label) => label.slice(label.indexOf('/') + 1)).join(' ');
  const text = missing.length === 0 ? NOTHING : missing.length === total ? `all ${total}` : names;
  return { missing: { text, tone }, has: { text: `${total - missing.length}/${total}`, tone } };
}

function row(findings: readonly Finding[], subject: Subject): Row {
  const own = findings.toSorted((a, b) => rankOf(a) - rankOf(b));
  const [first] = own;
  const worst = first === undefined ? null : first.unknown === true ? ('unknown' as const) : first.severity;
  const suspect = own.filter((finding) => finding.rule !== 'labels/missing-recommended').map(({ title }) => title);
  const { kind, namespace, name, missing, has, share, age, created, labels } = subject;
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
      AGE: { text: age, tone: 'muted' },
    },
    created,
    labels,
  };
}

/** What is not known may be worse than what is low. */
function rankOf({ severity, unknown }: Finding): number {
  return unknown === true ? severityRank('medium') + 0.5 : severityRank(severity);
}

/** Objects of the namespace with all recommended labels, and the share of labels that are there. */
function shareText(view: ClusterView, namespace: string): CellText {
  const found = labelCoverage(view).byNamespace.get(namespace);
  if (found === undefined) return MUTED;
  const percent = Math.round((100 * found.labels) / (found.objects * RECOMMENDED_LABELS.length));
  const isComplete = found.complete === found.objects;
  return { text: `${found.complete} of ${found.objects}, ${percent} %`, tone: isComplete ? 'good' : 'plain' };
}

function subjectKey(finding: Finding): string {
  return `${finding.subject.kind}/${finding.subject.namespace ?? ''}/${finding.subject.name}`;
}
