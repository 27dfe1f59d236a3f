import { isObject, list } from '../json-reading.ts';
import { labelSelector } from './selector.ts';
import { anyText, at, fields, listOf, oneOf, required, type Check } from './shape.ts';

/** Source: kubernetes pkg/apis/rbac/validation/validation.go. */
const GROUP = 'rbac.authorization.k8s.io';

function policyRule(namespaced: boolean): Check {
  const types = fields({
    verbs: listOf(anyText),
    apiGroups: listOf(anyText),
    resources: listOf(anyText),
    resourceNames: listOf(anyText),
    nonResourceURLs: listOf(anyText),
  });
  return (value, place, report) => {
    types(value, place, report);
    if (!isObject(value)) return;
    const empty = (field: string): boolean => list(value[field]).length === 0;
    if (empty('verbs')) report(at(place, 'verbs'), 'must contain at least one value');
    if (!empty('nonResourceURLs')) {
      if (namespaced) report(at(place, 'nonResourceURLs'), 'namespaced rules cannot apply to non-resource URLs');
      if (!empty('apiGroups') || !empty('resources') || !empty('resourceNames')) {
        report(at(place, 'nonResourceURLs'), 'rules cannot apply to both regular resources and non-resource URLs');
      }
      return;
    }
    if (empty('apiGroups')) report(at(place, 'apiGroups'), 'resource rules must supply at least one api group');
    if (empty('resources')) report(at(place, 'resources'), 'resource rules must supply at least one resource');
  };
}

export const role: Check = fields({ rules: listOf(policyRule(true)) });

export const clusterRole: Check = fields({
  rules: listOf(policyRule(false)),
  aggregationRule: fields({ clusterRoleSelectors: listOf(labelSelector) }),
});

function subject(namespaced: boolean): Check {
  return fields(
    { kind: oneOf('User', 'Group', 'ServiceAccount'), apiGroup: oneOf('', GROUP), name: anyText, namespace: anyText },
    required('kind', 'name'),
    (value, place, report) => {
      if (isObject(value) && value['kind'] === 'ServiceAccount' && !namespaced && !value['namespace']) {
        report(at(place, 'namespace'), 'is required');
      }
    },
  );
}

function binding(namespaced: boolean): Check {
  return fields(
    {
      roleRef: fields(
        {
          apiGroup: oneOf('', GROUP),
          kind: namespaced ? oneOf('Role', 'ClusterRole') : oneOf('ClusterRole'),
          name: anyText,
        },
        required('kind', 'name'),
      ),
      subjects: listOf(subject(namespaced)),
    },
    required('roleRef'),
  );
}

export const roleBinding: Check = binding(true);
export const clusterRoleBinding: Check = binding(false);
