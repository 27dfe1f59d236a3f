import { isLeaderRole, LEADER_KEY } from '../../kube/leader-role.ts';
import { matches } from '../../kube/selector.ts';
import { WORKLOAD_KINDS, type Kind } from '../../model/kind.ts';
import type { WorkloadObject } from '../../model/objects.ts';
import type { LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { pairsOf, type LabelPair } from './label-index.ts';

const POD_NAME = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX = 'apps.kubernetes.io/pod-index';
/** Which revision of its template a pod was made from; Argo Rollouts writes one of its own, and its kind is not read. */
const REVISIONS: ReadonlyMap<string, readonly Kind[]> = new Map<string, readonly Kind[]>([
  ['pod-template-hash', ['Deployment', 'ReplicaSet']],
  ['rollouts-pod-template-hash', ['Deployment', 'ReplicaSet']],
  ['controller-revision-hash', ['StatefulSet', 'DaemonSet']],
]);
/** The kinds of which operators mark a leader. */
const LED: readonly Kind[] = ['StatefulSet', 'Deployment'];
const JOB_NAMES: ReadonlySet<string> = new Set(['job-name', 'batch.kubernetes.io/job-name']);

/**
 * Whether a selector asks for labels that no template carries because they are written on each pod: the name or the number
 * of a pod of a StatefulSet, the name of a Job, the hash of a revision, and the role by which an operator marks the leader;
 * and a workload that is there makes such pods. They may be scaled to zero, finished, or stand in files. What is no name
 * counts only while no pod has the other labels: where one has them, it would carry these too.
 *
 * Source: kubernetes.io docs, "StatefulSets" (pod name label, pod index label) and "Jobs" (job-name)
 */
export function willSelect(view: ClusterView, selector: LabelSelector, namespace: string): boolean {
  const pairs = pairsOf(selector);
  const late = pairs.filter(isLate);
  if (late.length === 0) return false;
  const rest = without(selector, late);
  if (late.length === pairs.length && late.some(({ key }) => LEADER_KEY.test(key))) return false;
  if (late.some(({ key }) => !isName(key)) && hasPods(view, rest, namespace)) return false;
  return WORKLOAD_KINDS.some((kind) =>
    view
      .list(kind, namespace)
      .some((one) => matches(rest, one.template?.labels ?? {}) && late.every((pair) => isWrittenBy(one, pair))),
  );
}

function isLate({ key, value }: LabelPair): boolean {
  return isName(key) || key === POD_INDEX || REVISIONS.has(key) || isLeaderRole(key, value);
}

function isName(key: string): boolean {
  return key === POD_NAME || JOB_NAMES.has(key);
}

function isWrittenBy({ kind, name }: WorkloadObject, { key, value }: LabelPair): boolean {
  if (key === POD_NAME) {
    return kind === 'StatefulSet' && value.startsWith(`${name}-`) && /^\d+$/.test(value.slice(name.length + 1));
  }
  if (key === POD_INDEX) return kind === 'StatefulSet' && /^\d+$/.test(value);
  if (JOB_NAMES.has(key)) return kind === 'Job' && value === name;
  return (REVISIONS.get(key) ?? LED).includes(kind);
}

function hasPods(view: ClusterView, rest: LabelSelector, namespace: string): boolean {
  return view
    .longList('Pod', namespace)
    .some(({ labels, phase }) => phase !== 'Succeeded' && phase !== 'Failed' && matches(rest, labels));
}

function without(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  late: readonly LabelPair[],
): LabelSelector {
  const keys = new Set(late.map(({ key }) => key));
  return {
    matchLabels: Object.fromEntries(Object.entries(matchLabels).filter(([key]) => !keys.has(key))),
    matchExpressions: matchExpressions.filter(({ key }) => !keys.has(key)),
  };
}
