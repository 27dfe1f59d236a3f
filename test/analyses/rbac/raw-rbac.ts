import type { RawManifest } from './view-of.ts';

const API_GROUP = 'rbac.authorization.k8s.io';
const VERSION = `${API_GROUP}/v1`;

export interface RawSubject {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** A rule from `verbs groups resources [names]`, lists by comma, `core` for the core group; `verbs url paths`. */
export function rawRule(line: string): object {
  const [verbs = '', groups = '', resources = '', names] = line.split(' ');
  const listed = (text: string): readonly string[] => text.split(',');
  if (groups === 'url') return { verbs: listed(verbs), nonResourceURLs: listed(resources) };
  return {
    verbs: listed(verbs),
    apiGroups: listed(groups).map((group) => (group === 'core' ? '' : group)),
    resources: listed(resources),
    ...(names === undefined ? {} : { resourceNames: listed(names) }),
  };
}

/** A ClusterRole, or a Role where a namespace is given. */
export function rawRole(name: string, rules: readonly string[], namespace = ''): RawManifest {
  return {
    apiVersion: VERSION,
    kind: namespace === '' ? 'ClusterRole' : 'Role',
    metadata: namespace === '' ? { name } : { name, namespace },
    rules: rules.map(rawRule),
  };
}

/** A RoleBinding, or a ClusterRoleBinding for namespace ''. `role` is a ClusterRole, or `Role/name`. */
export function rawBinding(
  namespace: string,
  name: string,
  role: string,
  ...subjects: readonly RawSubject[]
): RawManifest {
  const isRole = role.startsWith('Role/');
  return {
    apiVersion: VERSION,
    kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: namespace === '' ? { name } : { name, namespace },
    roleRef: {
      apiGroup: API_GROUP,
      kind: isRole ? 'Role' : 'ClusterRole',
      name: isRole ? role.slice('Role/'.length) : role,
    },
    subjects,
  };
}
