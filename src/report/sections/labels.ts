import { coverageAround, coverageIn, type LabelCoverage } from '../../analyses/labels/label-coverage.ts';
import { isMirror, labelHealth, type SuspectLabel } from '../../analyses/labels/label-health.ts';
import { nearMisses } from '../../analyses/labels/near-misses.ts';
import { workloadNamespaces, workloads } from '../../analyses/workload/workloads.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

interface LabelledWorkload {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly missing: readonly string[];
  readonly suspect: readonly SuspectLabel[];
}

/** Coverage of one group; `name` is that of the namespace, kind or team ('' for workloads that name no team). */
type NamedCoverage = LabelCoverage['all'] & { readonly name: string };

export interface LabelsSection {
  readonly workloads: Iterable<LabelledWorkload>;
  readonly coverage: {
    readonly all: LabelCoverage['all'];
    readonly byNamespace: readonly NamedCoverage[];
    readonly byKind: readonly NamedCoverage[];
    readonly byTeam: readonly NamedCoverage[];
    readonly around: ReturnType<typeof coverageAround>;
  };
}

/**
 * The `labels` field of the report: every workload judged, and how many of the recommended labels are there.
 *
 * @param isIn whether a namespace is reported
 */
export function labelsSection(view: ClusterView, isIn: (namespace: string) => boolean): LabelsSection {
  const namespaces = workloadNamespaces(view).filter((name) => isIn(name));
  const { all, byNamespace, byKind, byTeam } = coverageIn(view, namespaces);
  return {
    workloads: labelled(view, namespaces),
    coverage: {
      all,
      byNamespace: named(byNamespace),
      byKind: named(byKind),
      byTeam: named(byTeam),
      around: coverageAround(view, isIn),
    },
  };
}

function named(groups: LabelCoverage['byKind']): readonly NamedCoverage[] {
  return [...groups].map(([name, coverage]) => ({ name, ...coverage })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function* labelled(view: ClusterView, namespaces: readonly string[]): Generator<LabelledWorkload> {
  for (const namespace of namespaces) {
    for (const workload of workloads(view, namespace)) {
      const { missing, suspect } = labelHealth(workload);
      const values = nearMisses(view, workload).map(({ key, meant, why }): SuspectLabel => ({
        key,
        reason: why,
        suggestion: meant,
      }));
      yield {
        kind: workload.ref.kind,
        namespace,
        name: workload.ref.name,
        missing: isMirror(workload) ? [] : missing,
        suspect: [...suspect, ...values],
      };
    }
  }
}
