import { countText } from '../kube/count-text.ts';
import { enforcement } from '../analyses/network/enforcement.ts';
import { exposures, exposureText } from '../analyses/network/exposure.ts';
import {
  classIsolation,
  workloadIsolation,
  type ClassIsolation,
  type WorkloadVerdict,
} from '../analyses/network/isolation.ts';
import { allNamespaces } from '../analyses/network/namespace-labels.ts';
import { workloads, type AnalysedWorkload } from '../analyses/workload/workloads.ts';
import { ageText } from '../kube/age.ts';
import { severityRank, type Finding } from '../model/finding.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { FindingsOfNamespaces, FindingsOfSubjects } from './findings-of-subjects.ts';
import { keptRows } from './kept-rows.ts';
import { namespaceCell, type CellText, type Pane, type Row, type Tone } from './pane.ts';

const NOTHING: CellText = { text: '-', tone: 'muted' };

/** The rule whose finding decides what all others mean. */
const NOT_ENFORCED = 'network/not-enforced';

/** Network: pods that no policy protects, and policies that do not say what they seem to. */
export const networkPane: Pane = {
  name: 'network',
  title: 'Network',
  about:
    'Workloads and the network policies that decide about their pods: which are isolated, who may reach them and whom they may reach, and what leads to them from outside.',
  unit: 'workloads',
  columns: [
    { name: 'SEVERITY', width: [8, 8] },
    { name: 'NAMESPACE', width: [9, 20] },
    { name: 'WORKLOAD', width: [16, 40] },
    { name: 'PODS', width: [4, 6], align: 'right' },
    { name: 'INGRESS', width: [8, 16] },
    { name: 'EGRESS', width: [8, 16] },
    { name: 'EXPOSED BY', width: [10, 24] },
    { name: 'POLICIES', width: [12, 48] },
    { name: 'AGE', width: [4, 6], align: 'right' },
  ],
  *rows(view, findings) {
    const byNamespace = new FindingsOfNamespaces(findings);
    for (const namespace of allNamespaces(view)) {
      yield* rowsIn(judgedWorkloads(view, namespace), byNamespace.take(namespace), namespace, view.now);
    }
    for (const own of byNamespace.rest()) yield* new FindingsOfSubjects(own).rest(objectRow);
  },
  summary: (view, _findings, rows) => {
    const counts = podCounts(view, new Set(rows.map((row) => row.key)));
    const { status, by } = enforcement(view);
    const everyone = counts.everyone === 0 ? '' : `, ${countText(counts.everyone)} of them let everyone in`;
    const unknown = counts.unknown === 0 ? '' : `, ${countText(counts.unknown)} unknown`;
    // Without enforcement the figures mean something else, so that this leads.
    const lead = { yes: '', no: 'not enforced; by policy ', unknown: 'enforcement unknown; by policy ' }[status];
    return {
      subjects: rows.length,
      failing: rows.filter((row) => row.severity !== null && row.severity !== 'info' && row.severity !== 'unknown')
        .length,
      headline:
        counts.judged === 0
          ? emptyHeadline(view)
          : `${lead}${countText(counts.isolated)} of ${countText(counts.judged)} pods isolated for ingress${everyone}${unknown}`,
      aside: status === 'yes' ? `enforced (${by})` : '',
      share: status === 'yes' && counts.judged > 0 ? (counts.isolated - counts.everyone) / counts.judged : null,
      activity: null,
    };
  },
};

/** A workload and what its row and the headline tell of it. */
interface JudgedWorkload {
  /** The key of its row. */
  readonly id: string;
  readonly workload: AnalysedWorkload;
  readonly verdicts: ReturnType<typeof workloadIsolation>;
  readonly exposed: ReturnType<typeof exposures>;
  readonly pods: PodCounts;
}

/** From one picture to the next, most namespaces are the same: one look tells, instead of three for each workload. */
function judgedWorkloads(view: ClusterView, namespace: string): readonly JudgedWorkload[] {
  return view.derive('network-pane', namespace, (inner) =>
    workloads(inner, namespace).map((workload) => ({
      id: key(workload.ref.kind, namespace, workload.ref.name),
      workload,
      verdicts: workloadIsolation(inner, workload),
      exposed: exposures(inner, workload),
      pods: countPods(classIsolation(inner, workload.ref)),
    })),
  );
}

/** Of pods that policies apply to; a template of files counts as one. */
interface PodCounts {
  readonly judged: number;
  readonly isolated: number;
  readonly everyone: number;
  readonly unknown: number;
}

/** The pods of the workloads shown. */
function podCounts(view: ClusterView, shown: ReadonlySet<string>): PodCounts {
  const total = { judged: 0, isolated: 0, everyone: 0, unknown: 0 };
  for (const namespace of allNamespaces(view)) {
    for (const { id, pods } of judgedWorkloads(view, namespace)) {
      if (!shown.has(id)) continue;
      total.judged += pods.judged;
      total.isolated += pods.isolated;
      total.everyone += pods.everyone;
      total.unknown += pods.unknown;
    }
  }
  return total;
}

function countPods(own: readonly ClassIsolation[]): PodCounts {
  const counts = { judged: 0, isolated: 0, everyone: 0, unknown: 0 };
  for (const { podClass, ingress } of own) {
    if (ingress.status === 'not-applicable') continue;
    const pods = Math.max(1, podClass.pods.length);
    counts.judged += pods;
    if (ingress.status === 'isolated') counts.isolated += pods;
    if (ingress.status === 'unknown') counts.unknown += pods;
    if (ingress.everyone) counts.everyone += pods;
  }
  return counts;
}

