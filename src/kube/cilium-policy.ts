import type { WiderPolicyObject } from '../model/objects.ts';
import type { Labels, LabelSelector } from '../model/selector.ts';
import { objectOf, objectsOf, selectorOf, type JsonObject } from './network-policy-json.ts';
import type { Direction, PodIdentity } from './network-policy-rule.ts';
import { matches } from './selector.ts';

/**
 * One rule of a CiliumNetworkPolicy or CiliumClusterwideNetworkPolicy, as far as it decides whom it isolates.
 *
 * Source: Cilium Documentation/security/policy/{intro,language,kubernetes}.rst; pkg/policy `evaluateDefaultDenyForRule`
 */
export interface CiliumRule {
  readonly name: string;
  /** Directions for which the rule has sections, or that it isolates. */
  readonly acts: readonly Direction[];
  readonly isolates: readonly Direction[];
  /** null: it can't be said. */
  readonly selects: (pod: PodIdentity) => boolean | null;
}

/** Keys that Cilium keeps out of a pod's identity by default, so that a selector on them matches differently. */
const NOT_IN_IDENTITY =
  /^(?:pod-template-hash|pod-template-generation|controller-revision-hash|controller-uid|job-name|statefulset\.kubernetes\.io\/.*|apps\.kubernetes\.io\/pod-index|batch\.kubernetes\.io\/.*|annotation\..*|etcd_node|topology\.kubernetes\.io\/.*)$/;

const NAMESPACE_LABEL = 'io.cilium.k8s.namespace.labels.';

export function compileCiliumPolicy(object: WiderPolicyObject): readonly CiliumRule[] {
  const name =
    object.namespace === '' ? `${object.kind} ${object.name}` : `${object.kind} ${object.namespace}/${object.name}`;
  return object.specs.flatMap((raw): CiliumRule[] => {
    const spec = objectOf(raw);
    // A nodeSelector makes a host policy: it selects nodes, never pods.
    if (spec === undefined || spec['nodeSelector'] !== undefined) return [];
    const isolates = (['ingress', 'egress'] as const).filter((direction) => deniesByDefault(spec, direction));
    const acts = (['ingress', 'egress'] as const).filter(
      (direction) => isolates.includes(direction) || rulesOf(spec, direction) > 0,
    );
    const selector = selectorOf(spec['endpointSelector']);
    return [{ name, isolates, acts, selects: (pod) => selectsPod(object.namespace, selector, pod) }];
  });
}

/** Unset, a direction is denied by default where the rule has at least one entry: `ingress: []` has none. */
function deniesByDefault(spec: JsonObject, direction: Direction): boolean {
  const written = objectOf(spec['enableDefaultDeny'])?.[direction];
  return typeof written === 'boolean' ? written : rulesOf(spec, direction) > 0;
}

function rulesOf(spec: JsonObject, direction: Direction): number {
  return objectsOf(spec[direction]).length + objectsOf(spec[`${direction}Deny`]).length;
}

function selectsPod(namespace: string, selector: LabelSelector | undefined, pod: PodIdentity): boolean | null {
  if (selector === undefined) return null;
  if (namespace !== '' && namespace !== pod.namespace) return false;
  const keys = new Map<string, string>();
  const plain = withoutPrefixes(selector, keys);
  if (plain === null || [...keys.values()].some((key) => NOT_IN_IDENTITY.test(key))) return null;
  return matches(plain, identityLabels(pod));
}

/** Pod labels, and what Cilium adds to them. */
function identityLabels(pod: PodIdentity): Labels {
  const added = Object.entries(pod.namespaceLabels).map(([key, value]) => [`${NAMESPACE_LABEL}${key}`, value]);
  return { ...pod.labels, ...Object.fromEntries(added), 'io.kubernetes.pod.namespace': pod.namespace } as Labels;
}

/** `k8s:app` and `any:app` are `app`; `reserved:` labels are on no pod. null for a source that k8sec does not know. */
function withoutPrefixes(selector: LabelSelector, keys: Map<string, string>): LabelSelector | null {
  const plainKey = (key: string): string | null => {
    const match = /^(?:(k8s|any|reserved)[:.])?(.*)$/.exec(key);
    const source = match?.[1];
    const rest = match?.[2] ?? key;
    const plain = source === 'reserved' ? `reserved:${rest}` : rest;
    keys.set(key, plain);
    return rest.includes(':') || rest.startsWith('io.cilium.k8s.policy.') ? null : plain;
  };
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => [plainKey(key), value] as const);
  const expressions = (selector.matchExpressions ?? []).map((one) => ({ ...one, plain: plainKey(one.key) }));
  if (labels.some(([key]) => key === null) || expressions.some((one) => one.plain === null)) return null;
  return {
    matchLabels: Object.fromEntries(labels.map(([key, value]) => [key ?? '', value])),
    matchExpressions: expressions.map(({ operator, values, plain }) => ({
      key: plain ?? '',
      operator,
      ...(values === undefined ? {} : { values }),
    })),
  };
}
