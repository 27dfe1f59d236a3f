import type { Change } from '../../model/change.ts';
import type { NetworkPolicyObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { Manifest } from '../remedy.ts';

/** The part of a NetworkPolicy that a remedy decides. */
export type PolicySpec = Pick<NetworkPolicyObject, 'podSelector' | 'policyTypes' | 'ingress' | 'egress'>;

export interface PolicyDocument {
  readonly manifest: Manifest;
  readonly change: Change;
}

/** A NetworkPolicy as YAML, and as what the store would hold of it. */
export function policyDocument(namespace: string, name: string, spec: PolicySpec): PolicyDocument {
  const object: NetworkPolicyObject = {
    kind: 'NetworkPolicy',
    namespace,
    name,
    uid: '',
    labels: {},
    annotations: {},
    created: null,
    owners: [],
    deleting: false,
    managers: [],
    location: null,
    ...spec,
  };
  const manifest = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: {
      podSelector: spec.podSelector,
      ...(spec.policyTypes === null ? {} : { policyTypes: spec.policyTypes }),
      ...(spec.ingress === null ? {} : { ingress: spec.ingress }),
      ...(spec.egress === null ? {} : { egress: spec.egress }),
    },
  };
  return { manifest, change: { type: 'upsert', object } };
}

/** A name that no policy of the namespace has yet: an apply must not overwrite one. */
export function freePolicyName(view: ClusterView, namespace: string, wanted: string): string {
  const base = wanted
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
    .slice(0, 240);
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (view.get('NetworkPolicy', namespace, name) === undefined) return name;
  }
}
