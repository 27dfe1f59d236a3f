import type { AuditState } from '../../model/audit-state.ts';
import type { Detection } from './detections/detection.ts';
import { DETECTIONS } from './detections/table.ts';

/** A detection that the logs cannot support, or only in part, and why. */
export interface BlindSpot {
  readonly detection: string;
  readonly reason: string;
  /** What of the log makes it blind. */
  readonly cause: 'level' | 'stage' | 'verb';
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
    const spot = impossible(detection, coverage) ?? partial(detection, coverage);
    return spot === null ? [] : [{ detection: detection.name, ...spot }];
  });
}

type Spot = Omit<BlindSpot, 'detection'>;

function impossible(detection: Detection, coverage: AuditState['coverage']): Spot | null {
  const blind = (cause: Spot['cause'], reason: string): Spot => ({ cause, reason, isImpossible: true });
  if (detection.level === 'Request' && bodies(coverage) === 0) {
    return blind('level', 'it needs request bodies (level Request), and every event here is of level Metadata');
  }
  if (detection.level === 'Request') {
    const { bare, others } = withoutBodies(detection, coverage);
    if (bare.length > 0 && others.length === 0) {
      return blind('level', `it needs request bodies, and ${bare.join(', ')} are logged without`);
    }
  }
  if (detection.stage !== undefined && (coverage.stages[detection.stage] ?? 0) === 0 && detection.topics === 'any') {
    return blind('stage', `it needs stage ${detection.stage}, and no event here has it (omitStages?)`);
  }
  const { verbs } = detection;
  if (verbs.length > 0 && !verbs.some((verb) => (coverage.verbs[verb] ?? 0) > 0)) {
    return blind('verb', `no request with ${verbs.join(', ')} is in the log: the audit policy may leave them out`);
  }
  return null;
}

/** What a detection sees less of than it could. */
function partial(detection: Detection, coverage: AuditState['coverage']): Spot | null {
  if (detection.blind === '') return null;
  if (bodies(coverage) === 0) {
    const reason = `a log of level Metadata does not show ${detection.blind}`;
    return { cause: 'level', reason, isImpossible: false };
  }
  const { bare } = withoutBodies(detection, coverage);
  if (detection.level !== 'Request' || bare.length === 0) return null;
  return { cause: 'level', reason: `${bare.join(', ')} are logged without bodies`, isImpossible: false };
}

/** Of the resources that a detection reads bodies of: those of which every write was logged without, and the others. */
function withoutBodies(
  { topics }: Detection,
  { bodies: counts }: AuditState['coverage'],
): { readonly bare: readonly string[]; readonly others: readonly string[] } {
  const written = topics === 'any' ? [] : topics.filter((topic) => counts[topic] !== undefined);
  const [bare, others] = [
    written.filter((topic) => counts[topic]?.with === 0),
    written.filter((topic) => counts[topic]?.with !== 0),
  ];
  return { bare, others };
}

function bodies({ levels }: AuditState['coverage']): number {
  return (levels['Request'] ?? 0) + (levels['RequestResponse'] ?? 0);
}

/** The logs' levels and holes in a few words: `log: Metadata, no gaps`. */
export function auditCoverageText({ coverage, notes, total }: AuditState): string {
  if (notes.length === 0) return 'no audit log';
  if (total === 0) return 'log: empty so far';
  const levels = Object.keys(coverage.levels).join(' and ');
  const { gaps, contradiction } = coverage;
  const unread = notes.reduce((sum, note) => sum + note.broken + note.truncated + note.legacy, 0);
  const parts = [
    ...(contradiction === null ? [] : ['of several clusters']),
    levels,
    gaps.length === 0 ? 'no gaps' : `${gaps.length} ${gaps.length === 1 ? 'gap' : 'gaps'}`,
    ...(unread === 0 ? [] : [`${unread} ${unread === 1 ? 'line' : 'lines'} unreadable`]),
  ];
  return `log: ${parts.join(', ')}`;
}
