import type { Labels } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { workloadLabels } from './workload-labels.ts';

const PART_OF = 'app.kubernetes.io/part-of';
const NAME = 'app.kubernetes.io/name';
const INSTANCE = 'app.kubernetes.io/instance';

/** Keys that name the application of a pod, the most usual first. */
const APPLICATION_KEYS = [NAME, 'app', 'k8s-app'] as const;

/**
 * The applications that some pods belong to, by the first naming key that all of them have; undefined where they have
 * none in common, so that nothing tells their applications apart.
 */
export function applicationsOf(
  all: readonly { readonly labels: Labels }[],
): { readonly key: string; readonly names: readonly string[] } | undefined {
  const key = APPLICATION_KEYS.find((one) => all.every(({ labels }) => labels[one] !== undefined));
  const first = key === undefined ? undefined : all[0]?.labels[key];
  if (key === undefined || first === undefined) return undefined;
  // What most selectors find.
  if (all.every(({ labels }) => labels[key] === first)) return { key, names: [first] };
  return { key, names: [...new Set(all.map(({ labels }) => labels[key] ?? ''))].sort() };
}

/** The product that most workloads of the same name and instance in a namespace say they are part of. */
export interface PartOfMajority {
  readonly partOf: string;
  readonly count: number;
  /** Workloads of that name and instance with some part-of. */
  readonly total: number;
}

/** What identifies one install of an application in a namespace; undefined for labels without a name. */
export function installOf(labels: Labels): string | undefined {
  const name = labels[NAME];
  return name === undefined ? undefined : JSON.stringify([name, labels[INSTANCE] ?? '']);
}

/** Installs of a namespace whose workloads do not agree on part-of, with what most of them say (null for a tie). */
export function partOfConflicts(view: ClusterView, namespace: string): ReadonlyMap<string, PartOfMajority | null> {
  return view.derive(
    'part-of',
    namespace,
    (inner) => {
      const counts = new Map<string, Map<string, number>>();
      for (const { own } of workloadLabels(inner, namespace)) {
        const install = installOf(own);
        const partOf = own[PART_OF];
        if (install === undefined || partOf === undefined) continue;
        const values = counts.get(install) ?? new Map<string, number>();
        counts.set(install, values.set(partOf, (values.get(partOf) ?? 0) + 1));
      }
      return new Map(
        [...counts].flatMap(([install, values]): [string, PartOfMajority | null][] =>
          values.size < 2 ? [] : [[install, majorityOf(values)]],
        ),
      );
    },
    (a, b) => deepEqual([...a], [...b]),
  );
}

function majorityOf(values: ReadonlyMap<string, number>): PartOfMajority | null {
  const [first, second] = [...values].toSorted((a, b) => b[1] - a[1]);
  if (first === undefined || (second !== undefined && second[1] === first[1])) return null;
  return { partOf: first[0], count: first[1], total: [...values.values()].reduce((sum, count) => sum + count, 0) };
}
