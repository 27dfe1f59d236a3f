/**
 * Recognises the RBAC policy that Kubernetes itself creates, by content: a default role or binding is only one while it
 * gives nothing beyond upstream's. Roles of other versions are recognised as far as they give no more than 1.36's.
 * Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy; cmd/kubeadm/app/phases (bindings of kubeadm).
 */
import type { BindingObject, PolicyRule, Subject } from '../model/objects.ts';
import { uncovered } from './escalation-check.ts';
import { BOOTSTRAP_BINDINGS, BOOTSTRAP_ROLES } from './rbac-bootstrap-policy.ts';
import { serviceAccountNamespace } from './rbac-user.ts';

/** What kubeadm and CoreDNS add to a fresh cluster, in the form of the bootstrap tables. */
const KUBEADM_ROLES: Readonly<Record<string, readonly string[]>> = {
  '/kubeadm:get-nodes': ['get core nodes'],
  '/system:coredns': [
    'list,watch core endpoints,services,pods,namespaces',
    'get core nodes',
    'list,watch discovery.k8s.io endpointslices',
  ],
  'kube-public/kubeadm:bootstrap-signer-clusterinfo': ['get core configmaps cluster-info'],
  'kube-system/kube-proxy': ['get core configmaps kube-proxy'],
  'kube-system/kubeadm:kubelet-config': ['get core configmaps kubelet-config'],
  'kube-system/kubeadm:nodes-kubeadm-config': ['get core configmaps kubeadm-config'],
};

const TOKEN_GROUP = 'Group system:bootstrappers:kubeadm:default-node-token';

const KUBEADM_BINDINGS: Readonly<Record<string, readonly [role: string, ...subjects: string[]]>> = {
  '/kubeadm:cluster-admins': ['ClusterRole cluster-admin', 'Group kubeadm:cluster-admins'],
  '/kubeadm:get-nodes': ['ClusterRole kubeadm:get-nodes', TOKEN_GROUP],
  '/kubeadm:kubelet-bootstrap': ['ClusterRole system:node-bootstrapper', TOKEN_GROUP],
  '/kubeadm:node-autoapprove-bootstrap': [
    'ClusterRole system:certificates.k8s.io:certificatesigningrequests:nodeclient',
    TOKEN_GROUP,
  ],
  '/kubeadm:node-autoapprove-certificate-rotation': [
    'ClusterRole system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
    'Group system:nodes',
  ],
  '/kubeadm:node-proxier': ['ClusterRole system:node-proxier', 'ServiceAccount kube-system/kube-proxy'],
  '/system:coredns': ['ClusterRole system:coredns', 'ServiceAccount kube-system/coredns'],
  'kube-public/kubeadm:bootstrap-signer-clusterinfo': [
    'Role kubeadm:bootstrap-signer-clusterinfo',
    'User system:anonymous',
  ],
  'kube-system/kube-proxy': ['Role kube-proxy', TOKEN_GROUP],
  'kube-system/kubeadm:kubelet-config': ['Role kubeadm:kubelet-config', 'Group system:nodes', TOKEN_GROUP],
  'kube-system/kubeadm:nodes-kubeadm-config': ['Role kubeadm:nodes-kubeadm-config', TOKEN_GROUP, 'Group system:nodes'],
};

/** Where there are bindings of upstream at all, so that those of other namespaces need not be looked up. */
const BINDING_NAMESPACES: ReadonlySet<string> = new Set(
  [BOOTSTRAP_BINDINGS, KUBEADM_BINDINGS].flatMap((table) => Object.keys(table).map((key) => key.split('/')[0] ?? '')),
);

const PARSED = new Map<string, readonly PolicyRule[]>();

/** The rules that upstream gives this role (`namespace` is '' for a ClusterRole); undefined for other roles. */
export function bootstrapRules(namespace: string, name: string): readonly PolicyRule[] | undefined {
  const key = `${namespace}/${name}`;
  const there = PARSED.get(key);
  if (there !== undefined) return there;
  const table = Object.hasOwn(BOOTSTRAP_ROLES, key) ? BOOTSTRAP_ROLES : KUBEADM_ROLES;
  const lines = Object.hasOwn(table, key) ? table[key] : undefined;
  if (lines === undefined) return undefined;
  const rules = lines.map(parseRule);
  PARSED.set(key, rules);
  return rules;
}

/** What goes beyond, by the rules (which never change) and the name of the role: a binding is asked about again and again. */
const BEYOND = new WeakMap<readonly PolicyRule[], Map<string, readonly PolicyRule[]>>();

/** What of a role's rules goes beyond upstream's; all of them for a role that upstream does not have. */
export function rulesBeyondBootstrap(
  namespace: string,
  name: string,
  rules: readonly PolicyRule[],
): readonly PolicyRule[] {
  const upstream = bootstrapRules(namespace, name);
  if (upstream === undefined) return rules;
  let known = BEYOND.get(rules);
  if (known === undefined) BEYOND.set(rules, (known = new Map()));
  const key = `${namespace}/${name}`;
  let beyond = known.get(key);
  if (beyond === undefined) known.set(key, (beyond = uncovered(upstream, rules)));
  return beyond;
}

/**
 * The subjects of a binding that upstream does not bind there; undefined where upstream has no binding of this name
 * and role at all.
 */
export function subjectsBeyondBootstrap(binding: BindingObject): readonly Subject[] | undefined {
  if (!BINDING_NAMESPACES.has(binding.namespace)) return undefined;
  const key = `${binding.namespace}/${binding.name}`;
  const table = Object.hasOwn(BOOTSTRAP_BINDINGS, key) ? BOOTSTRAP_BINDINGS : KUBEADM_BINDINGS;
  const known = Object.hasOwn(table, key) ? table[key] : undefined;
  if (known === undefined) return undefined;
  const [role, ...subjects] = known;
  if (role !== `${binding.roleRef.kind} ${binding.roleRef.name}`) return undefined;
  return binding.subjects.filter((subject) => !subjects.includes(subjectText(subject, binding.namespace)));
}

function subjectText(subject: Subject, bindingNamespace: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind} ${subject.name}`;
  return `ServiceAccount ${serviceAccountNamespace(subject, bindingNamespace)}/${subject.name}`;
}

function parseRule(line: string): PolicyRule {
  const [verbs = '', groups = '', resources = '', names] = line.split(' ');
  if (groups === 'url') return { verbs: verbs.split(','), nonResourceURLs: resources.split(',') };
  return {
    verbs: verbs.split(','),
    apiGroups: groups.split(',').map((group) => (group === 'core' ? '' : group)),
    resources: resources.split(','),
    ...(names === undefined ? {} : { resourceNames: names.split(',') }),
  };
}
