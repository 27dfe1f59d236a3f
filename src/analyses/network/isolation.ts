import { coversFamily, type IpRange } from '../../kube/ip-range.ts';
import type { CompiledPolicy } from '../../kube/network-policy.ts';
import { DIRECTIONS, resolvePorts, type Direction, type NetworkRule } from '../../kube/network-policy-rule.ts';
import { everyPort, intersectPorts, samePorts } from '../../kube/port-set.ts';
import { isEmptySelector } from '../../kube/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { sameItems } from '../../store/same-items.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import type { PodClass } from '../workload/pod-groups.ts';
import {
  workloadKey,
  workloadName,
  workloadNamed,
  workloads,
  type AnalysedWorkload,
  type WorkloadId,
} from '../workload/workloads.ts';
import { decisionContext, keepsVerdicts, type DecisionContext } from './decision-context.ts';
import { brokenReason, selectingPolicies } from './policies.ts';
import { widerIsolation } from './wider-policies.ts';

export type IsolationStatus = 'isolated' | 'open' | 'not-applicable' | 'unknown';

/** What policy objects make of a pod in one direction. Whether anything enforces them is another question. */
interface DirectionVerdict {
  readonly status: IsolationStatus;
  /** The policies that decide, `shop/web` for a NetworkPolicy, else with their kind. */
  readonly policies: readonly string[];
  /** Why, where the policies do not say it all; '' otherwise. */
  readonly reason: string;
  /** Isolated, but its policies let every peer in (or out) on every TCP port. */
  readonly everyone: boolean;
}

export interface ClassIsolation {
  readonly podClass: PodClass;
  readonly ingress: DirectionVerdict;
  readonly egress: DirectionVerdict;
}

/** The verdicts of a workload's pod classes, with what else decided about them. */
interface JudgedClasses {
  readonly context: DecisionContext;
  readonly classes: readonly ClassIsolation[];
}

export interface WorkloadVerdict extends DirectionVerdict {
  /** Its pods differ. */
  readonly mixed: boolean;
  /** The classes whose status is the workload's. */
  readonly classes: readonly PodClass[];
}

const ALL_TCP = everyPort('TCP');

/** The verdict for every pod class of a namespace, workload by workload. */
export function namespaceIsolation(view: ClusterView, namespace: string): readonly ClassIsolation[] {
  return workloads(view, namespace).flatMap(({ ref }) => classIsolation(view, ref));
}

/** The verdict for a workload: open when any of its pods is, then unknown, then isolated. */
export function workloadIsolation(
  view: ClusterView,
  { ref }: Pick<AnalysedWorkload, 'ref'>,
): Readonly<Record<Direction, WorkloadVerdict>> | undefined {
  return view.derive(
    'workload-isolation',
    workloadKey(ref),
    (inner) => {
      const own = classIsolation(inner, ref);
      if (own.length === 0) return undefined;
      return { ingress: combine(own, 'ingress'), egress: combine(own, 'egress') };
    },
    sameWorkloadVerdict,
  );
}

/**
 * The verdict for every pod class of a workload: a pod is isolated in a direction where at least one NetworkPolicy of its
 * namespace selects it for that direction; policies add up, their order does not matter.
 *
 * Source: k8s.io/api networking/v1 types.go; kubernetes.io/docs/concepts/services-networking/network-policies
 */
export function classIsolation(view: ClusterView, ref: WorkloadId): readonly ClassIsolation[] {
  const { namespace } = ref;
  return view.derive(
    'isolation',
    workloadKey(ref),
    (inner, previous: JudgedClasses | undefined) => {
      const context = decisionContext(inner, namespace);
      const isKept = keepsVerdicts(previous?.context, context);
      const before = new Map(previous?.classes.map((one) => [one.podClass, one]));
      const own = workloadNamed(inner, namespace, workloadName(ref))?.classes ?? [];
      const classes = own.map((podClass) => {
        const old = before.get(podClass);
        if (old !== undefined && isKept) return old;
        const ingress = judge(inner, context, podClass, 'ingress');
        const now = { podClass, ingress, egress: judge(inner, context, podClass, 'egress') };
        const isSame = old !== undefined && deepEqual(old.ingress, now.ingress) && deepEqual(old.egress, now.egress);
        return isSame ? old : now;
      });
      return { context, classes };
    },
    (a, b) => a.context === b.context && sameItems(a.classes, b.classes),
  ).classes;
}

/**
 * The verdict for the pods that a workload's template starts next, where they are others than those that run: the
 * template says a label that none of these has. What pods have beside it may come from admission, and counts for them.
 *
 * @returns undefined where the pods that run tell of the next ones
 */
export function nextIsolation(
  view: ClusterView,
  { ref, template, classes }: AnalysedWorkload,
): Readonly<Record<Direction, DirectionVerdict>> | undefined {
  if (template === undefined) return undefined;
  const { labels, spec } = template;
  const runs = ({ pods, state }: PodClass): boolean => pods.length > 0 && state !== 'finished';
  const isAnother = (key: string): boolean => !classes.some((one) => runs(one) && one.labels[key] === labels[key]);
  if (!classes.some(runs) || !Object.keys(labels).some(isAnother)) return undefined;
  const context = decisionContext(view, ref.namespace);
  const next: PodClass = { workload: ref, namespace: ref.namespace, labels, spec, state: 'active', pods: [] };
  return { ingress: judge(view, context, next, 'ingress'), egress: judge(view, context, next, 'egress') };
}

