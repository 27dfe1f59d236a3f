import type { AuditEvent, AuditObjectRef } from './audit-event.ts';
import type { Severity } from './finding.ts';

/** Who sent a request, judged by how the API server names it. */
export interface AuditActor {
  readonly kind: 'human' | 'service-account' | 'node' | 'control-plane' | 'anonymous';
  /** '' where the caller could not be authenticated. */
  readonly username: string;
  readonly groups: readonly string[];
  /** How lists name it: the username, or `unauthenticated 203.0.113.9`. */
  readonly name: string;
  /** An expected writer: one of the config's `deployers`, or a deployment controller known by name. */
  readonly deployer: boolean;
}

/** All that one actor did of one detection, as far as the log goes: one finding, one line. */
export interface AuditGroup {
  /** `detection|actor`, unique. */
  readonly key: string;
  readonly detection: string;
  /** The worst of its hours. */
  readonly severity: Severity;
  readonly actor: AuditActor;
  readonly technique: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** In order of time. */
  readonly hours: readonly AuditHour[];
}

/** Repeats of one detection by one actor within one hour. */
export interface AuditHour {
  /** Start of the hour, milliseconds since the epoch. */
  readonly hour: number;
  readonly severity: Severity;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** Who did what to which object. */
  readonly title: string;
  /** The evidence in one sentence with numbers; begins as the title does. */
  readonly text: string;
  /** Less specific detections that the same events fired. */
  readonly also: readonly string[];
  /** Last source addresses, which no client can set; at most 8. */
  readonly sourceIPs: readonly string[];
  /** At most 20. */
  readonly auditIDs: readonly string[];
  /** What the worst event was about; null for requests that name no resource. */
  readonly object: AuditObjectRef | null;
  /** `authorization.k8s.io/reason` of the worst event. */
  readonly reason: string;
  /** The most telling events, at most 20. */
  readonly events: readonly AuditEvent[];
}
