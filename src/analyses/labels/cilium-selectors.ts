import { NAMESPACE_LABEL, plainCiliumSelector, POD_NAMESPACE } from '../../kube/cilium-policy.ts';
import { objectOf, objectsOf, selectorOf, type JsonObject } from '../../kube/network-policy-json.ts';
import { refOf } from '../../kube/object-ref.ts';
import { selectorText } from '../../kube/selector.ts';
import type { WiderPolicyObject } from '../../model/objects.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../../model/selector.ts';
import { NAME_LABEL } from '../network/namespace-labels.ts';
import type { PolicySelectors } from './wider-selectors.ts';

/** A place in a policy that selects pods. */
interface Place {
  readonly path: string;
  readonly selector: LabelSelector;
  /** Whether it is the policy's own selector, which never leaves the policy's namespace. */
  readonly isOwn: boolean;
}

/**
 * The pod selectors of a CiliumNetworkPolicy or CiliumClusterwideNetworkPolicy: whom it applies to, and whom its rules
 * speak of. A peer of a CiliumNetworkPolicy is of the policy's own namespace unless it names one.
 *
 * Source: Cilium Documentation/security/policy/{language,kubernetes}.rst; pkg/k8s/apis/cilium.io/utils
 * `getEndpointSelector`
 */
export function ciliumSelectors(policy: WiderPolicyObject): PolicySelectors {
  const by = refOf(policy);
  return policy.specs
    .flatMap((spec) => placesOf(objectOf(spec) ?? {}))
    .map((place) => {
      const { path, isOwn } = place;
      const plain = plainCiliumSelector(place.selector);
      if (plain === null) return { by, path, text: selectorText(place.selector) };
      const { pods, namespaces } = parted(plain);
      const isAnywhere = policy.namespace === '' || (!isOwn && namespaces.length > 0);
      if (!isAnywhere && namespaces.length === 0) return { by, path, selector: pods, namespaces: null };
      const home = isAnywhere ? [] : [inValues(NAME_LABEL, policy.namespace)];
      return { by, path, selector: pods, namespaces: [{ matchExpressions: [...namespaces, ...home] }] };
    });
}

const RULES = ['ingress', 'ingressDeny', 'egress', 'egressDeny'] as const;
const PEERS = ['fromEndpoints', 'fromRequires', 'toEndpoints', 'toRequires'] as const;

function placesOf(spec: JsonObject): readonly Place[] {
  const own = selectorOf(spec['endpointSelector']);
  const peers = RULES.flatMap((rules) =>
    objectsOf(spec[rules]).flatMap((rule, index) =>
      PEERS.flatMap((field) =>
        objectsOf(rule[field]).map((one, at): Place => {
          const path = `spec.${rules}[${index}].${field}[${at}]`;
          return { path, selector: selectorOf(one) ?? {}, isOwn: false };
        }),
      ),
    ),
  );
  return own === undefined ? peers : [{ path: 'spec.endpointSelector', selector: own, isOwn: true }, ...peers];
}

/** What a selector asks of the pods, and of their namespace. All that it asks has to hold, so that it falls in two. */
function parted({ matchLabels = {}, matchExpressions = [] }: LabelSelector): {
  readonly pods: LabelSelector;
  readonly namespaces: readonly LabelSelectorRequirement[];
} {
  const labels = Object.entries(matchLabels);
  const namespaces = [...labels.map(([key, value]) => inValues(key, value)), ...matchExpressions].flatMap((one) => {
    const key = namespaceKey(one.key);
    return key === undefined ? [] : [{ ...one, key }];
  });
  const pods = {
    matchLabels: Object.fromEntries(labels.filter(([key]) => namespaceKey(key) === undefined)),
    matchExpressions: matchExpressions.filter(({ key }) => namespaceKey(key) === undefined),
  };
  return { pods, namespaces };
}

/** The label of the namespace that a label of an identity stands for; undefined for one of the pod. */
function namespaceKey(key: string): string | undefined {
  if (key === POD_NAMESPACE) return NAME_LABEL;
  return key.startsWith(NAMESPACE_LABEL) ? key.slice(NAMESPACE_LABEL.length) : undefined;
}

function inValues(key: string, value: string): LabelSelectorRequirement {
  return { key, operator: 'In', values: [value] };
}
