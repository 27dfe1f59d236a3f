import { SEVERITIES, severityRank, type Severity } from '../../model/finding.ts';

/** Groups that stand for everybody. */
export type Everyone = 'unauthenticated' | 'authenticated' | 'service accounts';

/** Who holds a grant. */
export interface Holders {
  readonly everyone: Everyone | null;
  /** Whether none of them exists. */
  readonly isDangling: boolean;
}

/** Who holds it: everybody makes it worse, nobody (yet) makes it latent. */
export function inContext(context: Holders, severity: Severity): Severity {
  if (context.isDangling) return atMost(severity, 'low');
  switch (context.everyone) {
    case 'unauthenticated':
      return shifted(severity, -2);
    case 'authenticated':
    case 'service accounts':
      return shifted(severity, -1);
    case null:
      return severity;
  }
}

/**
 * A severity some steps further down or up.
 *
 * @param steps positive: less severe
 */
export function shifted(severity: Severity, steps: number): Severity {
  const rank = Math.min(Math.max(severityRank(severity) + steps, 0), SEVERITIES.length - 1);
  return SEVERITIES[rank] ?? severity;
}

export function atMost(severity: Severity, limit: Severity): Severity {
  return severityRank(severity) < severityRank(limit) ? limit : severity;
}
