import type { WiderPolicyObject } from '../model/objects.ts';
import type { Labels } from '../model/selector.ts';
import { parseCalicoSelector, type CalicoSelector } from './calico-selector.ts';
import { numberOf, objectOf, objectsOf, stringOf, stringsOf, type JsonObject } from './network-policy-json.ts';
import type { Direction } from './network-policy-rule.ts';

/**
 * A Calico NetworkPolicy or GlobalNetworkPolicy, as far as it decides about traffic that no rule speaks of.
 *
 * Source: docs.tigera.io/calico/latest/reference/resources/{networkpolicy,globalnetworkpolicy,tier}
 */
export interface CalicoPolicy {
  readonly name: string;
  readonly isGlobal: boolean;
  readonly tier: string;
  /** Lower goes first; absent goes last. */
  readonly order: number;
  readonly directions: readonly Direction[];
  /** The first rule of a direction that matches all traffic, after which nothing is left to decide. */
  readonly catchAll: Readonly<Record<Direction, 'Allow' | 'Deny' | 'Pass' | null>>;
  /** null: it can't be said. */
  readonly selects: (pod: CalicoPod) => boolean | null;
}

export interface CalicoPod {
  readonly namespace: string;
  readonly labels: Labels;
  readonly namespaceLabels: Labels;
  readonly serviceAccount: string;
  /** null where service accounts could not be read. */
  readonly serviceAccountLabels: Labels | null;
}

export interface CalicoTierOrder {
  readonly name: string;
  readonly order: number;
  readonly defaultAction: 'Deny' | 'Pass';
}

/** Calico shows NetworkPolicies and admin policies again under its own API, with these prefixes. */
const COPY = /^(?:knp\.default\.|kanp\.|kbanp\.|kcnp\.)/;

/** Whether a policy stands for one of Kubernetes' own, or speaks of host endpoints only. */
export function isNotOfPods({ name, specs }: WiderPolicyObject): boolean {
  const spec = objectOf(specs[0]) ?? {};
  return COPY.test(name) || spec['doNotTrack'] === true || spec['preDNAT'] === true;
}

/** Where the tiers stand that every cluster has. */
const BUILT_IN_ORDER: Readonly<Record<string, number>> = {
  default: 1_000_000,
  'kube-admin': 1000,
  adminnetworkpolicy: 1000,
  'kube-baseline': 10_000_000,
  baselineadminnetworkpolicy: 10_000_000,
};

export function calicoTier(object: WiderPolicyObject): CalicoTierOrder {
  const spec = objectOf(object.specs[0]) ?? {};
  return {
    name: object.name,
    order: numberOf(spec['order']) ?? BUILT_IN_ORDER[object.name] ?? Number.POSITIVE_INFINITY,
    defaultAction: spec['defaultAction'] === 'Pass' ? 'Pass' : 'Deny',
  };
}

/** The default tier, which holds every NetworkPolicy and is there without an object. */
export const DEFAULT_TIER: CalicoTierOrder = {
  name: 'default',
  order: BUILT_IN_ORDER['default'] ?? 1_000_000,
  defaultAction: 'Deny',
};

export function compileCalicoPolicy(object: WiderPolicyObject): CalicoPolicy {
  const spec = objectOf(object.specs[0]) ?? {};
  return {
    name:
      object.namespace === '' ? `${object.kind} ${object.name}` : `${object.kind} ${object.namespace}/${object.name}`,
    isGlobal: object.namespace === '',
    tier: stringOf(spec['tier']) ?? 'default',
    order: numberOf(spec['order']) ?? Number.POSITIVE_INFINITY,
    directions: directionsOf(spec),
    catchAll: { ingress: catchAllOf(spec['ingress']), egress: catchAllOf(spec['egress']) },
    selects: (pod) => selectsPod(object.namespace, spec, pod),
  };
}

/** Without `types`: Egress alone where there are egress rules only, else Ingress, and Egress too where it has rules. */
function directionsOf(spec: JsonObject): readonly Direction[] {
  const types = stringsOf(spec['types']);
  const ingress = objectsOf(spec['ingress']).length > 0;
  const egress = objectsOf(spec['egress']).length > 0;
  if (types.length > 0) {
    return (['ingress', 'egress'] as const).filter((one) => types.includes(one === 'ingress' ? 'Ingress' : 'Egress'));
  }
  if (egress) return ingress ? ['ingress', 'egress'] : ['egress'];
  return ['ingress'];
}

const MATCHING = ['protocol', 'notProtocol', 'icmp', 'notICMP', 'ipVersion', 'source', 'destination', 'http'] as const;

function catchAllOf(rules: unknown): CalicoPolicy['catchAll'][Direction] {
  for (const rule of objectsOf(rules)) {
    const isAll = MATCHING.every((field) => {
      const value = rule[field];
      return value === undefined || (objectOf(value) !== undefined && Object.keys(value as object).length === 0);
    });
    const action = rule['action'];
    if (isAll && (action === 'Allow' || action === 'Deny' || action === 'Pass')) return action;
  }
  return null;
}

function selectsPod(namespace: string, spec: JsonObject, pod: CalicoPod): boolean | null {
  if (namespace !== '' && namespace !== pod.namespace) return false;
  const labels: Labels = {
    ...pod.labels,
    'projectcalico.org/namespace': pod.namespace,
    'projectcalico.org/orchestrator': 'k8s',
    'projectcalico.org/serviceaccount': pod.serviceAccount,
  };
  const namespaceLabels = { ...pod.namespaceLabels, 'projectcalico.org/name': pod.namespace };
  const answers = [
    holds(spec['selector'], labels),
    holds(spec['namespaceSelector'], namespaceLabels),
    holds(
      spec['serviceAccountSelector'],
      pod.serviceAccountLabels === null
        ? null
        : { ...pod.serviceAccountLabels, 'projectcalico.org/name': pod.serviceAccount },
    ),
  ];
  if (answers.includes(false)) return false;
  return answers.includes(null) ? null : true;
}

/**
 * A selector by what k8sec knows of a pod; null for one that it cannot evaluate. `pcns.` and `pcsa.` stand for labels of
 * the namespace and service account, which a newer Calico copies to the pod.
 */
export function knownCalicoSelector(text: string): CalicoSelector | null {
  return /\bpc(?:ns|sa)\./.test(text) ? null : parseCalicoSelector(text);
}

/** Whether a selector that is written holds; an absent one always does. */
function holds(selector: unknown, labels: Labels | null): boolean | null {
  const text = stringOf(selector);
  if (text === undefined || text.trim() === '') return true;
  const parsed = knownCalicoSelector(text);
  return parsed === null || labels === null ? null : parsed.matches(labels);
}
