import type { WiderPolicyObject } from '../model/objects.ts';
import type { Labels, LabelSelector, SelectorEdit } from '../model/selector.ts';
import { objectOf, objectsOf, selectorOf, stringsOf, type JsonObject } from './network-policy-json.ts';
import { DIRECTIONS, type Direction, type PodIdentity } from './network-policy-rule.ts';
import { matches, selectorKeys } from './selector.ts';

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
  /** Directions in which it lets every address outside through on every port. */
  readonly opens: readonly Direction[];
  /** Directions in which it denies something, which goes before all that is allowed. */
  readonly denies: readonly Direction[];
  /** null: it can't be said. */
  readonly selects: (pod: PodIdentity) => boolean | null;
}

/** Keys that Cilium keeps out of a pod's identity by default, so that a selector on them matches differently. */
const NOT_IN_IDENTITY =
  /^(?:pod-template-hash|pod-template-generation|controller-revision-hash|controller-uid|job-name|statefulset\.kubernetes\.io\/.*|apps\.kubernetes\.io\/pod-index|batch\.kubernetes\.io\/.*|annotation\..*|etcd_node|topology\.kubernetes\.io\/.*)$/;

/** What Cilium adds to the labels of a pod: the name of its namespace, and the namespace's labels behind a prefix. */
export const POD_NAMESPACE = 'io.kubernetes.pod.namespace';
export const NAMESPACE_LABEL = 'io.cilium.k8s.namespace.labels.';

export function compileCiliumPolicy(object: WiderPolicyObject): readonly CiliumRule[] {
  const name =
    object.namespace === '' ? `${object.kind} ${object.name}` : `${object.kind} ${object.namespace}/${object.name}`;
  return object.specs.flatMap((raw): CiliumRule[] => {
    const spec = objectOf(raw);
    // A nodeSelector makes a host policy: it selects nodes, never pods.
    if (spec === undefined || spec['nodeSelector'] !== undefined) return [];
    const isolates = DIRECTIONS.filter((direction) => deniesByDefault(spec, direction));
    const acts = DIRECTIONS.filter((direction) => isolates.includes(direction) || rulesOf(spec, direction) > 0);
    const opens = DIRECTIONS.filter((direction) => objectsOf(spec[direction]).some((one) => opensAll(one, direction)));
    const denies = DIRECTIONS.filter((direction) => objectsOf(spec[`${direction}Deny`]).length > 0);
    const selector = selectorOf(spec['endpointSelector']);
    return [{ name, isolates, acts, opens, denies, selects: (pod) => selectsPod(object.namespace, selector, pod) }];
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

/** Whether an entry names all peers, or all of the world, and no port. Source: Documentation/security/policy/layer3.rst. */
function opensAll(entry: JsonObject, direction: Direction): boolean {
  const prefix = direction === 'ingress' ? 'from' : 'to';
  if (['toPorts', 'icmps', 'fromRequires', 'toRequires'].some((field) => entry[field] !== undefined)) return false;
  const entities = stringsOf(entry[`${prefix}Entities`]);
  const sets = objectsOf(entry[`${prefix}CIDRSet`]).filter((one) => stringsOf(one['except']).length === 0);
  const cidrs = [...stringsOf(entry[`${prefix}CIDR`]), ...sets.map((one) => one['cidr'])];
  return entities.includes('all') || entities.includes('world') || cidrs.includes('0.0.0.0/0');
}

function selectsPod(namespace: string, selector: LabelSelector | undefined, pod: PodIdentity): boolean | null {
  if (selector === undefined) return null;
  if (namespace !== '' && namespace !== pod.namespace) return false;
  const plain = plainCiliumSelector(selector);
  return plain === null ? null : matches(plain, identityLabels(pod));
}

/** Pod labels, and what Cilium adds to them. */
function identityLabels(pod: PodIdentity): Labels {
  const added = Object.entries(pod.namespaceLabels).map(([key, value]) => [`${NAMESPACE_LABEL}${key}`, value]);
  return { ...pod.labels, ...Object.fromEntries(added), [POD_NAMESPACE]: pod.namespace } as Labels;
}

/**
 * A selector by the labels of a pod's identity: `k8s:app` and `any:app` are `app`, and `reserved:` labels are on no pod.
 * null for one that k8sec cannot evaluate: it reads a label that identities lack, or of a source that is not known.
 */
export function plainCiliumSelector(selector: LabelSelector): LabelSelector | null {
  const plain = {
    matchLabels: Object.fromEntries(
      Object.entries(selector.matchLabels ?? {}).map(([key, value]) => [plainKey(key), value]),
    ),
    matchExpressions: (selector.matchExpressions ?? []).map((one) => ({ ...one, key: plainKey(one.key) })),
  };
  return selectorKeys(plain).every(isOfIdentity) ? plain : null;
}

/**
 * A selector with other labels wherever it asks for some, in a pair or in an expression. The source of a label (`k8s:app`)
 * and all else stay as they are.
 */
export function withCiliumLabels(
  { matchLabels, matchExpressions }: LabelSelector,
  edits: readonly SelectorEdit[],
): LabelSelector {
  const meant = (key: string, value: string | null): SelectorEdit['to'] =>
    edits.find(({ from }) => from.key === plainKey(key) && from.value === value)?.to ?? null;
  const renamed = (key: string, to: string): string => {
    const plain = plainKey(key);
    return (key.endsWith(plain) ? key.slice(0, key.length - plain.length) : '') + to;
  };
  return {
    ...(matchLabels === undefined
      ? {}
      : {
          matchLabels: Object.fromEntries(
            Object.entries(matchLabels).map(([key, value]) => {
              const to = meant(key, value);
              return to === null ? [key, value] : [renamed(key, to.key), to.value ?? value];
            }),
          ),
        }),
    ...(matchExpressions === undefined
      ? {}
      : {
          matchExpressions: matchExpressions.map((one) => {
            const asked = one.operator === 'Exists' ? [null] : one.operator === 'In' ? (one.values ?? []) : [];
            const key = asked.flatMap((value) => meant(one.key, value) ?? [])[0]?.key;
            if (key === undefined) return one;
            const values = one.values?.map((value) => meant(one.key, value)?.value ?? value);
            return { ...one, key: renamed(one.key, key), ...(values === undefined ? {} : { values }) };
          }),
        }),
  };
}

function plainKey(key: string): string {
  return key.replace(/^(?:k8s|any)[:.]/, '').replace(/^reserved\./, 'reserved:');
}

/** Whether a label is of what is no pod: the host, health checks, Cilium's ingress. */
export function isReservedLabel(key: string): boolean {
  return key.startsWith('reserved:');
}

function isOfIdentity(key: string): boolean {
  return (
    !NOT_IN_IDENTITY.test(key) &&
    !key.replace(/^reserved:/, '').includes(':') &&
    !key.startsWith('io.cilium.k8s.policy.')
  );
}
