import { namespaceLevels, provenLevel } from '../analyses/pod-security/namespace-levels.ts';
import { policyMinor } from '../analyses/pod-security/policy-minor.ts';
import { workloadLevel } from '../analyses/pod-security/workload-level.ts';
import { workloadNamespaces, workloads, type AnalysedWorkload } from '../analyses/workload/workloads.ts';
import { ageText } from '../kube/age.ts';
import { SUPPORT_TABLE_AS_OF, supportOf } from '../kube/kubernetes-version-support.ts';
import { minorText, parseKubernetesVersion } from '../kube/kubernetes-version.ts';
import type { PodSecurityLevel } from '../kube/pod-security-check.ts';
import { levelVersionText, namespacePolicy, type LevelVersion } from '../kube/pod-security-namespace.ts';
import { severityRank, type Finding } from '../model/finding.ts';
import type { NamespaceObject } from '../model/objects.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import { FindingsOfNamespaces, FindingsOfSubjects } from './findings-of-subjects.ts';
import { keptRows } from './kept-rows.ts';
import { namespaceCell, type CellText, type Pane, type Row } from './pane.ts';

const NOT_ENFORCED = 'vigilance/namespace-without-pod-security';

/** Vigilance: pod security, open defaults, old versions and exposure. */
export const vigilancePane: Pane = {
  name: 'vigilance',
  title: 'Vigilance',
  about:
    'What else is weak: pods against the Pod Security Standards, open defaults, exposure to outside, old versions, and safeguards that can be passed by.',
  unit: 'objects',
  columns: [
    { name: 'SEVERITY', width: [8, 8] },
    { name: 'NAMESPACE', width: [9, 24] },
    { name: 'OBJECT', width: [16, 44] },
    { name: 'LEVEL', width: [10, 18] },
    { name: 'AUDIT', width: [6, 18], wide: true },
    { name: 'WARN', width: [6, 18], wide: true },
    { name: 'PASSES', width: [6, 10], wide: true },
    { name: 'FOUND', width: [20, 90] },
    { name: 'AGE', width: [4, 6], align: 'right' },
  ],
  *rows(view, findings) {
    const byNamespace = new FindingsOfNamespaces(findings);
    const ofCluster = new FindingsOfSubjects(byNamespace.take(''));
    // What is judged even where nothing is found: namespaces and workloads.
    for (const namespace of view.list('Namespace')) {
      const own = ofCluster.take('Namespace', '', namespace.name);
      yield namespaceRow(namespace, own, passes(view, namespace.name), ageText(view.now, namespace.created));
    }
    yield* ofCluster.rest(otherRow);
    const minor = policyMinor(view);
    for (const namespace of workloadNamespaces(view)) {
      yield* rowsIn(workloads(view, namespace), byNamespace.take(namespace), namespace, minor, view.now);
    }
    for (const own of byNamespace.rest()) yield* new FindingsOfSubjects(own).rest(otherRow);
  },
  summary: (view, findings, rows) => {
    const open = findings.filter(
      (finding) => finding.rule === NOT_ENFORCED && finding.severity !== 'info' && finding.data !== undefined,
    ).length;
    const all = rows.filter((one) => one.kind === 'Namespace').length;
    return {
      subjects: rows.length,
      failing: rows.filter((one) => one.severity !== null && one.severity !== 'info' && one.severity !== 'unknown')
        .length,
      headline: headline(view, open, all),
      aside: supportText(view),
      share: null,
      activity: null,
    };
  },
};

interface Subject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly level: CellText;
  /** Of a namespace: what it asks for beside what it enforces, and what its workloads pass. */
  readonly asked?: Readonly<Record<'AUDIT' | 'WARN' | 'PASSES', CellText>>;
  readonly age: string;
  readonly created: number | null;
  readonly labels: Row['labels'];
}

const NONE: CellText = { text: '-', tone: 'muted' };
const NOTHING_ASKED = { AUDIT: NONE, WARN: NONE, PASSES: NONE };
const PLAIN = { level: NONE, age: ageText(0, null), created: null, labels: {} } as const;

const LEVEL_TONE = { privileged: 'bad', baseline: 'warning', restricted: 'good' } as const;

const namespaceRow = keptRows(
  (
    { name, labels, created }: NamespaceObject,
    findings: readonly Finding[],
    strictest: PodSecurityLevel | 'unknown' | undefined,
    age: string,
  ): Row => {
    const { enforce, audit, warn } = namespacePolicy(labels);
    const asked = { AUDIT: askedCell(audit), WARN: askedCell(warn), PASSES: passesCell(strictest) };
    return row(
      { kind: 'Namespace', namespace: '', name, level: askedCell(enforce), asked, age, created, labels },
      findings,
    );
  },
);

