// A policy acts only in the directions of its types: rules of a direction that is left out are never used. Where no types
// are written, Kubernetes isolates for ingress always, Calico only where the policy has no egress rules.
// Source: k8s.io/api networking/v1 types.go, NetworkPolicySpec.policyTypes; docs.tigera.io/calico/latest/reference/
// resources/networkpolicy, field types.
import { compileCalicoPolicy } from '../../kube/calico-policy.ts';
import { compilePolicy } from '../../kube/network-policy.ts';
import { objectOf, objectsOf, stringsOf } from '../../kube/network-policy-json.ts';
import { DIRECTIONS, type Direction } from '../../kube/network-policy-rule.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { FindingDraft, ObjectRef } from '../../model/finding.ts';
import type { WiderPolicyObject } from '../../model/objects.ts';
import { rule, type Rule } from '../rule.ts';

const ID = 'network/rules-without-type';
const SUMMARY = 'policy rules of a direction that the policy does not act in';
const HELP =
  'Rules of a direction that the types leave out are never used. Name every direction that the policy is meant for in its types.';

const ofNetworkPolicy = rule({
  id: ID,
  subject: 'NetworkPolicy',
  summary: SUMMARY,
  help: HELP,
  references: [],
  needs: ['NetworkPolicy'],
  check: (policy) => {
    const compiled = compilePolicy(policy);
    const isUnused = (direction: Direction): boolean =>
      (policy[direction]?.length ?? 0) > 0 && compiled[direction] === null;
    return unusedFindings(refOf(policy), 'spec.policyTypes', DIRECTIONS.filter(isUnused));
  },
});

export const RULES_WITHOUT_TYPE: readonly Rule[] = [
  ofNetworkPolicy,
  ofCalico('CalicoNetworkPolicy'),
  ofCalico('CalicoGlobalNetworkPolicy'),
];

function ofCalico(subject: 'CalicoNetworkPolicy' | 'CalicoGlobalNetworkPolicy'): Rule {
  return rule({
    id: ID,
    subject,
    summary: SUMMARY,
    help: HELP,
    references: [],
    needs: [subject],
    check: (policy: WiderPolicyObject) => {
      const compiled = compileCalicoPolicy(policy);
      if (compiled === null) return [];
      const spec = objectOf(policy.specs[0]) ?? {};
      const isUnused = (direction: Direction): boolean =>
        objectsOf(spec[direction]).length > 0 && !compiled.directions.includes(direction);
      const unused = unusedFindings(refOf(policy), 'spec.types', DIRECTIONS.filter(isUnused));
      const isEgressAlone = stringsOf(spec['types']).length === 0 && !compiled.directions.includes('ingress');
      return isEgressAlone ? [...unused, egressAlone(refOf(policy))] : unused;
    },
  });
}

function unusedFindings(object: ObjectRef, path: string, directions: readonly Direction[]): readonly FindingDraft[] {
  return directions.map((direction) => ({
    key: direction,
    severity: 'medium',
    title: `its ${direction} rules are never used`,
    why: `The policy has ${direction} rules, and its types leave ${direction} out: it neither allows nor isolates there.`,
    evidence: [{ text: `does not name ${direction}`, object, path }],
  }));
}

function egressAlone(object: ObjectRef): FindingDraft {
  return {
    key: 'types',
    severity: 'low',
    title: 'isolates for egress alone, because no types are written',
    why: 'In Calico a policy with egress rules alone does not act on ingress; a Kubernetes NetworkPolicy that is written alike isolates for ingress too.',
    evidence: [{ text: 'no types, and only egress rules', object, path: 'spec.types' }],
  };
}
