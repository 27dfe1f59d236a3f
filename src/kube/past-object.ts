import { PAST_KINDS, type PastKind, type PastObject } from '../model/observation.ts';
import type { KubeObject, NetworkPolicyObject, NetworkPolicyPeer, NetworkPolicyPort } from '../model/objects.ts';
import type { PodSpec } from '../model/pod-spec.ts';
import type { LabelSelector } from '../model/selector.ts';
import { policyDirections } from './network-policy.ts';

const NOTHING = Object.freeze({});

/** Whether something is the name of a kind whose past is kept. */
export function isPastKind(kind: unknown): kind is PastKind {
  return PAST_KINDS.some((one) => one === kind);
}

/**
 * What a journal or a history keeps of an object: who it is, labels, service account, volumes, references and ports of
 * pods; rules, role and subjects of RBAC objects, and who last wrote them when: it proves that they did not change
 * since; labels of namespaces, what policies say. No annotation, no status, nothing about values of variables.
 *
 * @returns null for other kinds
 */
export function pastObject(object: KubeObject): PastObject | null {
  switch (object.kind) {
    case 'Pod':
      return {
        ...object,
        annotations: NOTHING,
        managers: [],
        location: null,
        spec: pastSpec(object.spec),
        nodeName: '',
        phase: '',
        podIPs: [],
        started: null,
      };
    case 'Role':
    case 'ClusterRole':
    case 'RoleBinding':
    case 'ClusterRoleBinding':
    case 'Namespace':
    case 'NetworkPolicy':
    case 'AdminNetworkPolicy':
    case 'BaselineAdminNetworkPolicy':
    case 'ClusterNetworkPolicy':
    case 'CiliumNetworkPolicy':
    case 'CiliumClusterwideNetworkPolicy':
    case 'CalicoNetworkPolicy':
    case 'CalicoGlobalNetworkPolicy':
      return { ...object, annotations: NOTHING, location: null };
    default:
      return null;
  }
}

const SPECS = new WeakMap<PodSpec, PodSpec>();

/** Equal specifications stay one shared object. */
function pastSpec(spec: PodSpec): PodSpec {
  let kept = SPECS.get(spec);
  if (kept === undefined) {
    kept = {
      ...spec,
      placementTerms: [],
      references: [],
      credentials: [],
      securityAnnotations: NOTHING,
      containers: spec.containers.map((container) => ({ ...container, handlerHosts: [], volumeMounts: [] })),
    };
    SPECS.set(spec, kept);
    SPECS.set(kept, kept);
  }
  return kept;
}

/**
 * Whether two states of an object say the same about what matters: which object it is, what it holds or grants. Bodies
 * of requests have no uid yet, and leave API groups to defaulting.
 */
export function samePast(a: PastObject, b: PastObject): boolean {
  return sameIdentity(a, b) && pastText(a) === pastText(b);
}

/** Whether two states can be of one object: no other of the same name came in between. */
export function sameIdentity(a: PastObject, b: PastObject): boolean {
  return a.uid === '' || b.uid === '' || a.uid === b.uid;
}

function pastText(object: PastObject): string {
  switch (object.kind) {
    case 'Pod': {
      const { serviceAccountName, volumes, containers, imagePullSecrets } = object.spec;
      return JSON.stringify([
        sorted(object.labels),
        serviceAccountName,
        imagePullSecrets,
        volumes.map((volume) => [
          volume.claimName,
          volume.hostPath,
          volume.sources.map(({ kind, name }) => [kind, name]),
        ]),
        containers.map(({ name, envSources }) => [name, envSources.map(({ kind, name: source }) => [kind, source])]),
      ]);
    }
    case 'Role':
    case 'ClusterRole':
      return JSON.stringify([object.rules, object.aggregation]);
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      return JSON.stringify([
        object.roleRef.kind,
        object.roleRef.name,
        object.subjects.map(({ kind, namespace = '', name }) => [kind, namespace, name]),
      ]);
    case 'Namespace':
      return JSON.stringify(sorted(object.labels));
    case 'NetworkPolicy':
      return policyText(object);
    default:
      return inOrder(object.specs);
  }
}

/** The policy as the API server stores it, whatever was left to defaulting and in whatever order its fields stand. */
function policyText(policy: NetworkPolicyObject): string {
  const directions = policyDirections(policy);
  const ruleOf = (peers: readonly NetworkPolicyPeer[] = [], ports: readonly NetworkPolicyPort[] = []): unknown => [
    peers.map(({ podSelector, namespaceSelector, ipBlock }) => [
      selectorParts(podSelector),
      selectorParts(namespaceSelector),
      ipBlock === undefined ? null : [ipBlock.cidr, ipBlock.except ?? []],
    ]),
    ports.map(({ protocol = 'TCP', port = null, endPort = null }) => [protocol, port, endPort]),
  ];
  return inOrder([
    selectorParts(policy.podSelector),
    directions.includes('ingress') ? (policy.ingress ?? []).map(({ from, ports }) => ruleOf(from, ports)) : null,
    directions.includes('egress') ? (policy.egress ?? []).map(({ to, ports }) => ruleOf(to, ports)) : null,
  ]);
}

function selectorParts(selector: LabelSelector | undefined): unknown {
  if (selector === undefined) return null;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return [matchLabels, matchExpressions.map(({ key, operator, values = [] }) => [key, operator, values])];
}

/** JSON with the fields of each object in order of their names. */
function inOrder(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner !== 'object' || inner === null || Array.isArray(inner)
      ? inner
      : Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
}

/** Labels in order; those that binding to a node adds (PodTopologyLabels) are left out. */
function sorted(labels: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(labels)
    .filter(([key]) => !key.startsWith('topology.kubernetes.io/'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
