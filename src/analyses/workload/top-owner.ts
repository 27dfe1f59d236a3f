import { apiVersionOf, kindInfo, kindOf, type Kind } from '../../model/kind.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { KubeObject, OwnerReference } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** Chains longer than this are broken data, not Kubernetes. */
const LONGEST_CHAIN = 8;

/**
 * The owner at the top of an object's chain of controller references, as far as it can be followed. A mirror pod is
 * owned by its Node and stays its own workload. A pod whose ReplicaSet was not read, and whose name carries the
 * pod-template-hash label, belongs to the Deployment of that name (the Deployment controller names a ReplicaSet
 * `<deployment>-<hash>`).
 */
export function topOwner(view: ClusterView, object: KubeObject): ObjectRef & { readonly namespace: string } {
  return followOwners(object, (kind, name) => view.get(kind, object.namespace, name)?.owners);
}

/**
 * The same, for whoever knows the owners already.
 *
 * @param ownersOf the owner references of an object of the same namespace; undefined where it is not there
 */
export function followOwners(
  object: KubeObject,
  ownersOf: (kind: Kind, name: string) => readonly OwnerReference[] | undefined,
): ObjectRef & { readonly namespace: string } {
  let current: ObjectRef & { readonly namespace: string } = {
    apiVersion: apiVersionOf(object.kind),
    kind: kindInfo(object.kind).kind,
    namespace: object.namespace,
    name: object.name,
  };
  let owner = controller(object.owners);
  for (let steps = 0; owner !== undefined && owner.kind !== 'Node' && steps < LONGEST_CHAIN; steps += 1) {
    current = { apiVersion: owner.apiVersion, kind: owner.kind, namespace: object.namespace, name: owner.name };
    const kind = kindOf(owner.apiVersion, owner.kind);
    const next = kind === undefined ? undefined : ownersOf(kind, owner.name);
    if (next === undefined) return byTemplateHash(object, owner) ?? current;
    owner = controller(next);
  }
  return current;
}

function controller(owners: readonly OwnerReference[]): OwnerReference | undefined {
  return owners.find((owner) => owner.controller);
}

function byTemplateHash(
  object: KubeObject,
  owner: OwnerReference,
): (ObjectRef & { readonly namespace: string }) | undefined {
  const hash = object.labels['pod-template-hash'];
  if (owner.kind !== 'ReplicaSet' || hash === undefined || !owner.name.endsWith(`-${hash}`)) return undefined;
  const name = owner.name.slice(0, -hash.length - 1);
  return { apiVersion: 'apps/v1', kind: 'Deployment', namespace: object.namespace, name };
}
