import type { AuditState } from '../../model/audit-state.ts';
import type { Detection } from './detections/detection.ts';
import { DETECTIONS } from './detections/table.ts';

/** A detection that the logs cannot support, or only in part, and why. */
export interface BlindSpot {
  readonly detection: string;
  readonly reason: string;
  /** Whether it can fire at all. */
  readonly isImpossible: boolean;
}

/**
 * What the logs that were read could not have shown. A log does not tell what was left out of it: a verb, stage or
 * resource that never occurred may have been left out by the audit policy, so it counts as not seen.
 */
export function auditBlindSpots({ coverage, total }: AuditState): readonly BlindSpot[] {
  if (total === 0) return [];
  return DETECTIONS.flatMap((detection): readonly BlindSpot[] => {
    const reason = impossible(detection, coverage);
    if (reason !== null) return [{ detection: detection.name, reason, isImpossible: true }];
    const hasBodies = bodies(coverage) > 0;
    return detection.blind === '' || hasBodies
      ? []
      : [
          {
            detection: detection.name,
            reason: `a log of level Metadata does not show ${detection.blind}`,
            isImpossible: false,
          },
        ];
  });
}

function impossible(detection: Detection, coverage: AuditState['coverage']): string | null {
  if (detection.level === 'Request' && bodies(coverage) === 0) {
    return 'it needs request bodies (level Request), and every event here is of level Metadata';
  }
  if (detection.stage !== undefined && (coverage.stages[detection.stage] ?? 0) === 0 && detection.topics === 'any') {
    return `it needs stage ${detection.stage}, and no event here has it (omitStages?)`;
  }
  const { verbs } = detection;
  if (verbs.length > 0 && !verbs.some((verb) => (coverage.verbs[verb] ?? 0) > 0)) {
    return `no request with ${verbs.join(', ')} is in the log: the audit policy may leave them out`;
  }
  return null;
}

function bodies({ levels }: AuditState['coverage']): number {
  return (levels['Request'] ?? 0) + (levels['RequestResponse'] ?? 0);
}

/** The logs' levels and holes in a few words: `log: Metadata, no gaps`. */
export function auditCoverageText({ coverage, notes, total }: AuditState): string {
  if (notes.length === 0) return 'no audit log';
  if (total === 0) return 'log: empty so far';
  const levels = Object.keys(coverage.levels).join(' and ');
  const { gaps } = coverage;
  const unread = notes.reduce((sum, note) => sum + note.broken + note.truncated + note.legacy, 0);
  const parts = [
    levels,
    gaps.length === 0 ? 'no gaps' : `${gaps.length} ${gaps.length === 1 ? 'gap' : 'gaps'}`,
    ...(unread === 0 ? [] : [`${unread} ${unread === 1 ? 'line' : 'lines'} unreadable`]),
  ];
  return `log: ${parts.join(', ')}`;
}
