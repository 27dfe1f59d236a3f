import type { ServicePort } from '../model/objects.ts';
import type { PodSpec } from '../model/pod-spec.ts';
import { servingPorts } from './network-policy-rule.ts';

/**
 * The pod ports that a Service port leads to: the number itself, or each container port of that name and protocol.
 *
 * Source: k8s.io/kubernetes pkg/api/v1/pod `FindPort`
 *
 * @returns [] where the pod declares no port of that name: the Service then has no endpoint there
 */
export function targetPorts(port: ServicePort, spec: PodSpec): readonly number[] {
  const { targetPort } = port;
  if (typeof targetPort === 'number') return [targetPort];
  const named = servingPorts(spec).filter((one) => one.name === targetPort && one.protocol === port.protocol);
  return [...new Set(named.map((one) => one.containerPort))];
}
