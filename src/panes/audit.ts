import { countText } from '../kube/count-text.ts';
import { auditGroups } from '../analyses/audit/audit-groups.ts';
import { auditCoverageText } from '../analyses/audit/blind-spots.ts';
import { objectText } from '../analyses/audit/object-text.ts';
import { providerOf } from '../kube/managed-provider.ts';
import type { AuditGroup } from '../model/audit-group.ts';
import type { AuditState } from '../model/audit-state.ts';
import { severityRank, type Finding } from '../model/finding.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import type { Pane, PaneSummary, Row } from './pane.ts';

const SLICES = 30;

/** Recent audit anomalies: one row per actor and detection. What is only info is shown and not counted. */
export const auditPane: Pane = {
  name: 'audit',
  title: 'Audit',
  about:
    'What the audit log shows: actors whose requests fit a detection, worst first, with the time, the address and the events that prove it.',
  unit: 'anomalies',
  columns: [
    { name: 'SEVERITY', width: [8, 8] },
    { name: 'ACTOR', width: [12, 40] },
    { name: 'WHAT', width: [16, 60] },
    { name: 'OBJECT', width: [7, 40] },
    // A part of an address tells nothing.
    { name: 'FROM', width: [15, 24] },
    { name: 'COUNT', width: [5, 7], align: 'right' },
    { name: 'LAST', width: [8, 19] },
    { name: 'TECHNIQUE', width: [5, 9], wide: true },
    { name: 'KIND', width: [5, 15], wide: true },
  ],
  rows,
  summary,
};

function* rows(view: ClusterView, findings: readonly Finding[]): Generator<Row> {
  const groups = auditGroups(view);
  for (const finding of findings) {
    const group = groups.get(groupKey(finding));
    if (finding.rule === 'audit/log-coverage') yield coverageRow(finding, view);
    else if (group !== undefined) yield rowOf(group, finding, view.now);
  }
}

function groupKey(finding: Finding): string {
  const data = finding.data as { readonly group?: unknown } | undefined;
  return typeof data?.group === 'string' ? data.group : '';
}

function rowOf(group: AuditGroup, finding: Finding, now: number): Row {
  const newest = group.hours.at(-1);
  const worst = group.hours.find((hour) => hour.severity === group.severity) ?? newest;
  const event = worst?.events[0];
  const addresses = worst?.sourceIPs ?? [];
  const from = addresses.length > 1 ? `${addresses[0] ?? ''} +${addresses.length - 1}` : (addresses[0] ?? '-');
  return {
    key: group.key,
    severity: finding.severity,
    namespace: event?.object?.namespace ?? '',
    kind: 'Actor',
    name: group.actor.name,
    findings: [finding.id],
    cells: {
      SEVERITY: { text: finding.severity, tone: finding.severity },
      ACTOR: { text: actorText(group), tone: 'plain' },
      WHAT: { text: group.detection, tone: 'plain' },
      OBJECT: { text: event === undefined ? '-' : objectText(event), tone: 'plain' },
      FROM: { text: from, tone: 'plain' },
      COUNT: { text: String(group.count), tone: 'plain' },
      LAST: { text: timeText(group.last, now), tone: 'muted' },
      TECHNIQUE: { text: group.technique, tone: 'muted' },
      KIND: { text: group.actor.kind, tone: 'muted' },
    },
    created: group.last,
    began: group.first,
    labels: {},
  };
}

/** What the log cannot show, as a line of its own: its remedy is an audit policy. */
function coverageRow(finding: Finding, view: ClusterView): Row {
  const { last } = view.audit().coverage;
  const none = { text: '-', tone: 'muted' } as const;
  return {
    key: finding.id,
    severity: finding.severity,
    namespace: '',
    kind: 'Cluster',
    name: 'audit log',
    findings: [finding.id],
    cells: {
      SEVERITY: { text: finding.severity, tone: finding.severity },
      ACTOR: { text: 'the audit log', tone: 'plain' },
      WHAT: { text: 'log-coverage', tone: 'plain' },
      OBJECT: none,
      FROM: none,
      COUNT: none,
      LAST: { text: last === null ? '-' : timeText(last, view.now), tone: 'muted' },
      TECHNIQUE: none,
      KIND: none,
    },
    created: last,
    labels: {},
  };
}

/** `sa shop/cart`, `node n1`, `user bob`. */
function actorText({ actor }: AuditGroup): string {
  const account = /^system:serviceaccount:([^:]*):(.*)$/.exec(actor.username);
  const deployer = actor.deployer ? ' (deployer)' : '';
  if (account !== null) return `sa ${account[1] ?? ''}/${account[2] ?? ''}${deployer}`;
  if (actor.username.startsWith('system:node:')) return `node ${actor.username.slice('system:node:'.length)}`;
  return actor.kind === 'human' ? `user ${actor.name}${deployer}` : actor.name;
}

/** The time of day today, else the date with it. */
function timeText(time: number, now: number): string {
  const text = new Date(time).toISOString();
  return text.slice(0, 10) === new Date(now).toISOString().slice(0, 10)
    ? text.slice(11, 19)
    : text.slice(0, 16).replace('T', ' ');
}

function summary(view: ClusterView, findings: readonly Finding[], own: readonly Row[]): PaneSummary {
  const state = view.audit();
  const counted = findings.filter((finding) => severityRank(finding.severity) < severityRank('info'));
  const isRead = state.notes.length > 0 || state.total > 0;
  const actors = new Set(counted.map((finding) => finding.subject.name)).size;
  const minutes = state.coverage.activity;
  const per = Math.max(1, Math.ceil(minutes.length / SLICES));
  const activity = Array.from({ length: Math.ceil(minutes.length / per) }, (_, at) =>
    minutes.slice(at * per, (at + 1) * per).reduce((sum, one) => sum + one, 0),
  );
  return {
    subjects: own.length,
    failing: own.filter((row) => row.severity !== 'info' && row.severity !== null).length,
    headline: isRead
      ? `${plural(counted.length, 'anomaly', 'anomalies')}, ${plural(actors, 'actor', 'actors')}, in ${countText(state.total)} events`
      : noSourceText(view),
    ...(isRead ? {} : { isBlind: true as const }),
    aside: isRead ? `${auditCoverageText(state)}${learningText(state)}` : '',
    share: null,
    activity: isRead ? activity : null,
  };
}

/** Of whom nothing can be new or unusual yet. */
function learningText({ learning }: AuditState): string {
  const { warmingUp, principals } = learning;
  return warmingUp === 0 ? '' : `, learning ${warmingUp} of ${principals} actors`;
}

function plural(count: number, one: string, many: string): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** How to get the audit log of this kind of cluster, as its provider documents it. */
function noSourceText(view: ClusterView): string {
  const { server, serverVersion } = view.facts();
  switch (providerOf(server, serverVersion)) {
    case 'EKS':
      return 'no audit log: aws logs filter-log-events --log-group-name /aws/eks/CLUSTER/cluster --log-stream-name-prefix kube-apiserver-audit | k8sec --audit-log -';
    case 'AKS':
      return 'no audit log: send category kube-audit to a workspace or storage (diagnostic settings), then --audit-log FILE';
    case 'GKE':
      return 'no audit log: gcloud logging read \'protoPayload.serviceName="k8s.io"\' --format json | k8sec --audit-log -';
    case 'OpenShift':
      return 'no audit log: oc adm node-logs --role=master --path=kube-apiserver/audit.log | k8sec --audit-log -';
    case null:
      return 'no audit log: copy the file that kube-apiserver --audit-log-path names from the control plane, then --audit-log FILE';
  }
}
