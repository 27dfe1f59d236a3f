import type { AuditGroup } from './audit-group.ts';
import type { AuditNotes } from './change.ts';
import type { LearningState } from './learned-profiles.ts';

/** All that is kept of audit logs: what was detected, who did what, and what the logs can and cannot tell. */
export interface AuditState {
  /** By group key. */
  readonly groups: ReadonlyMap<string, AuditGroup>;
  /** The newest that succeeded; those of an API group in order of arrival, a bounded number of each. */
  readonly writes: readonly AuditWrite[];
  /** By username; a bounded number. */
  readonly users: ReadonlyMap<string, SeenUser>;
  /** Events read in all, duplicates not counted. */
  readonly total: number;
  readonly coverage: AuditCoverage;
  readonly learning: LearningState;
  /** What RBAC allowed, and who else read Secrets, each kind of request of a user once. */
  readonly uses: readonly AuditUse[];
  /** False where not all of them could be kept. */
  readonly usesAreComplete: boolean;
  /** Who asks for API versions that a release removes. */
  readonly deprecatedCalls: readonly DeprecatedCall[];
  /** One per source; empty where there is no audit source. */
  readonly notes: readonly AuditNotes[];
}

/** A write of an object of `WRITTEN_KINDS`. */
export interface AuditWrite {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly verb: string;
  readonly username: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly namespace: string;
  /** '' for a deletecollection. */
  readonly name: string;
}

/** What the newest request of a user says of it. */
export interface SeenUser {
  readonly groups: readonly string[];
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** A kind of request that was allowed: who, what, where, and through which binding. */
export interface AuditUse {
  /** Who the authorizer was asked about: the impersonated user, where there is one. */
  readonly username: string;
  readonly groups: readonly string[];
  readonly verb: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  /** The names that were asked for, '' for requests without one; null where there were many. */
  readonly names: readonly string[] | null;
  /** Of a request that names no resource; null else. */
  readonly path: string | null;
  /** `authorization.k8s.io/reason`; '' where RBAC was not asked (system:masters), kept for reads of Secrets only. */
  readonly reason: string;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  /** The last one that was answered with what it asked for (2xx, or a log without codes); null where none was. */
  readonly answered: number | null;
  /** Of the last one. */
  readonly auditID: string;
}

/** Requests of one user and client for one API version that a release removes. */
export interface DeprecatedCall {
  readonly group: string;
  /** '' where the log does not tell. */
  readonly version: string;
  readonly resource: string;
  /** Such as `1.32`. */
  readonly removedRelease: string;
  /** Who the authorizer was asked about; '' for the many that are not kept apart. */
  readonly username: string;
  readonly userAgent: string;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly last: number;
}

/** What was seen in the logs. */
export interface AuditCoverage {
  readonly levels: Readonly<Record<string, number>>;
  readonly stages: Readonly<Record<string, number>>;
  readonly verbs: Readonly<Record<string, number>>;
  /** By `resource.group` or `resource.group/subresource`; at most 500 names, the rest under `other`. */
  readonly resources: Readonly<Record<string, number>>;
  /** Writes of what detections read bodies of, by resource: how many were logged with a body, how many without. */
  readonly bodies: Readonly<Record<string, { readonly with: number; readonly without: number }>>;
  /** Times of the first and the last request; null for an empty log. */
  readonly first: number | null;
  readonly last: number | null;
  /** Intervals without any event that are too long for chance. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  /** What shows that the logs are of several clusters, in words; null where nothing does. */
  readonly contradiction: string | null;
  /** Requests per minute for the last hour of the log, the oldest first. */
  readonly activity: readonly number[];
}

export const NO_AUDIT: AuditState = {
  groups: new Map(),
  writes: [],
  users: new Map(),
  total: 0,
  uses: [],
  usesAreComplete: true,
  learning: { principals: 0, warmingUp: 0 },
  deprecatedCalls: [],
  coverage: {
    levels: {},
    stages: {},
    verbs: {},
    resources: {},
    bodies: {},
    first: null,
    last: null,
    gaps: [],
    contradiction: null,
    activity: [],
  },
  notes: [],
};
