import { isObject } from '../slim/json-reading.ts';

/** Replicas of several roles stand this deep: `spec.tfReplicaSpecs.Worker.template`. */
const MAX_DEPTH = 6;

/**
 * Whether an object of a kind that is not known has a pod template, so that its controller makes pods: a field `template`
 * with `spec.containers`, wherever under its spec, as Rollouts, CloneSets, Knative Services and training jobs have.
 * Source: PodTemplateSpec, https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-template-v1/
 */
export function makesPods(raw: unknown): boolean {
  return isObject(raw) && holdsTemplate(raw['spec'], MAX_DEPTH);
}

function holdsTemplate(value: unknown, depth: number): boolean {
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.some((one) => holdsTemplate(one, depth - 1));
  if (!isObject(value)) return false;
  const { template } = value;
  if (isObject(template) && isObject(template['spec']) && Array.isArray(template['spec']['containers'])) return true;
  return Object.values(value).some((one) => holdsTemplate(one, depth - 1));
}
