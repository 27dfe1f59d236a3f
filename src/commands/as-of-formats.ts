import { stringify } from 'yaml';
import { intervalText, unknownText } from '../analyses/as-of/past-view.ts';
import type { MatchedPod, Principal } from '../analyses/as-of/answer.ts';
import type { PastConnection } from '../analyses/as-of/connection.ts';
import { secretsOf } from '../analyses/as-of/target.ts';
import type { PastUnknown, Timeline } from '../analyses/as-of/timeline.ts';
import { refText } from '../kube/object-ref.ts';
import { portsJson, portsText } from '../kube/port-set.ts';
import type { Past } from '../model/past.ts';
import { TOOL } from '../model/tool.ts';
import { csvRow } from '../report/csv.ts';
import { html } from '../report/html-escape.ts';
import { STYLE } from '../report/html-page.ts';
import { columnsText } from './answer-text.ts';
import type { During, PeriodAnswer } from './as-of-period.ts';
import { UsageError } from './command.ts';
import { nameText } from './rbac-names.ts';

/** What is printed. */
export interface AsOfReport extends PeriodAnswer {
  readonly past: Past;
  /** In the words of the question. */
  readonly target: string;
  readonly timeline: Timeline;
  /** Milliseconds since the epoch. */
  readonly from: number;
  /** Exclusive; null for an instant. */
  readonly to: number | null;
}

type Form = (report: AsOfReport) => Iterable<string>;

const FORMS: Readonly<Record<string, Form>> = {
  text: textForm,
  wide: textForm,
  json: jsonForm,
  yaml: (report) => [stringify(dataOf(report), { lineWidth: 0 })],
  csv: csvForm,
  html: htmlForm,
};

const MASTERS = 'Group system:masters may do everything: it bypasses RBAC, and no binding shows its members';
const GROUPS = 'who was in a group is not known to the cluster';
const LOGINS = 'logins inside a database are not visible to Kubernetes';
const CONNECTIONS =
  'connections are judged by the policies of that time: whether the network plugin enforced them then, and its settings, are not known';
const WIDER =
  'policies of Cilium, Calico and administrators count as never there where a listing found none and no evidence names one';

/** @throws UsageError for a form that the answer does not have */
export function asOfForm(output: string | undefined): Form {
  const form = FORMS[output ?? 'text'];
  if (form === undefined) {
    throw new UsageError(`-o ${output} is not a form of this answer: ${Object.keys(FORMS).join(', ')}`);
  }
  return form;
}

function* jsonForm(report: AsOfReport): Generator<string> {
  yield `${JSON.stringify(dataOf(report), null, 2)}\n`;
}

function dataOf(report: AsOfReport): unknown {
  const { past, target, from, to, principals, unknown } = report;
  return {
    ...(to === null ? { time: instant(from) } : { between: { from: instant(from), to: instant(to) } }),
    query: target,
    tool: { name: TOOL.name, version: TOOL.version },
    clusterUID: past.clusterUID,
    sources: past.sources,
    workloads: workloadsOf(report),
    principals: principals.map((one) => ({
      subject: { kind: one.subject.kind, namespace: one.subject.namespace ?? null, name: one.subject.name },
      access: one.access,
      on: one.on,
      grade: one.grade,
      via: one.via,
      auditIDs: one.auditIDs,
      lastSeen: one.lastSeen === null ? null : instant(one.lastSeen),
      ...(one.connection === null ? {} : { connection: connectionOf(one.connection) }),
      ...(to === null ? {} : { from: instant(one.from), to: one.to === null ? null : instant(one.to) }),
    })),
    unknown: unknown.map(({ kind, namespace, name, existed, from: since, to: until, reason }) => ({
      kind,
      namespace: namespace === '' ? null : namespace,
      name,
      existed,
      from: since === null ? null : instant(since),
      to: until === null ? null : instant(until),
      reason,
    })),
    coverage: past.evidence.windows.map(({ kind, namespaces, from: since, to: until }) => ({
      kind,
      ...(namespaces === 'all' ? {} : { namespaces }),
      from: instant(since),
      to: instant(until),
    })),
    notes: notesOf(report),
  };
}

function connectionOf({ status, ports, refusedBy, reason }: PastConnection): unknown {
  switch (status) {
    case 'possible':
      return { status, ports: portsJson(ports) };
    case 'refused':
      return { status, refusedBy };
    case 'unknown':
      return { status, reason };
  }
}

function connectionText({ status, ports, refusedBy, reason }: PastConnection): string {
  switch (status) {
    case 'possible':
      return `possible (${portsText(ports)})`;
    case 'refused':
      return `refused by ${refusedBy.join(', ')}`;
    case 'unknown':
      return `unknown: ${reason}`;
  }
}

function workloadsOf(report: AsOfReport): readonly unknown[] {
  const groups = Map.groupBy(report.pods, ({ workload }) => refText(workload));
  return [...groups.values()].map((pods) => ({
    ...pods[0]?.workload,
    pods: pods.map((one) => podOf(report, one)),
  }));
}