/** The strictest level that the workloads of a namespace pass; undefined where there are none. */
function passes(view: ClusterView, namespace: string): PodSecurityLevel | 'unknown' | undefined {
  if (!view.readable('Pod', namespace).ok) return 'unknown';
  const levels = namespaceLevels(view, namespace);
  return levels.judged === 0 && levels.unread === null ? undefined : provenLevel(levels);
}

function passesCell(level: PodSecurityLevel | 'unknown' | undefined): CellText {
  if (level === undefined) return NONE;
  return { text: level, tone: level === 'unknown' ? 'unknown' : LEVEL_TONE[level] };
}

function askedCell(asked: LevelVersion): CellText {
  return { text: levelVersionText(asked), tone: LEVEL_TONE[asked.level] };
}

/** The rows of what is in a namespace: its workloads, and what else findings are about. */
const rowsIn = keptRows(
  (
    own: readonly AnalysedWorkload[],
    findings: readonly Finding[],
    namespace: string,
    minor: number,
    now: number,
  ): readonly Row[] => {
    const bySubject = new FindingsOfSubjects(findings);
    const rows = own.map((workload) => {
      const found = bySubject.take(workload.ref.kind, namespace, workload.ref.name);
      return workloadRow(workload, found, minor, ageText(now, workload.created));
    });
    return [...rows, ...bySubject.rest(otherRow)];
  },
);

const workloadRow = keptRows(
  (workload: AnalysedWorkload, findings: readonly Finding[], minor: number, age: string): Row => {
    const { ref, created, labels } = workload;
    return row({ ...ref, level: levelCell(workloadLevel(workload, minor).level), age, created, labels }, findings);
  },
);

const otherRow = keptRows(({ subject: { kind, namespace, name } }: Finding, findings: readonly Finding[]): Row => {
  return row({ ...PLAIN, kind, name, namespace: namespace ?? '' }, findings);
});

function levelCell(level: PodSecurityLevel | undefined): CellText {
  return level === undefined ? { text: 'not running', tone: 'muted' } : { text: level, tone: LEVEL_TONE[level] };
}

function row(subject: Subject, findings: readonly Finding[]): Row {
  const own = findings.toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity));
  const worst = own[0];
  const severity = worst === undefined ? null : own.every((one) => one.unknown === true) ? 'unknown' : worst.severity;
  const { kind, namespace, name, level, asked = NOTHING_ASKED, age, created, labels } = subject;
  return {
    key: key(kind, namespace, name),
    severity,
    namespace,
    kind,
    name,
    findings: own.map((finding) => finding.id),
    cells: {
      SEVERITY: { text: severity ?? '-', tone: severity ?? 'muted' },
      NAMESPACE: namespaceCell(namespace),
      OBJECT: { text: `${kind} ${name}`, tone: 'plain' },
      LEVEL: level,
      ...asked,
      FOUND: {
        text: own.length === 0 ? '-' : own.map((finding) => finding.title).join('; '),
        tone: own.length === 0 ? 'muted' : 'plain',
      },
      AGE: { text: age, tone: 'muted' },
    },
    created,
    labels,
  };
}

function headline(view: ClusterView, open: number, all: number): string {
  const readable = view.readable('Namespace');
  if (!readable.ok) return `namespaces could not be read: ${readable.reason}`;
  if (open === 0)
    return all === 0 ? 'no namespaces read' : `all ${all} namespaces enforce pod security or run the system`;
  return `${open} ${open === 1 ? 'namespace enforces' : 'namespaces enforce'} no pod security`;
}

function supportText(view: ClusterView): string {
  const { serverVersion } = view.facts();
  const version = parseKubernetesVersion(serverVersion ?? '');
  if (version === null) return '';
  const support = supportOf(serverVersion);
  switch (support.status) {
    case 'unknown':
      return `support of ${minorText(version)} unknown`;
    case 'ended':
      return `${minorText(version)} is out of support`;
    case 'dated':
      return view.isPast(support.end)
        ? `${minorText(version)} out of support since ${support.until}`
        : `${minorText(version)} supported until ${support.until} (as of ${SUPPORT_TABLE_AS_OF})`;
    case 'ended-by':
      return view.isPast(support.end)
        ? `${minorText(version)} out of support since ${support.until} at the latest`
        : `support of ${minorText(version)} unknown`;
  }
}

function key(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}
