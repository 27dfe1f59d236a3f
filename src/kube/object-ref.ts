import { apiVersionOf, kindInfo } from '../model/kind.ts';
import type { ObjectRef } from '../model/finding.ts';
import type { KubeObject } from '../model/objects.ts';

/** How reports name an object. */
export function refOf(object: KubeObject): ObjectRef {
  return {
    apiVersion: apiVersionOf(object.kind),
    kind: kindInfo(object.kind).kind,
    namespace: object.namespace === '' ? null : object.namespace,
    name: object.name,
  };
}

/** `Deployment shop/cart`, or `ClusterRole admin` for cluster-scoped objects. */
export function refText(ref: ObjectRef): string {
  return ref.namespace === null ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;
}

/** The same as seen from a namespace, whose own objects need not say it: `Deployment cart`, `Gateway edge/web`. */
export function refTextFrom(namespace: string, ref: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>): string {
  return ref.namespace === null || ref.namespace === namespace
    ? `${ref.kind} ${ref.name}`
    : `${ref.kind} ${ref.namespace}/${ref.name}`;
}
