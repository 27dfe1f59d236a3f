/**
 * Unless the pod or its service account says no, the API server mounts the account's token into every container. A
 * program that never calls the API only hands it to an attacker; an account to which nothing is bound is a sign of that.
 * Source: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/; CIS 5.1.6.
 */
import { judgedSpecs, membersOf, type JudgedSpec } from '../../analyses/pod-security/judged-specs.ts';
import { nodeAccess } from '../../analyses/vigilance/node-agent.ts';
import { idleSince } from '../../analyses/rbac/idle-account.ts';
import { bindingsOf, mountsToken } from '../../analyses/vigilance/service-account-use.ts';
import { specPath } from '../../analyses/vigilance/spec-path.ts';
import { dayText } from '../../kube/age.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { AnalysedWorkload } from '../../analyses/workload/workloads.ts';
import { attack, cis, nsa, owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const tokenAutomounted = rule({
  id: 'vigilance/token-automounted',
  subject: 'Workload',
  summary: 'Workloads with an API token whose service account is granted nothing, or by the audit log uses nothing',
  help: 'Set automountServiceAccountToken: false on the pod template (or the service account) of workloads that do not call the Kubernetes API.',
  references: [cis('5.1.6'), owasp('K09'), nsa('1.11'), attack('T1528')],
  needs: ['Pod', 'ServiceAccount', 'RoleBinding', 'ClusterRoleBinding'],
  check(subject, view) {
    if (nodeAccess(subject) === 'control-plane') return [];
    const { namespace } = subject.ref;
    const mounted = judgedSpecs(subject).filter(({ spec }) => mountsToken(view, namespace, spec) !== false);
    if (mounted.length === 0) return [];
    const accounts = [...new Set(mounted.map(({ spec }) => spec.serviceAccountName))].sort();
    const bound = accounts.map((name) => bindingsOf(view, namespace, name));
    const isUnknown =
      bound.includes(undefined) || mounted.some(({ spec }) => mountsToken(view, namespace, spec) === undefined);
    if (isUnknown) return [unknown(subject, mounted, accounts)];
    if (bound.every((bindings) => (bindings ?? []).length === 0)) return [found(subject, mounted, accounts)];
    const idle = accounts.map((name) => idleSince(view, namespace, name));
    const since = idle.includes(null) ? null : Math.max(...idle.map((time) => time ?? 0));
    // The log must have begun before the workload did: a new one may not have asked yet.
    if (since === null || (subject.created ?? 0) > since) return [];
    return [unused(subject, mounted, accounts, since)];
  },
});

function found(subject: AnalysedWorkload, mounted: readonly JudgedSpec[], accounts: readonly string[]): FindingDraft {
  return {
    severity: 'low',
    title: 'Mounts an API token that is granted nothing',
    why: `No role is bound to service account ${accounts.join(', ')}, so the program hardly calls the API; yet every container holds a token that is good for all that authenticated users may do.`,
    evidence: [
      {
        text: 'automountServiceAccountToken is false neither on the pod nor on its service account',
        object: subject.ref,
        path: `${specPath(subject.ref.kind)}.automountServiceAccountToken`,
      },
    ],
    members: membersOf(mounted),
    absence: true,
    remedies: ['vigilance/no-token-patch'],
  };
}

function unused(
  subject: AnalysedWorkload,
  mounted: readonly JudgedSpec[],
  accounts: readonly string[],
  since: number,
): FindingDraft {
  return {
    ...found(subject, mounted, accounts),
    title: 'Mounts an API token that uses no permission',
    why: `The audit log since ${dayText(since)} holds such requests as are granted to service account ${accounts.join(', ')}, and none of them is its own: every container holds a token that only an attacker would use.`,
  };
}

function unknown(subject: AnalysedWorkload, mounted: readonly JudgedSpec[], accounts: readonly string[]): FindingDraft {
  return {
    severity: 'info',
    title: 'May mount an API token that is granted nothing',
    why: `Service accounts or role bindings could not be read, so whether ${accounts.join(', ')} is granted anything is unknown.`,
    evidence: [{ text: 'serviceaccounts, rolebindings and clusterrolebindings decide this', object: subject.ref }],
    members: membersOf(mounted),
    unknown: true,
  };
}
