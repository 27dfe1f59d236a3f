import { RECOMMENDED_LABELS } from '../../kube/recommended-labels.ts';
import { kindInfo } from '../../model/kind.ts';
import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { groupBy } from '../workload/group-by.ts';
import { workloadNamespaces } from '../workload/workloads.ts';
import { labelledNamespaces, labelledObjects, missingLabels } from './labelled-objects.ts';
import { ownership, responsibleFor } from './ownership.ts';
import { workloadLabels } from './workload-labels.ts';

/** How many objects of a group carry all recommended labels, and how many labels of all that there could be. */
export interface Coverage {
  readonly objects: number;
  readonly complete: number;
  /** Recommended labels present, of `objects` × 6. */
  readonly labels: number;
}

export interface LabelCoverage {
  readonly all: Coverage;
  readonly byNamespace: ReadonlyMap<string, Coverage>;
  readonly byKind: ReadonlyMap<string, Coverage>;
  /** By the team or owner that an object or its namespace names; '' where neither does. */
  readonly byTeam: ReadonlyMap<string, Coverage>;
}

const NONE: Coverage = { objects: 0, complete: 0, labels: 0 };

/**
 * Coverage of recommended labels per namespace, kind and team: workloads, whose pods have to carry a label too, and the
 * objects around them. Mirror pods, which nobody can label, are left out.
 */
export function labelCoverage(view: ClusterView): LabelCoverage {
  return view.derive('label-coverage-of-cluster', '', (inner) => coverageIn(inner, judgedNamespaces(inner)));
}

/** The namespaces that hold something whose labels are judged, in order. */
export function judgedNamespaces(view: ClusterView): readonly string[] {
  return [...new Set([...workloadNamespaces(view), ...labelledNamespaces(view)])].sort();
}

/** The same for what is in some namespaces. */
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

interface Judged {
  readonly kind: string;
  readonly team: string;
  readonly coverage: Coverage;
}

/** A coverage that is being counted. */
interface Counted extends Judged {
  readonly coverage: { -readonly [K in keyof Coverage]: Coverage[K] };
}

/** The coverage of a namespace by kind and team. */
function judged(view: ClusterView, namespace: string): readonly Judged[] {
  return view.derive(
    'label-coverage',
    namespace,
    (inner) => {
      const owners = ownership(inner);
      const found = new Map<string, Map<string, Counted>>();
      const count = (kind: string, labels: Labels, missing: number): void => {
        const team = responsibleFor(owners, labels, namespace) ?? '';
        const byTeam = groupBy(found, kind);
        let one = byTeam.get(team);
        if (one === undefined) byTeam.set(team, (one = { kind, team, coverage: { ...NONE } }));
        one.coverage.objects += 1;
        one.coverage.complete += missing === 0 ? 1 : 0;
        one.coverage.labels += RECOMMENDED_LABELS.length - missing;
      };
      for (const { kind, own, missing } of workloadLabels(inner, namespace)) {
        if (missing !== null) count(kind, own, missing);
      }
      for (const { kind, labels } of labelledObjects(inner, namespace)) {
        count(kindInfo(kind).kind, labels, missingLabels(labels).length);
      }
      return [...found.values()].flatMap((byTeam) => [...byTeam.values()]);
    },
    deepEqual,
  );
}

function sum(a: Coverage | undefined, b: Coverage): Coverage {
  if (a === undefined) return b;
  return { objects: a.objects + b.objects, complete: a.complete + b.complete, labels: a.labels + b.labels };
}
