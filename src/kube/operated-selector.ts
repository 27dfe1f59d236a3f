import type { Labels } from '../model/selector.ts';

/** Label domains that Kubernetes and packaging tools use, which say nothing about an operator. */
const COMMON_DOMAIN = /(?:^|\.)(?:kubernetes\.io|k8s\.io|helm\.sh|openshift\.io)$/;

/**
 * Labels of pods that the Prometheus operator makes. Source: prometheus-operator pkg/prometheus and pkg/alertmanager
 * (selector labels of its StatefulSets); the Services of kube-prometheus select by them.
 */
const PROMETHEUS_KEYS = ['prometheus', 'alertmanager', 'thanos-ruler'] as const;
const PROMETHEUS_NAMES: ReadonlySet<string> = new Set(['prometheus', 'alertmanager', 'thanos-ruler']);

/**
 * Whether pods with these labels are most likely made by an operator from a custom resource, so that manifests alone
 * never hold them: a label in a domain of its own (`strimzi.io/cluster`), or those of the Prometheus operator.
 */
export function isOperatedSelector(selector: Labels): boolean {
  return (
    PROMETHEUS_KEYS.some((key) => selector[key] !== undefined) ||
    PROMETHEUS_NAMES.has(selector['app.kubernetes.io/name'] ?? '') ||
    Object.keys(selector).some((key) => {
      const slash = key.indexOf('/');
      return slash > 0 && !COMMON_DOMAIN.test(key.slice(0, slash));
    })
  );
}
