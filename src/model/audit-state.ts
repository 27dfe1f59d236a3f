import type { AuditEvent } from './audit-event.ts';
import type { AuditGroup } from './audit-group.ts';
import type { AuditNotes } from './change.ts';

/** All that is kept of audit logs: what was detected, the newest events, and what the logs can and cannot tell. */
export interface AuditState {
  /** By group key. */
  readonly groups: ReadonlyMap<string, AuditGroup>;
  /** The newest events in order of arrival; a bounded window. */
  readonly events: readonly AuditEvent[];
  /** Events read in all, duplicates not counted. */
  readonly total: number;
  readonly coverage: AuditCoverage;
  /** One per source; empty where there is no audit source. */
  readonly notes: readonly AuditNotes[];
}

/** What was seen in the logs. */
export interface AuditCoverage {
  readonly levels: Readonly<Record<string, number>>;
  readonly stages: Readonly<Record<string, number>>;
  readonly verbs: Readonly<Record<string, number>>;
  /** By `resource.group` or `resource.group/subresource`; at most 500 names, the rest under `other`. */
  readonly resources: Readonly<Record<string, number>>;
  /** Times of the first and the last request; null for an empty log. */
  readonly first: number | null;
  readonly last: number | null;
  /** Intervals without any event that are too long for chance. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  /** Requests per minute for the last hour of the log, the oldest first. */
  readonly activity: readonly number[];
}

export const NO_AUDIT: AuditState = {
  groups: new Map(),
  events: [],
  total: 0,
  coverage: { levels: {}, stages: {}, verbs: {}, resources: {}, first: null, last: null, gaps: [], activity: [] },
  notes: [],
};
