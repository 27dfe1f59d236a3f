/**
 * Labels that controllers write on pods themselves, so that they differ between pods of one workload.
 * Source: kubernetes.io docs, "Well-Known Labels, Annotations and Taints".
 */
const GENERATED: ReadonlySet<string> = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/job-completion-index',
]);

/** Put on pods that k8sec's own policy cuts off the network: such a pod is meant to differ from the others. */
export const QUARANTINE_LABEL = 'k8sec-quarantine';

/** Where a pod runs, copied from its node (KEP-4742). */
const GENERATED_PREFIXES = ['topology.kubernetes.io/', 'failure-domain.beta.kubernetes.io/'] as const;

/** Labels whose value tells which revision of its template a pod was made from. */
const REVISION_KEYS = [
  'pod-template-hash',
  'controller-revision-hash',
  'batch.kubernetes.io/controller-uid',
  'controller-uid',
] as const;

/** Whether a controller writes the label, not a person. */
export function isGeneratedLabel(key: string): boolean {
  if (GENERATED.has(key)) return true;
  for (const prefix of GENERATED_PREFIXES) if (key.startsWith(prefix)) return true;
  return false;
}

/** The revision that a pod was made from, '' where its labels do not tell. */
export function revisionOf(labels: Readonly<Record<string, string>>): string {
  for (const key of REVISION_KEYS) if (labels[key] !== undefined) return labels[key];
  return '';
}
