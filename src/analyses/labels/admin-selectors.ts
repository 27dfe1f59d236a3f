import { objectOf, objectsOf, selectorOf, type JsonObject } from '../../kube/network-policy-json.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { WiderPolicyObject } from '../../model/objects.ts';
import type { PolicySelectors } from './wider-selectors.ts';

/**
 * The pod selectors of an AdminNetworkPolicy, BaselineAdminNetworkPolicy or ClusterNetworkPolicy: its subject, and its
 * peers where they select pods and not whole namespaces.
 *
 * Source: network-policy-api.sigs.k8s.io (policy.networking.k8s.io NamespacedPod)
 */
export function adminSelectors(policy: WiderPolicyObject): PolicySelectors {
  const by = refOf(policy);
  const specs = policy.specs.map((one) => objectOf(one) ?? {});
  const whole = specs.flatMap((spec) => {
    const namespaces = selectorOf(objectOf(spec['subject'])?.['namespaces']);
    return namespaces === undefined
      ? []
      : [{ by, path: 'spec.subject.namespaces', selector: {}, namespaces: [namespaces] }];
  });
  const places = specs.flatMap(placesOf).flatMap(({ path, pods }) => {
    const own = objectOf(pods);
    if (own === undefined) return [];
    const [selector, namespaces] = [selectorOf(own['podSelector']), selectorOf(own['namespaceSelector'])];
    return [{ by, path: `${path}.podSelector`, selector: selector ?? {}, namespaces: [namespaces ?? {}] }];
  });
  return [...whole, ...places];
}

function placesOf(spec: JsonObject): readonly { readonly path: string; readonly pods: unknown }[] {
  const peers = [
    ['ingress', 'from'],
    ['egress', 'to'],
  ].flatMap(([direction = '', field = '']) =>
    objectsOf(spec[direction]).flatMap((rule, index) =>
      objectsOf(rule[field]).map((peer, at) => ({
        path: `spec.${direction}[${index}].${field}[${at}].pods`,
        pods: peer['pods'],
      })),
    ),
  );
  return [{ path: 'spec.subject.pods', pods: objectOf(spec['subject'])?.['pods'] }, ...peers];
}
