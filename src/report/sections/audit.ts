import { auditBlindSpots } from '../../analyses/audit/blind-spots.ts';
import { auditGroups } from '../../analyses/audit/audit-groups.ts';
import type { AuditGroup, AuditHour } from '../../model/audit-group.ts';
import { oneLevelUp, sensitiveRequests } from '../../analyses/sensitive/sensitive.ts';
import { findingId, severityRank, type Finding } from '../../model/finding.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** The `audit` object of the report (interface §5): one entry per detection, actor and hour, the worst first. */
export interface AuditSection {
  readonly events: number;
  readonly detections: readonly AuditDetectionEntry[];
  readonly coverage: Readonly<Record<string, unknown>>;
}

interface AuditDetectionEntry {
  readonly findingId: string;
  readonly detection: string;
  readonly severity: string;
  readonly time: string;
  readonly last: string;
  readonly count: number;
  readonly actor: { readonly username: string; readonly kind: string; readonly groups: readonly string[] };
  readonly sourceIPs: readonly string[];
  readonly auditIDs: readonly string[];
  readonly object: Readonly<Record<string, string>> | null;
  readonly text: string;
  readonly also: readonly string[];
  readonly technique: string;
}

/** @param findings those in scope; groups without one of them are left out. undefined: all groups */
export function auditSection(view: ClusterView, findings?: readonly Finding[]): AuditSection {
  const state = view.audit();
  const wanted = findings === undefined ? null : new Set(findings.map((one) => one.id));
  const detections = [...auditGroups(view).values()]
    .flatMap((group) => group.hours.map((hour) => entry(group, hour, view)))
    .filter((one) => wanted === null || wanted.has(one.findingId))
    .sort(
      (a, b) =>
        severityRank(a.severity) - severityRank(b.severity) ||
        compare(a.time, b.time) ||
        compare(a.findingId, b.findingId),
    );
  const { levels, stages, verbs, first, last, gaps, contradiction } = state.coverage;
  return {
    events: state.total,
    detections,
    coverage: {
      levels,
      stages,
      verbs,
      first: first === null ? null : time(first),
      last: last === null ? null : time(last),
      gaps: gaps.map(({ from, to }) => ({ from: time(from), to: time(to) })),
      ...(contradiction === null ? {} : { contradiction }),
      learning: state.learning,
      sources: state.notes.map(({ first: _first, last: _last, ...counts }) => counts),
      impossible: auditBlindSpots(state)
        .filter((one) => one.isImpossible)
        .map(({ detection, reason }) => ({ detection, reason })),
    },
  };
}

function entry(
  group: AuditGroup,
  hour: AuditHour,
  view: ClusterView,
): AuditDetectionEntry & { readonly severity: AuditHour['severity'] } {
  const subject = { apiVersion: 'k8sec/v1', kind: 'Actor', namespace: null, name: group.actor.name };
  return {
    findingId: findingId(`audit/${group.detection}`, subject, ''),
    detection: group.detection,
    severity: sensitiveRequests(view, group, [hour]) === null ? hour.severity : oneLevelUp(hour.severity),
    time: time(hour.first),
    last: time(hour.last),
    count: hour.count,
    actor: { username: group.actor.username, kind: group.actor.kind, groups: group.actor.groups },
    sourceIPs: hour.sourceIPs,
    auditIDs: hour.auditIDs,
    object: hour.object === null ? null : { ...hour.object },
    text: hour.text,
    also: hour.also,
    technique: group.technique,
  };
}

function time(at: number): string {
  return new Date(at).toISOString();
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
