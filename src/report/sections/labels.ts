import {
  coverageIn,
  judgedNamespaces,
  type Coverage,
  type LabelCoverage,
} from '../../analyses/labels/label-coverage.ts';
import { isMirror, labelHealth, suspectLabels, type SuspectLabel } from '../../analyses/labels/label-health.ts';
import { labelledObjects, missingLabels } from '../../analyses/labels/labelled-objects.ts';
import { nearMisses } from '../../analyses/labels/near-misses.ts';
import { workloads } from '../../analyses/workload/workloads.ts';
import { kindInfo } from '../../model/kind.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

interface Labelled {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly missing: readonly string[];
  readonly suspect: readonly SuspectLabel[];
}

/** Coverage of one group; `name` is that of the namespace, kind or team ('' for objects that name no team). */
type NamedCoverage = Coverage & { readonly name: string };

export interface LabelsSection {
  readonly workloads: Iterable<Labelled>;
  /** The objects around them. */
  readonly objects: Iterable<Labelled>;
  readonly coverage: {
    readonly all: Coverage;
    readonly byNamespace: readonly NamedCoverage[];
    readonly byKind: readonly NamedCoverage[];
    readonly byTeam: readonly NamedCoverage[];
  };
}

/**
 * The `labels` field of the report: every object judged, and how many of the recommended labels are there.
 *
 * @param isIn whether a namespace is reported
 */
export function labelsSection(view: ClusterView, isIn: (namespace: string) => boolean): LabelsSection {
  const namespaces = judgedNamespaces(view).filter((name) => isIn(name));
  const { all, byNamespace, byKind, byTeam } = coverageIn(view, namespaces);
  return {
    workloads: labelledWorkloads(view, namespaces),
    objects: objectsAround(view, namespaces),
    coverage: {
      all,
      byNamespace: named(byNamespace),
      byKind: named(byKind),
      byTeam: named(byTeam),
    },
  };
}

function named(groups: LabelCoverage['byKind']): readonly NamedCoverage[] {
  return [...groups].map(([name, coverage]) => ({ name, ...coverage })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function* labelledWorkloads(view: ClusterView, namespaces: readonly string[]): Generator<Labelled> {
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

function* objectsAround(view: ClusterView, namespaces: readonly string[]): Generator<Labelled> {
  for (const namespace of namespaces) {
    for (const { kind, name, labels } of labelledObjects(view, namespace)) {
      const missing = missingLabels(labels);
      yield { kind: kindInfo(kind).kind, namespace, name, missing, suspect: suspectLabels(labels) };
    }
  }
}