function podOf(
  { timeline, to: end }: AsOfReport,
  { pod, presence, reason, certain, from, to }: During<MatchedPod>,
): unknown {
  const life = timeline.lifeOf(pod, from);
  return {
    name: pod.name,
    serviceAccount: pod.spec.serviceAccountName || 'default',
    secrets: secretsOf(pod.spec),
    from: life.from === null ? null : instant(life.from),
    to: life.to === null ? null : instant(life.to),
    ...(end === null ? {} : { matched: { from: instant(from), to: to === null ? null : instant(to) } }),
    basis: presence.basis,
    evidence: presence.evidence,
    certain,
    reason,
  };
}

function* textForm(report: AsOfReport): Generator<string> {
  const { target, from, to, pods, principals, unknown } = report;
  const when = to === null ? `at ${instant(from)}` : intervalText(from, to);
  const isKnown = !unknown.some((one) => one.kind === 'Pod');
  const howMany = `${pods.length} ${pods.length === 1 ? 'pod' : 'pods'}`;
  yield `${howMany} matched ${target} ${when}${isKnown ? '' : ' as far as is known'}\n`;
  for (const one of pods) yield podLine(report, one);
  if (pods.length > 0) {
    yield `\n${principals.length === 0 ? 'no RBAC grant is known to have reached them' : 'who could reach them, or did:'}\n`;
  }
  if (principals.length > 0) {
    const times = to === null ? [] : ['FROM', 'TO'];
    const head = ['GRADE', 'SUBJECT', 'ACCESS', 'ON', ...times, 'LAST SEEN', 'CONNECTION', 'VIA'];
    yield columnsText([head, ...principals.map((one) => principalCells(one, to !== null))]);
  }
  if (unknown.length > 0) yield '\nnot known:\n';
  yield* unknownLines(unknown);
  yield '\n';
  for (const note of notesOf(report)) yield `${note}\n`;
}

/** Objects that are unknown for the same reason in the same time share a line. */
function* unknownLines(unknown: readonly PastUnknown[]): Generator<string> {
  const groups = Map.groupBy(unknown, ({ kind, name, from, to, reason }) =>
    JSON.stringify([kind, name === null, from, to, reason]),
  );
  for (const [first, ...others] of groups.values()) {
    if (first === undefined) continue;
    const more = others.length === 0 || first.name === null ? '' : ` (and ${others.length} more)`;
    yield `  ${unknownText(first)}${more}\n`;
  }
}

function podLine(report: AsOfReport, { pod, workload, presence, reason, certain, from }: During<MatchedPod>): string {
  const life = report.timeline.lifeOf(pod, from);
  const account = pod.spec.serviceAccountName || 'default';
  const owner = workload.kind === 'Pod' ? '' : ` of ${refText(workload)}`;
  const lived = intervalText(life.from, life.to);
  const secrets = secretsOf(pod.spec);
  const held = secrets.length === 0 ? '' : `, ${secrets.length === 1 ? 'Secret' : 'Secrets'} ${secrets.join(', ')}`;
  return `  Pod ${pod.namespace}/${pod.name}${owner}, ServiceAccount ${account}${held}, ${lived}: ${reason}${certain ? '' : ', by what it was later'} (${presence.basis}: ${presence.evidence})\n`;
}

function principalCells(one: During<Principal>, withTimes: boolean): readonly string[] {
  const times = withTimes ? [instant(one.from), one.to === null ? '' : instant(one.to)] : [];
  const seen = one.lastSeen === null ? '-' : `${instant(one.lastSeen)} ${one.auditIDs[0] ?? ''}`;
  const connection = one.connection === null ? '-' : connectionText(one.connection);
  const via = one.via.join('; ') || 'no binding named';
  return [one.grade, subjectText(one), one.access, one.on, ...times, seen, connection, via];
}

const CSV_COLUMNS = [
  'grade',
  'kind',
  'namespace',
  'name',
  'access',
  'on',
  'from',
  'to',
  'last_seen',
  'audit_ids',
  'via',
  'connection',
];

/**
 * A row per access; what is not known is a row too, so that no reader takes the file for complete. What the answer rests
 * on comes last: rows with `pod`, `tool`, `cluster`, `query`, `coverage`, `source` or `note` in place of a grade.
 */
