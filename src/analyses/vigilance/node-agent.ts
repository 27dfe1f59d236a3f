import type { Severity } from '../../model/finding.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';

/**
 * How far a workload may be expected to need the node itself: static pods of the control plane and agents in system
 * namespaces do by design, another DaemonSet may (logs, metrics, storage), anything else should not.
 */
export type NodeAccess = 'control-plane' | 'system-agent' | 'agent' | 'unexpected';

/** Namespaces where network plugins, storage drivers and the like are installed by their own makers. */
const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set([
  'calico-system',
  'cilium',
  'kube-flannel',
  'kube-system',
  'tigera-operator',
]);

export function isSystemNamespace(namespace: string): boolean {
  return SYSTEM_NAMESPACES.has(namespace);
}

/** What is expected of a workload. */
export function nodeAccess(workload: AnalysedWorkload): NodeAccess {
  const { kind, namespace } = workload.ref;
  const isStatic = kind === 'Pod' && workload.classes.some((one) => one.pods.some((pod) => pod.mirror));
  if (isStatic && namespace === 'kube-system') return 'control-plane';
  if (kind !== 'DaemonSet') return 'unexpected';
  return isSystemNamespace(namespace) ? 'system-agent' : 'agent';
}

/** The severity in context; undefined where the access is the workload's very purpose. */
export function severityFor(access: NodeAccess, severity: Severity): Severity | undefined {
  switch (access) {
    case 'control-plane':
      return undefined;
    case 'system-agent':
      return 'info';
    case 'agent':
      return ONE_STEP_DOWN[severity];
    case 'unexpected':
      return severity;
  }
}

/** Whether the access is usually needed, so that having it does not say that a control is unmet. */
export function isExpected(access: NodeAccess): boolean {
  return access === 'system-agent';
}

/** The sentence that explains a lowered severity; '' where it was not lowered. */
export function accessNote(access: NodeAccess): string {
  switch (access) {
    case 'system-agent':
      return ' An agent in a system namespace usually needs this.';
    case 'agent':
      return ' A DaemonSet may be a node agent that needs this; check that it does.';
    case 'control-plane':
    case 'unexpected':
      return '';
  }
}

const ONE_STEP_DOWN: Readonly<Record<Severity, Severity>> = {
  critical: 'high',
  high: 'medium',
  medium: 'low',
  low: 'info',
  info: 'info',
};
