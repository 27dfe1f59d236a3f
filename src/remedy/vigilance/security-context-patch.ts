/**
 * A strategic merge patch that brings a workload's pod template to restricted, or as near as can be inferred.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
import { policyMinor } from '../../analyses/pod-security/policy-minor.ts';
import { evaluatePodSecurity, violationsText } from '../../kube/pod-security.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import type { Remedy } from '../remedy.ts';
import { patchable, rolledOut, rolloutText } from './changed-workload.ts';
import { hardenSpec } from './harden-context.ts';
import { annotationPatch, specPatch, workloadPatch } from './spec-patch.ts';

export const securityContextPatch: Remedy = {
  id: 'vigilance/security-context-patch',
  title: 'Bring the pod template to the restricted level',
  safety: 'review',
  build(finding, view) {
    const target = patchable(view, finding.subject);
    if ('refused' in target) return target;
    const minor = policyMinor(view);
    const before = target.template.spec;
    const { spec: after, left } = hardenSpec(before);
    const patch = specPatch(before, after);
    const annotations = annotationPatch(before, after);
    if (Object.keys(patch).length === 0 && annotations === undefined) {
      return { refused: `The template has nothing that can be changed without a decision: ${left.join('; ')}.` };
    }
    const reached = evaluatePodSecurity(after, minor);
    const names = new Set(before.containers.map((container) => container.name));
    return {
      note: `A program may rely on what this takes away: try it first. ${left.length === 0 ? '' : `Not inferred: ${left.join('; ')}.`}`.trim(),
      manifests: [workloadPatch(target.ref, patch, annotations)],
      comments: [],
      use: { type: 'patch', commands: [target.command] },
      changes: rolledOut(view, target, (spec) => onlyOwn(spec, names)),
      effects: [
        `the template reaches level ${reached.level} at v1.${minor} (it was ${evaluatePodSecurity(before, minor).level})`,
        ...(reached.violations.length === 0
          ? []
          : [`still refused by restricted: ${violationsText(reached.violations)}`]),
        rolloutText(target),
      ],
    };
  },
};

/** Containers that an admission webhook injected are not in the template: they stay as they are. */
function onlyOwn(spec: PodSpec, names: ReadonlySet<string>): PodSpec {
  const hardened = hardenSpec(spec).spec;
  return {
    ...hardened,
    containers: hardened.containers.map((container, index) =>
      names.has(container.name) ? container : (spec.containers[index] ?? container),
    ),
  };
}
