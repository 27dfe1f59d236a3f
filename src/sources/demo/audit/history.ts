import { auditLines, type AuditedRequest, type AuditLine } from './audit-record.ts';
import { pastIncidents } from './incidents.ts';
import { routineRequests, type PodDirectory } from './routine.ts';

const HOUR = 60 * 60 * 1000;

/**
 * The audit log of the hour before `now`: routine, and what an intruder has done so far.
 *
 * @returns lines in the order of their stage timestamps; none lies after `now`
 */
export function auditHistory(pods: PodDirectory, now: number): AuditLine[] {
  return linesOf([...routineRequests(pods, now - HOUR, now), ...pastIncidents(pods, now)]).filter(
    ({ at }) => at <= now,
  );
}

/** The lines of some requests, in the order in which a server writes them. */
export function linesOf(requests: readonly AuditedRequest[]): AuditLine[] {
  return requests.flatMap((request, index) => auditLines(request, index)).sort((a, b) => a.at - b.at);
}
