/**
 * The PodSecurity admission plugin refuses pods only in namespaces whose `pod-security.kubernetes.io/enforce` label says
 * baseline or restricted. Without the label the server's AdmissionConfiguration decides, whose default is privileged.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-admission/, api/helpers.go PolicyToEvaluate.
 */
import {
  namespaceLevels,
  nextLevel,
  provenLevel,
  refusedByNext,
  type NamespaceLevels,
} from '../../analyses/pod-security/namespace-levels.ts';
import { policyMinor } from '../../analyses/pod-security/policy-minor.ts';
import { isSystemNamespace } from '../../analyses/vigilance/node-agent.ts';
import { refOf } from '../../kube/object-ref.ts';
import { levelLabel, levelVersionText, namespacePolicy } from '../../kube/pod-security-namespace.ts';
import { someOf } from '../../kube/some-of.ts';
import type { Evidence, FindingDraft } from '../../model/finding.ts';
import type { NamespaceObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { attack, cis, owasp } from '../references.ts';
import { rule } from '../rule.ts';

const NAMED = 5;

export const namespaceWithoutPodSecurity = rule({
  id: 'vigilance/namespace-without-pod-security',
  subject: 'Namespace',
  summary: 'Namespaces that enforce no pod security level',
  help: 'Whoever may create pods in such a namespace may create a privileged one and take the node. Enforce the strictest level that the workloads of today pass, and let the next level warn and audit until they pass that too. Another admission controller (Kyverno, Gatekeeper, a ValidatingAdmissionPolicy) may refuse such pods instead: then waive this finding.',
  references: [cis('5.2.1'), owasp('K04'), attack('T1610')],
  needs: ['Namespace', 'Pod'],
  check(subject, view) {
    const policy = namespacePolicy(subject.labels);
    const findings: FindingDraft[] = policy.invalid.map(({ label, value, message }) => ({
      key: label,
      severity: label === levelLabel('enforce') ? 'medium' : 'low',
      title: `Invalid pod security label ${label}`,
      why: `${label}=${value} ${message}; the server falls back to ${levelVersionText(policy.enforce)} for enforce, and new values like it are refused.`,
      evidence: [{ text: `${label}=${value}: ${message}`, object: refOf(subject), path: `metadata.labels` }],
    }));
    if (policy.enforce.level === 'privileged') findings.push(notEnforced(subject, view));
    return findings;
  },
});

function notEnforced(subject: NamespaceObject, view: ClusterView): FindingDraft {
  const isChosen = subject.labels[levelLabel('enforce')] !== undefined;
  const isReadable = view.readable('Pod', subject.name).ok;
  const levels = namespaceLevels(view, subject.name);
  const level = provenLevel(levels);
  const isSystem = isSystemNamespace(subject.name) || ['kube-public', 'kube-node-lease'].includes(subject.name);
  const object = refOf(subject);
  return {
    severity: isSystem ? 'info' : isChosen ? 'low' : 'medium',
    advisory: isSystem,
    title: isChosen ? 'Enforces the privileged pod security level' : 'Enforces no pod security level',
    why: `A privileged pod is admitted here. ${isReadable ? levelsText(levels, policyMinor(view)) : 'Its pods could not be read, so the level that breaks nothing is unknown.'}`,
    evidence: [
      {
        text: isChosen
          ? `${levelLabel('enforce')} is privileged`
          : `label ${levelLabel('enforce')} is absent; a default of the server's AdmissionConfiguration would not be visible`,
        object,
        path: 'metadata.labels',
      },
      ...refusedEvidence(levels),
    ],
    absence: !isChosen,
    remedies: isReadable ? ['vigilance/namespace-labels'] : [],
    data: isReadable
      ? { strictest: level === 'unknown' ? null : level, judged: levels.judged }
      : { strictest: null, judged: null },
  };
}

function levelsText(levels: NamespaceLevels, minor: number): string {
  if (provenLevel(levels) === 'unknown')
    return `Which level breaks nothing is unknown: ${levels.unread}. The next one can warn and audit now.`;
  if (levels.judged === 0) return 'No workload runs here, so that restricted breaks nothing.';
  const all = `${levels.judged} ${levels.judged === 1 ? 'workload' : 'workloads'}`;
  switch (levels.strictest) {
    case 'restricted':
      return `Restricted at v1.${minor} would break nothing: it admits all ${all} of today.`;
    case 'baseline':
      return `Baseline at v1.${minor} would break nothing; restricted would refuse ${levels.refusedByRestricted.length} of ${all}.`;
    case 'privileged':
      return `Baseline at v1.${minor} would refuse ${levels.refusedByBaseline.length} of ${all}; it can warn and audit now.`;
  }
}

function refusedEvidence(levels: NamespaceLevels): readonly Evidence[] {
  const refused = refusedByNext(levels);
  if (refused.length === 0) return [];
  return [{ text: `${nextLevel(levels)} would refuse ${someOf(refused, NAMED)}` }];
}