function emptyHeadline(view: ClusterView): string {
  const readable = view.readable('Pod');
  return readable.ok ? 'no pods that network policies apply to' : `pods could not be read: ${readable.reason}`;
}

/** The rows of what is in a namespace: its workloads, and what else findings are about. */
const rowsIn = keptRows(
  (own: readonly JudgedWorkload[], findings: readonly Finding[], namespace: string, now: number): readonly Row[] => {
    const bySubject = new FindingsOfSubjects(findings);
    const rows = own.map(({ workload, verdicts, exposed }) => {
      const found = bySubject.take(workload.ref.kind, namespace, workload.ref.name);
      return workloadRow(workload, found, verdicts, exposed, ageText(now, workload.created));
    });
    return [...rows, ...bySubject.rest(objectRow)];
  },
);

const workloadRow = keptRows(makeWorkloadRow);

function makeWorkloadRow(
  { ref, classes, created, labels }: AnalysedWorkload,
  findings: readonly Finding[],
  verdicts: ReturnType<typeof workloadIsolation>,
  exposed: ReturnType<typeof exposures>,
  age: string,
): Row {
  const own = sorted(findings);
  const pods = classes.reduce((sum, one) => sum + one.pods.length, 0);
  const first = exposed[0];
  return {
    ...rowHead(own, ref.kind, ref.namespace, ref.name),
    cells: {
      ...headCells(own, ref.kind, ref.namespace, ref.name),
      PODS: { text: `${pods}`, tone: 'plain' },
      INGRESS: verdictCell(verdicts?.ingress),
      EGRESS: verdictCell(verdicts?.egress),
      'EXPOSED BY':
        first === undefined
          ? NOTHING
          : { text: exposed.map(exposureText).join(', '), tone: first.address === 'public' ? 'warning' : 'plain' },
      POLICIES: policiesCell(verdicts?.ingress, verdicts?.egress),
      AGE: { text: age, tone: 'muted' },
    },
    created,
    labels,
  };
}

const objectRow = keptRows(makeObjectRow);

/** A row of something else that a finding is about: a policy, a Service, a namespace, the cluster. */
function makeObjectRow({ subject: { kind, name, namespace } }: Finding, findings: readonly Finding[]): Row {
  const own = sorted(findings);
  const found = own.map((finding) => finding.title).join('; ');
  return {
    ...rowHead(own, kind, namespace ?? '', name),
    leads: own.some(({ rule }) => rule === NOT_ENFORCED),
    cells: {
      ...headCells(own, kind, namespace ?? '', name),
      PODS: NOTHING,
      INGRESS: NOTHING,
      EGRESS: NOTHING,
      'EXPOSED BY': NOTHING,
      POLICIES: { text: found, tone: 'plain' },
      AGE: { text: ageText(0, null), tone: 'muted' },
    },
    created: null,
    labels: {},
  };
}

/** @param findings the worst first */
function rowHead(
  findings: readonly Finding[],
  kind: string,
  namespace: string,
  name: string,
): Pick<Row, 'key' | 'severity' | 'namespace' | 'kind' | 'name' | 'findings'> {
  return {
    key: key(kind, namespace, name),
    severity: severityOf(findings),
    namespace,
    kind,
    name,
    findings: findings.map((finding) => finding.id),
  };
}

/** @param findings the worst first */
function headCells(
  findings: readonly Finding[],
  kind: string,
  namespace: string,
  name: string,
): Readonly<Record<string, CellText>> {
  const severity = severityOf(findings);
  return {
    SEVERITY: { text: severity ?? '-', tone: severity ?? 'muted' },
    NAMESPACE: namespaceCell(namespace),
    WORKLOAD: { text: `${kind} ${name}`, tone: 'plain' },
  };
}

/**
 * What is proven wrong leads; a row is unknown where nothing is proven wrong and something could not be decided.
 *
 * @param findings the worst first
 */
function severityOf(findings: readonly Finding[]): Row['severity'] {
  const proven = findings.find((finding) => finding.unknown !== true);
  if (proven !== undefined) return proven.severity;
  return findings.length > 0 ? 'unknown' : null;
}

function sorted(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity));
}

const VERDICTS: Readonly<Record<WorkloadVerdict['status'], { readonly text: string; readonly tone: Tone }>> = {
  isolated: { text: 'isolated', tone: 'good' },
  open: { text: 'open', tone: 'bad' },
  'not-applicable': { text: 'n/a', tone: 'muted' },
  unknown: { text: 'unknown', tone: 'unknown' },
};

function verdictCell(verdict: WorkloadVerdict | undefined): CellText {
  if (verdict === undefined) return NOTHING;
  if (verdict.everyone) return { text: 'lets everyone', tone: 'warning' };
  const cell = VERDICTS[verdict.status];
  return verdict.mixed ? { ...cell, text: `${cell.text}, mixed` } : cell;
}

function policiesCell(ingress: WorkloadVerdict | undefined, egress: WorkloadVerdict | undefined): CellText {
  const names = [...new Set([...(ingress?.policies ?? []), ...(egress?.policies ?? [])])].sort();
  const reason = ingress?.reason || egress?.reason || '';
  if (names.length > 0)
    return { text: names.map((name) => name.slice(name.indexOf('/') + 1)).join(', '), tone: 'plain' };
  return reason === '' ? NOTHING : { text: reason, tone: 'muted' };
}

function key(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}
