import { isNotOfPods } from '../../kube/calico-policy.ts';
import { objectOf, objectsOf, stringOf, type JsonObject } from '../../kube/network-policy-json.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { WiderPolicyObject } from '../../model/objects.ts';
import { calicoExpression, keysRead } from './pod-selector.ts';
import type { PolicySelectors } from './wider-selectors.ts';

/** A place in a policy that selects pods by their labels. */
interface Place {
  readonly path: string;
  readonly selector: string;
  readonly namespaceSelector: string | undefined;
  /** Whether it asks for service accounts too, which labels of pods do not tell. */
  readonly hasAccounts: boolean;
}

const ACCOUNT = 'projectcalico.org/serviceaccount';

/**
 * The pod selectors of a Calico NetworkPolicy or GlobalNetworkPolicy: whom it applies to, and whom its rules speak of. A
 * rule of a NetworkPolicy that names no namespaces speaks of the policy's own.
 *
 * Source: docs.tigera.io/calico/latest/reference/resources/networkpolicy#entityrule
 */
export function calicoSelectors(policy: WiderPolicyObject): PolicySelectors {
  if (isNotOfPods(policy)) return [];
  const by = refOf(policy);
  const own = policy.namespace === '' ? [{}] : null;
  return policy.specs
    .flatMap((spec) => placesOf(objectOf(spec) ?? {}))
    .map((place) => {
      const { path, selector: text, namespaceSelector } = place;
      const selector = calicoExpression(text);
      const named = namespaceSelector === undefined ? undefined : calicoExpression(namespaceSelector);
      const isKnown = selector !== null && !place.hasAccounts && !keysRead(selector).includes(ACCOUNT);
      return isKnown && named !== null
        ? { by, path, selector, namespaces: named === undefined ? own : [named] }
        : { by, path, text };
    });
}

function placesOf(spec: JsonObject): readonly Place[] {
  const rules = (['ingress', 'egress'] as const).flatMap((direction) =>
    objectsOf(spec[direction]).flatMap((rule, index) =>
      (['source', 'destination'] as const).flatMap((side) =>
        entityPlaces(objectOf(rule[side]) ?? {}, `spec.${direction}[${index}].${side}`),
      ),
    ),
  );
  return [
    {
      path: 'spec.selector',
      selector: stringOf(spec['selector']) ?? '',
      namespaceSelector: stringOf(spec['namespaceSelector']),
      hasAccounts: isWritten(spec['serviceAccountSelector']),
    },
    ...rules,
  ];
}

/** A rule matches what its `selector` selects and its `notSelector` does not. */
function entityPlaces(entity: JsonObject, path: string): readonly Place[] {
  const namespaceSelector = stringOf(entity['namespaceSelector']);
  const hasAccounts = entity['serviceAccounts'] !== undefined;
  return (['selector', 'notSelector'] as const).flatMap((field): readonly Place[] => {
    const text = entity[field];
    if (!isWritten(text)) return [];
    const selector = field === 'selector' ? text : `!(${text})`;
    return [{ path: `${path}.${field}`, selector, namespaceSelector, hasAccounts }];
  });
}

function isWritten(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