/** Why NetworkPolicies do not apply to a pod; '' where they do. */
export function inapplicable(podClass: PodClass): string {
  if (podClass.spec.hostNetwork) return 'host network';
  return podClass.state === 'finished' ? 'finished' : '';
}

function judge(
  view: ClusterView,
  context: DecisionContext,
  podClass: PodClass,
  direction: Direction,
): DirectionVerdict {
  const reason = inapplicable(podClass);
  if (reason !== '') return verdict('not-applicable', [], reason);
  const { readable, unreadable, labels: namespaceLabels } = context;
  if (readable !== '') return verdict('unknown', [], `NetworkPolicies not readable: ${readable}`);
  const { namespace, labels } = podClass;
  const selecting = selectingPolicies(context.policies, labels, direction);
  if (selecting.length > 0) {
    const names = selecting.map((policy) => policy.name);
    const notes = [
      ...(unreadable === '' ? [] : [`isolated by NetworkPolicy; ${unreadable}`]),
      ...(podClass.state === 'pending' ? ['pending: not enforced before the pod has an address'] : []),
    ];
    return { ...verdict('isolated', names, notes.join('; ')), everyone: allowsEveryone(selecting, direction) };
  }
  const broken = brokenReason(context.broken, labels, direction);
  if (broken !== '') return verdict('unknown', [], broken);
  const pod = { namespace, namespaceLabels, labels, serviceAccount: podClass.spec.serviceAccountName };
  const wider = widerIsolation(view, context, pod, direction);
  if (wider.status === 'isolates') {
    return { ...verdict('isolated', wider.policies, wider.reason), everyone: wider.everyone };
  }
  if (wider.status === 'unknown') return verdict('unknown', wider.policies, wider.reason);
  if (unreadable !== '') return verdict('unknown', [], unreadable);
  return verdict('open', wider.policies, wider.reason);
}

function verdict(status: IsolationStatus, policies: readonly string[], reason: string): DirectionVerdict {
  return { status, policies, reason, everyone: false };
}

/** Whether policies together let every peer through on every TCP port, so that "isolated" means nothing. */
export function allowsEveryone(policies: readonly CompiledPolicy[], direction: Direction): boolean {
  const rules = policies.flatMap((policy) => policy[direction] ?? []).filter(speaksOfAllTcp);
  if (rules.some((rule) => rule.peers === 'any')) return true;
  const peers = rules.flatMap((rule) => (rule.peers === 'any' ? [] : rule.peers));
  return coversFamily(
    peers.flatMap((peer): readonly IpRange[] => (peer.type === 'addresses' ? peer.ranges : [])),
    4,
  );
}

/** Whether a rule speaks of every TCP port, whatever names the destination has. */
export function speaksOfAllTcp(rule: NetworkRule): boolean {
  return samePorts(intersectPorts(resolvePorts(rule.ports, null), ALL_TCP), ALL_TCP);
}

/** Whether a rule's peers include the pods of every namespace. */
export function allowsAllPods(rule: NetworkRule): boolean {
  return (
    rule.peers === 'any' ||
    rule.peers.some(
      (peer) =>
        peer.type === 'pods' &&
        peer.namespaceSelector !== null &&
        isEmptySelector(peer.namespaceSelector) &&
        isEmptySelector(peer.podSelector),
    )
  );
}

const ORDER: readonly IsolationStatus[] = ['open', 'unknown', 'isolated', 'not-applicable'];

function combine(own: readonly ClassIsolation[], direction: Direction): WorkloadVerdict {
  const status = ORDER.find((one) => own.some((item) => item[direction].status === one)) ?? 'unknown';
  const deciding = own.filter((item) => item[direction].status === status);
  const applicable = own.filter((item) => item[direction].status !== 'not-applicable');
  const policies = [...new Set(own.flatMap((item) => item[direction].policies))].sort();
  return {
    status,
    policies,
    reason: deciding[0]?.[direction].reason ?? '',
    everyone: status === 'isolated' && deciding.some((item) => item[direction].everyone),
    mixed: applicable.some((item) => item[direction].status !== status),
    classes: deciding.map((item) => item.podClass),
  };
}

type WorkloadVerdicts = Readonly<Record<Direction, WorkloadVerdict>> | undefined;

function sameWorkloadVerdict(a: WorkloadVerdicts, b: WorkloadVerdicts): boolean {
  if (a === undefined || b === undefined) return a === b;
  return DIRECTIONS.every((direction) => {
    const { classes: left, ...before } = a[direction];
    const { classes: right, ...now } = b[direction];
    return left.length === right.length && left.every((one, index) => one === right[index]) && deepEqual(before, now);
  });
}
