import type { LabelSelector } from '../model/selector.ts';
import { requirementsOf } from './selector-implication.ts';

/** Label domains that Kubernetes and packaging tools use, which say nothing about an operator. */
const COMMON_DOMAIN = /(?:^|\.)(?:kubernetes\.io|k8s\.io|helm\.sh|openshift\.io)$/;

/**
 * Labels of pods that the Prometheus operator makes. Source: prometheus-operator pkg/prometheus and pkg/alertmanager
 * (selector labels of its StatefulSets); the Services of kube-prometheus select by them.
 */
const PROMETHEUS_KEYS: ReadonlySet<string> = new Set(['prometheus', 'alertmanager', 'thanos-ruler']);
const PROMETHEUS_NAMES: ReadonlySet<string> = new Set(['prometheus', 'alertmanager', 'thanos-ruler']);

/**
 * Whether pods that a selector asks for are most likely made by an operator from a custom resource, so that manifests alone
 * never hold them: a label in a domain of its own (`strimzi.io/cluster`), or those of the Prometheus operator.
 */
export function isOperatedSelector(selector: LabelSelector): boolean {
  return requirementsOf(selector).some(({ key, operator, values = [] }) => {
    if (operator !== 'In' && operator !== 'Exists') return false;
    if (PROMETHEUS_KEYS.has(key)) return true;
    if (key === 'app.kubernetes.io/name') return values.some((value) => PROMETHEUS_NAMES.has(value));
    const slash = key.indexOf('/');
    return slash > 0 && !COMMON_DOMAIN.test(key.slice(0, slash));
  });
}
