import { ownerOf } from '../../kube/ownership-labels.ts';
import { RECOMMENDED_LABELS } from '../../kube/recommended-labels.ts';
import { kindInfo, type Kind } from '../../model/kind.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { workloadNamespaces, workloads } from '../workload/workloads.ts';
import { isMirror, labelHealth, ownLabels } from './label-health.ts';

/** How many workloads of a group carry all recommended labels, and how many labels of all that there could be. */
interface Coverage {
  readonly workloads: number;
  readonly complete: number;
  /** Recommended labels present, of `workloads` × 6. */
  readonly labels: number;
}

/** How many objects of a kind carry all recommended labels, and how many labels of all that there could be. */
interface ObjectCoverage {
  readonly kind: string;
  readonly objects: number;
  readonly complete: number;
  /** Recommended labels present, of `objects` × 6. */
  readonly labels: number;
}

export interface LabelCoverage {
  readonly all: Coverage;
  readonly byNamespace: ReadonlyMap<string, Coverage>;
  readonly byKind: ReadonlyMap<string, Coverage>;
  /** By the team or owner that workloads name; '' for those that name none. */
  readonly byTeam: ReadonlyMap<string, Coverage>;
}

const NONE: Coverage = { workloads: 0, complete: 0, labels: 0 };

/** Coverage of recommended labels per namespace, kind and team. Mirror pods, which nobody can label, are left out. */
export function labelCoverage(view: ClusterView): LabelCoverage {
  return view.derive('label-coverage', (inner) => coverageIn(inner, workloadNamespaces(inner)));
}

/** The same for the workloads of some namespaces. */
export function coverageIn(view: ClusterView, namespaces: readonly string[]): LabelCoverage {
  const byNamespace = new Map<string, Coverage>();
  const byKind = new Map<string, Coverage>();
  const byTeam = new Map<string, Coverage>();
  let all = NONE;
  for (const namespace of namespaces) {
    for (const { kind, team, coverage } of judged(view, namespace)) {
      all = sum(all, coverage);
      byNamespace.set(namespace, sum(byNamespace.get(namespace), coverage));
      byKind.set(kind, sum(byKind.get(kind), coverage));
      byTeam.set(team, sum(byTeam.get(team), coverage));
    }
  }
  return { all, byNamespace, byKind, byTeam };
}

/** What stands around workloads and is labelled like them. Config maps and Secrets are mostly made by tools and left out. */
const AROUND_KINDS = [
  'Service',
  'Ingress',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
] as const satisfies readonly Kind[];

/** The same for the objects around workloads, by kind; kinds of which there are none are left out. */
export function coverageAround(view: ClusterView, isIn: (namespace: string) => boolean): readonly ObjectCoverage[] {
  return AROUND_KINDS.flatMap((kind) => {
    const counts = view
      .list(kind)
      .filter(({ namespace }) => isIn(namespace))
      .map(({ labels }) => RECOMMENDED_LABELS.filter((label) => labels[label] !== undefined).length);
    if (counts.length === 0) return [];
    return [
      {
        kind: kindInfo(kind).kind,
        objects: counts.length,
        complete: counts.filter((count) => count === RECOMMENDED_LABELS.length).length,
        labels: counts.reduce((total, count) => total + count, 0),
      },
    ];
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
        const team = ownerOf(ownLabels(workload), owner) ?? '';
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

function sum(a: Coverage | undefined, b: Coverage): Coverage {
  if (a === undefined) return b;
  return { workloads: a.workloads + b.workloads, complete: a.complete + b.complete, labels: a.labels + b.labels };
}
