import { RECOMMENDED_LABELS } from '../../kube/recommended-labels.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { workloadNamespaces, workloads, type AnalysedWorkload } from '../workload/workloads.ts';
import { isMirror, labelHealth, ownLabels } from './label-health.ts';

/** How many workloads of a group carry all recommended labels, and how many labels of all that there could be. */
interface Coverage {
  readonly workloads: number;
  readonly complete: number;
  /** Recommended labels present, of `workloads` × 6. */
  readonly labels: number;
}

export interface LabelCoverage {
  readonly all: Coverage;
  readonly byNamespace: ReadonlyMap<string, Coverage>;
  readonly byKind: ReadonlyMap<string, Coverage>;
  /** By the team or owner that workloads name; '' for those that name none. */
  readonly byTeam: ReadonlyMap<string, Coverage>;
}

/** Keys by which workloads usually name who is responsible for them. */
const TEAM_KEYS = ['team', 'owner', 'app.kubernetes.io/team', 'app.kubernetes.io/owner'] as const;

const NONE: Coverage = { workloads: 0, complete: 0, labels: 0 };

/** Coverage of recommended labels per namespace, kind and team. Mirror pods, which nobody can label, are left out. */
export function labelCoverage(view: ClusterView): LabelCoverage {
  return view.derive('label-coverage', (inner) => {
    const byNamespace = new Map<string, Coverage>();
    const byKind = new Map<string, Coverage>();
    const byTeam = new Map<string, Coverage>();
    let all = NONE;
    for (const namespace of workloadNamespaces(inner)) {
      for (const { kind, team, coverage } of judged(inner, namespace)) {
        all = sum(all, coverage);
        byNamespace.set(namespace, sum(byNamespace.get(namespace), coverage));
        byKind.set(kind, sum(byKind.get(kind), coverage));
        byTeam.set(team, sum(byTeam.get(team), coverage));
      }
    }
    return { all, byNamespace, byKind, byTeam };
  });
}

interface Judged {
  readonly kind: string;
  readonly team: string;
  readonly coverage: Coverage;
}

/** The coverage of a namespace by kind and team. */
function judged(view: ClusterView, namespace: string): readonly Judged[] {
  return view.derive(
    `label-coverage/${namespace}`,
    (inner) => {
      const owner = inner.facts().labels?.owner ?? null;
      const found = new Map<string, Judged>();
      for (const workload of workloads(inner, namespace)) {
        if (isMirror(workload)) continue;
        const { kind } = workload.ref;
        const team = teamOf(workload, owner);
        const { missing } = labelHealth(workload);
        const labels = RECOMMENDED_LABELS.length - missing.length;
        const one = { workloads: 1, complete: missing.length === 0 ? 1 : 0, labels };
        const key = `${kind}/${team}`;
        found.set(key, { kind, team, coverage: sum(found.get(key)?.coverage, one) });
      }
      return [...found.values()];
    },
    deepEqual,
  );
}

function teamOf(workload: AnalysedWorkload, owner: string | null): string {
  const labels = ownLabels(workload);
  const key = owner ?? TEAM_KEYS.find((one) => labels[one] !== undefined);
  return key === undefined ? '' : (labels[key] ?? '');
}

function sum(a: Coverage | undefined, b: Coverage): Coverage {
  if (a === undefined) return b;
  return { workloads: a.workloads + b.workloads, complete: a.complete + b.complete, labels: a.labels + b.labels };
}
