import type { Change } from '../../model/change.ts';
import type { NetworkPolicyObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { newObjectLabels } from '../labels/new-object-labels.ts';
import type { Manifest, YamlComment } from '../remedy.ts';

/** The part of a NetworkPolicy that a remedy decides. */
export type PolicySpec = Pick<NetworkPolicyObject, 'podSelector' | 'policyTypes' | 'ingress' | 'egress'>;

export interface PolicyDocument {
  readonly manifest: Manifest;
  readonly comments: readonly Omit<YamlComment, 'document'>[];
  readonly change: Change;
}

/** A NetworkPolicy that is not there yet, as YAML, and as what the store would hold of it. */
export function policyDocument(view: ClusterView, namespace: string, name: string, spec: PolicySpec): PolicyDocument {
  const bare = barePolicy(namespace, name, spec);
  const { labels, reasons } = newObjectLabels(view, bare);
  const comments = Object.entries(reasons).map(([key, text]) => ({ path: ['metadata', 'labels', key], text }));
  return documentOf({ ...bare, labels }, comments);
}

/** A NetworkPolicy that is not there yet, without labels. */
export function barePolicy(namespace: string, name: string, spec: PolicySpec): NetworkPolicyObject {
  return {
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
}

function documentOf(object: NetworkPolicyObject, comments: PolicyDocument['comments']): PolicyDocument {
  const { namespace, name, labels, podSelector, policyTypes, ingress, egress } = object;
  const manifest = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace, ...(Object.keys(labels).length === 0 ? {} : { labels }) },
    spec: {
      podSelector,
      ...(policyTypes === null ? {} : { policyTypes }),
      ...(ingress === null ? {} : { ingress }),
      ...(egress === null ? {} : { egress }),
    },
  };
  return { manifest, comments, change: { type: 'upsert', object } };
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
