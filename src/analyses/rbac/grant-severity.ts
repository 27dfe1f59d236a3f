import { SEVERITIES, severityRank, type Severity } from '../../model/finding.ts';

/** Groups that stand for everybody. */
export type Everyone = 'unauthenticated' | 'authenticated' | 'service accounts';

/** Who holds a grant. */
export interface Holders {
  readonly everyone: Everyone | null;
  /** Whether somebody outside reaches a workload that holds it. */
  readonly isExposed: boolean;
  /** Whether none of them exists. */
  readonly isDangling: boolean;
}

/** Who may hold a grant, from the widest; the first that is met counts. */
type HolderClass = 'nobody' | Everyone | 'exposed workload' | 'others';

interface HolderWeight {
  /** How the documentation of the rules names them. */
  readonly who: string;
  /** Steps that the grant is worse; null: it is latent, at most low. */
  readonly steps: number | null;
}

/**
 * What who holds a grant adds to what it is worth by its condition and its scope. The one place where this is decided;
 * `docs/rules.md` shows it.
 */
export const HOLDER_WEIGHTS: Readonly<Record<HolderClass, HolderWeight>> = {
  nobody: { who: 'service accounts that do not exist: whoever creates one inherits it', steps: null },
  unauthenticated: { who: 'everybody who reaches the API server, without any login', steps: 2 },
  authenticated: { who: 'everybody with a login, every pod too', steps: 1 },
  'service accounts': { who: 'every pod with a token', steps: 1 },
  'exposed workload': {
    who: 'a workload that is reachable from outside (a load balancer, a node port, external IPs, a host port, an Ingress or a Gateway, unless its address is a private one) and holds its token',
    steps: 1,
  },
  others: {
    who: 'people, workloads that nobody outside reaches, and parts of Kubernetes where they hold more than upstream binds to them',
    steps: 0,
  },
};

/** What a grant is worth to those who hold it. */
export function inContext(holders: Holders, severity: Severity): Severity {
  const { steps } = HOLDER_WEIGHTS[classOf(holders)];
  return steps === null ? atMost(severity, 'low') : shifted(severity, -steps);
}

function classOf({ everyone, isExposed, isDangling }: Holders): HolderClass {
  if (isDangling) return 'nobody';
  return everyone ?? (isExposed ? 'exposed workload' : 'others');
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
