import type { ObjectOf, PolicyRule, Subject } from '../../model/objects.ts';
import { isObject, object, objects, textOrNull, withoutAbsent, type JsonObject } from './json-reading.ts';
import { selectorOrEmpty, strings, type SlimContext } from './slim-context.ts';

/** The rules of a Role or ClusterRole. */
export function roleFields(
  raw: JsonObject,
  context: SlimContext,
): Pick<ObjectOf<'ClusterRole'>, 'rules' | 'aggregation'> {
  const aggregation = raw['aggregationRule'];
  return {
    rules: context.share(objects(raw['rules']).map((rule) => context.share(policyRule(rule, context)))),
    aggregation: isObject(aggregation)
      ? objects(aggregation['clusterRoleSelectors']).map((selector) => selectorOrEmpty(selector, context))
      : null,
  };
}

function policyRule(rule: JsonObject, context: SlimContext): PolicyRule {
  const optional = (field: string): readonly string[] | undefined =>
    Array.isArray(rule[field]) ? strings(rule[field], context) : undefined;
  return withoutAbsent<PolicyRule>({
    verbs: strings(rule['verbs'], context),
    apiGroups: optional('apiGroups'),
    resources: optional('resources'),
    resourceNames: optional('resourceNames'),
    nonResourceURLs: optional('nonResourceURLs'),
  });
}

/** The role and the subjects of a RoleBinding or ClusterRoleBinding. */
export function bindingFields(
  raw: JsonObject,
  context: SlimContext,
): Pick<ObjectOf<'ClusterRoleBinding'>, 'roleRef' | 'subjects'> {
  const role = object(raw['roleRef']);
  return {
    roleRef: context.share({
      apiGroup: context.string(role['apiGroup']) || 'rbac.authorization.k8s.io',
      kind: context.string(role['kind']),
      name: context.string(role['name']),
    }),
    subjects: objects(raw['subjects']).map((subject) => context.share(slimSubject(subject, context))),
  };
}

function slimSubject(subject: JsonObject, context: SlimContext): Subject {
  return withoutAbsent<Subject>({
    kind: context.string(subject['kind']),
    apiGroup: textOrNull(context.string(subject['apiGroup'])),
    name: context.string(subject['name']),
    namespace: textOrNull(context.string(subject['namespace'])),
  });
}
