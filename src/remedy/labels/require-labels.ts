/**
 * A ValidatingAdmissionPolicy that asks of workloads what the config's `labels.required` asks, with warnings and audit
 * annotations first. Source: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ (v1
 * since Kubernetes 1.30).
 */
import { parseKubernetesVersion } from '../../kube/kubernetes-version.ts';
import { notBuiltInExpressions } from '../../kube/built-in-objects.ts';
import { kindsOf } from '../../kube/required-label.ts';
import { kindInfo, REQUIRABLE_KINDS, type RequirableKind } from '../../model/kind.ts';
import type { RequiredLabel } from '../../model/label-convention.ts';
import type { Manifest, Remedy } from '../remedy.ts';

const NAME = 'k8sec-required-labels';
const API_VERSION = 'admissionregistration.k8s.io/v1';
const FIRST_MINOR = 30;

export const requireLabels: Remedy = {
  id: 'labels/require-labels',
  title: 'keep the agreed labels required (warnings first)',
  safety: 'safe',
  build: (_finding, view) => {
    const { serverVersion, labels } = view.facts();
    const required = labels?.required ?? [];
    if (required.length === 0) return { refused: 'The config does not require a label any more.' };
    const version = parseKubernetesVersion(serverVersion ?? '');
    if (version !== null && version.major === 1 && version.minor < FIRST_MINOR) {
      return {
        refused: `A ValidatingAdmissionPolicy needs Kubernetes 1.${FIRST_MINOR}, and this is ${serverVersion}.`,
      };
    }
    return {
      note: 'It labels nothing and refuses nothing yet: who breaks the agreement is warned, and the audit log names it. Once that has ended, Deny refuses it; what lacks the labels already can still be changed.',
      manifests: [policyOf(required), BINDING],
      comments: [
        {
          document: 1,
          path: ['spec', 'validationActions'],
          text: '[Deny, Audit] once the audit annotation validation.policy.admission.k8s.io/validation_failure has ended',
        },
      ],
      use: { type: 'apply' },
      changes: [],
      effects: [],
      isShared: true,
      fileName: `${NAME}.yaml`,
    };
  },
};

const BINDING: Manifest = {
  apiVersion: API_VERSION,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: NAME },
  spec: { policyName: NAME, validationActions: ['Warn', 'Audit'] },
};

function policyOf(required: readonly RequiredLabel[]): Manifest {
  const kinds = policyKinds(required);
  return {
    apiVersion: API_VERSION,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: NAME },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: resourceRules(required) },
      matchConditions: [
        ...MATCH_CONDITIONS,
        ...notBuiltInExpressions(kinds).map((expression, at) => ({ name: `is-not-built-in-${at + 1}`, expression })),
      ],
      variables: VARIABLES,
      validations: [...new Set(required.map(({ key }) => key))].map((key) => {
        const entries = required.filter((one) => one.key === key);
        const fit = (one: RequiredLabel): string => fitOf(one, kinds);
        return {
          expression: `(${isAsBefore(key)}) || (${firstFitting(entries, fit, metBy, 'true')})`,
          messageExpression: firstFitting(entries, fit, messageOf, JSON.stringify(`the label ${key} is required`)),
        };
      }),
    },
  };
}

/** Whoever owns an object writes its labels, and a mirror pod is a file on its node. */
const MATCH_CONDITIONS: readonly Manifest[] = [
  {
    name: 'nobody-owns-it',
    expression: '!object.metadata.?ownerReferences.orValue([]).exists(one, one.?controller.orValue(false))',
  },
  {
    name: 'is-no-mirror-pod',
    expression: "!('kubernetes.io/config.mirror' in object.metadata.?annotations.orValue({}))",
  },
];

const VARIABLES: readonly Manifest[] = [
  { name: 'labels', expression: 'object.metadata.?labels.orValue({})' },
  { name: 'before', expression: 'oldObject == null ? {} : oldObject.metadata.?labels.orValue({})' },
];

/** The kinds that some entry is about. */
function policyKinds(required: readonly RequiredLabel[]): readonly RequirableKind[] {
  return REQUIRABLE_KINDS.filter((kind) => required.some((one) => kindsOf(one).includes(kind)));
}

/** The same by API group. An object of another version is converted before it is matched (matchPolicy Equivalent). */
function resourceRules(required: readonly RequiredLabel[]): readonly Manifest[] {
  const kinds = policyKinds(required);
  return [...Map.groupBy(kinds, (kind) => kindInfo(kind).group)].map(([group, own]) => ({
    apiGroups: [group],
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE'],
    resources: own.map((kind) => kindInfo(kind).resource),
  }));
}

/** CEL: what `text` says of the first entry that fits the object, `otherwise` where none does. */
function firstFitting(
  entries: readonly RequiredLabel[],
  fit: (one: RequiredLabel) => string,
  text: (one: RequiredLabel) => string,
  otherwise: string,
): string {
  return entries.reduceRight((rest, one) => {
    const fits = fit(one);
    const own = text(one);
    return fits === '' || own === rest ? own : `(${fits}) ? (${own}) : (${rest})`;
  }, otherwise);
}

/** '' where the entry fits everything. Globs hold letters, digits, `-` and `*` only, so that nothing needs escaping. */
function fitOf(one: RequiredLabel, all: readonly RequirableKind[]): string {
  const { namespaces } = one;
  const kinds = kindsOf(one);
  const patterns = namespaces.map((one) => `^${one.replaceAll('*', '.*')}$`);
  return [
    ...(all.every((kind) => kinds.includes(kind)) ? [] : [`request.kind.kind in ${JSON.stringify(kinds)}`]),
    ...(patterns.length === 0
      ? []
      : [`${JSON.stringify(patterns)}.exists(pattern, request.namespace.matches(pattern))`]),
  ].join(' && ');
}

function metBy({ key, values }: RequiredLabel): string {
  const isThere = `${JSON.stringify(key)} in variables.labels`;
  if (values.length === 0) return isThere;
  return `${isThere} && variables.labels[${JSON.stringify(key)}] in ${JSON.stringify(values)}`;
}

/**
 * Controllers that go on changing objects of the time before the agreement (revisions, finalizers) have to get through,
 * and so has whoever sets one of two missing labels.
 */
function isAsBefore(key: string): string {
  const label = JSON.stringify(key);
  return `oldObject != null && variables.before[?${label}] == variables.labels[?${label}]`;
}

function messageOf({ key, values }: RequiredLabel): string {
  return JSON.stringify(`the label ${key} is required${values.length === 0 ? '' : `, one of ${values.join(', ')}`}`);
}