function* csvForm(report: AsOfReport): Generator<string> {
  const { principals, unknown, pods, past, target, from, to } = report;
  yield csvRow(CSV_COLUMNS);
  for (const one of principals) {
    const { kind, name } = one.subject;
    const times = [instant(one.from), endOf(one.to)];
    const seen = one.lastSeen === null ? '' : instant(one.lastSeen);
    const connection = one.connection === null ? '' : connectionText(one.connection);
    const rest = [...times, seen, one.auditIDs.join(' '), one.via.join('; '), connection];
    yield csvRow([one.grade, kind, one.subject.namespace ?? '', name, one.access, one.on, ...rest]);
  }
  for (const one of unknown) {
    const times = [instant(one.from ?? from), endOf(one.to)];
    yield csvRow(['unknown', one.kind, one.namespace, one.name ?? '*', '', '', ...times, '', '', one.reason, '']);
  }
  const basis = (type: string, kind: string, name: string, during: readonly string[] = ['', ''], detail = ''): string =>
    csvRow([type, kind, '', name, '', '', ...during, '', '', detail, '']);
  for (const { pod, workload, reason, from: since, to: until } of pods) {
    const secrets = secretsOf(pod.spec).join(' ');
    const account = pod.spec.serviceAccountName || 'default';
    const detail = `${reason}; of ${refText(workload)}; ServiceAccount ${account}; Secrets ${secrets || 'none'}`;
    yield csvRow(['pod', 'Pod', pod.namespace, pod.name, '', '', instant(since), endOf(until), '', '', detail, '']);
  }
  yield basis('tool', '', TOOL.name, ['', ''], TOOL.version);
  yield basis('cluster', '', past.clusterUID ?? 'of unknown UID');
  yield basis('query', '', target, [instant(from), endOf(to)]);
  for (const one of past.evidence.windows) {
    const where = one.namespaces === 'all' ? '' : ` in ${one.namespaces.join(', ')}`;
    yield basis('coverage', one.kind, '', [instant(one.from), instant(one.to)], `every change${where} is known`);
  }
  for (const { type, name, sha256 } of past.sources) {
    yield basis('source', type, name, ['', ''], sha256 === null ? '' : `SHA-256 ${sha256}`);
  }
  for (const note of notesOf(report)) yield basis('note', '', '', ['', ''], note);
}

function endOf(time: number | null): string {
  return time === null ? '' : instant(time);
}

function notesOf({ past, principals }: AsOfReport): readonly string[] {
  const hasConnections = principals.some(({ connection }) => connection !== null);
  return [MASTERS, GROUPS, LOGINS, ...(hasConnections ? [CONNECTIONS, WIDER] : []), ...past.evidence.notes];
}

/** One page without scripts and network, to be filed. */
function* htmlForm(report: AsOfReport): Generator<string> {
  const { past, target, from, to, pods, principals, unknown } = report;
  const title = `k8sec as-of: ${target} ${to === null ? `at ${instant(from)}` : intervalText(from, to)}`;
  yield `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>${html(title)}</title>\n`;
  yield `<style>${STYLE}</style>\n</head>\n<body>\n<h1>${html(title)}</h1>\n`;
  yield `<p class="muted">${html(`${TOOL.name} ${TOOL.version}; cluster ${past.clusterUID ?? 'of unknown UID'}`)}</p>\n`;
  yield section(
    'Workloads',
    ['Pod', 'Workload', 'Service account', 'Secrets', 'Lived', 'Why', 'Certain', 'Basis'],
    pods.map(({ pod, workload, presence, reason, certain, from: since }) => {
      const life = report.timeline.lifeOf(pod, since);
      const account = pod.spec.serviceAccountName || 'default';
      const name = `${pod.namespace}/${pod.name}`;
      return [
        name,
        refText(workload),
        account,
        secretsOf(pod.spec).join(', '),
        intervalText(life.from, life.to),
        reason,
        certain ? 'yes' : 'no',
        presence.basis,
      ];
    }),
  );
  yield section(
    'Access',
    ['Grade', 'Subject', 'Access', 'On', 'From', 'To', 'Last seen', 'Connection', 'Via'],
    principals.map((one) => principalCells(one, true)),
  );
  yield section(
    'Not known',
    ['What, when and why'],
    unknown.map((one) => [unknownText(one)]),
  );
  yield section(
    'Sources',
    ['Type', 'Name', 'SHA-256'],
    past.sources.map(({ type, name, sha256 }) => [type, name, sha256 ?? '']),
  );
  yield section(
    'Coverage',
    ['Kind', 'Namespaces', 'Watched'],
    past.evidence.windows.map((one) => [
      one.kind,
      one.namespaces === 'all' ? 'all' : one.namespaces.join(', '),
      intervalText(one.from, one.to),
    ]),
  );
  for (const note of notesOf(report)) yield `<p class="muted">${html(note)}</p>\n`;
  yield '</body>\n</html>\n';
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${html(cell)}</${tag}>`).join('')}</tr>\n`;
  const body =
    rows.length === 0
      ? '<p>None.</p>\n'
      : `<table>\n${line(head, 'th')}${rows.map((row) => line(row, 'td')).join('')}</table>\n`;
  return `<h2>${html(title)}</h2>\n${body}`;
}

function subjectText({ subject: { kind, namespace, name } }: Principal): string {
  return nameText({ kind, namespace: namespace ?? null, name });
}

function instant(time: number): string {
  return new Date(time).toISOString();
}
