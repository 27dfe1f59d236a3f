import type { AdmissionPolicyBindingObject, AdmissionPolicyObject } from '../../model/objects.ts';
import { isObject, object, type JsonObject } from './json-reading.ts';
import type { SlimContext } from './slim-context.ts';

/**
 * What an admission policy takes its parameters from.
 *
 * Source: kubernetes staging/src/k8s.io/api/admissionregistration/v1/types.go, ParamKind
 */
export function admissionPolicyFields(raw: JsonObject, context: SlimContext): Pick<AdmissionPolicyObject, 'paramKind'> {
  const { paramKind } = object(raw['spec']);
  if (!isObject(paramKind)) return { paramKind: null };
  const apiVersion = context.string(paramKind['apiVersion']);
  const slash = apiVersion.indexOf('/');
  const group = context.string(slash < 0 ? '' : apiVersion.slice(0, slash));
  return { paramKind: { group, kind: context.string(paramKind['kind']) } };
}

/**
 * Which policy a binding puts to work, and which parameters it gives.
 *
 * Source: kubernetes staging/src/k8s.io/api/admissionregistration/v1/types.go, ParamRef
 */
export function admissionPolicyBindingFields(
  raw: JsonObject,
  context: SlimContext,
): Pick<AdmissionPolicyBindingObject, 'policyName' | 'paramRef'> {
  const { policyName, paramRef } = object(raw['spec']);
  return {
    policyName: context.string(policyName),
    paramRef: isObject(paramRef)
      ? { name: context.string(paramRef['name']), namespace: context.string(paramRef['namespace']) }
      : null,
  };
}
