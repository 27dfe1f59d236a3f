/**
 * Who can turn an admission policy without touching it: by the objects that it takes its parameters from.
 * Source: kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#parameter-resources
 */
import { guessResource } from '../../kube/rbac-resource.ts';
import { writesParameters, type Permission, type PolicyParameters } from '../../kube/rbac-permissions.ts';
import { hold, type HeldPermission } from '../../kube/rbac-role-reach.ts';
import type { AdmissionPolicyBindingObject, PolicyRule } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';

const POLICY_OF = {
  ValidatingAdmissionPolicyBinding: 'ValidatingAdmissionPolicy',
  MutatingAdmissionPolicyBinding: 'MutatingAdmissionPolicy',
} as const;

/** The permission to write the parameters of each policy that a binding puts to work with some. */
export function parameterPermissions(view: ClusterView): readonly Permission[] {
  return view.derive(
    'rbac/policy-parameters',
    '',
    (inner) =>
      [...inner.list('ValidatingAdmissionPolicyBinding'), ...inner.list('MutatingAdmissionPolicyBinding')]
        .flatMap((binding) => parametersOf(inner, binding) ?? [])
        .map(writesParameters),
    deepEqual,
  );
}

/** How some rules give the writing of parameters. */
export function heldParameters(
  parameters: readonly Permission[],
  rules: readonly PolicyRule[],
  isClusterWide: boolean,
): readonly HeldPermission[] {
  return parameters.flatMap((permission) => hold(rules, permission, isClusterWide) ?? []);
}

function parametersOf(view: ClusterView, binding: AdmissionPolicyBindingObject): PolicyParameters | undefined {
  const kind = POLICY_OF[binding.kind];
  const policy = view.get(kind, '', binding.policyName);
  // Without both the policy is evaluated without parameters.
  if (policy === undefined || policy.paramKind === null || binding.paramRef === null) return undefined;
  const { name, namespace } = binding.paramRef;
  return {
    policy: `${kind} ${policy.name}`,
    ...resourceOf(view, policy.paramKind),
    name: name === '' ? null : name,
    namespace: namespace === '' ? null : namespace,
  };
}

function resourceOf(
  view: ClusterView,
  { group, kind }: { readonly group: string; readonly kind: string },
): Pick<PolicyParameters, 'group' | 'resource' | 'namespaced'> {
  const definition = view.list('CustomResourceDefinition').find((one) => one.group === group && one.crdKind === kind);
  if (definition === undefined) return guessResource(kind, group);
  return { group, resource: definition.resource, namespaced: definition.scope !== 'Cluster' };
}
