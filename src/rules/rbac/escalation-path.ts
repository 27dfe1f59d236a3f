/**
 * Permissions that each look bounded lead on together: who may create pods in a namespace holds every service account
 * of it, and so on (/docs/concepts/security/rbac-good-practices/#kubernetes-rbac-privilege-escalation-risks). One-hop
 * grants are findings of their bindings; here are paths of two hops and more.
 */
import { RBAC_KINDS } from '../../model/kind.ts';
import { accountPaths, everyonePaths } from '../../analyses/rbac/escalation-paths.ts';
import type { EscalationPath, Hop } from '../../analyses/rbac/escalation-graph.ts';
import type { Sink } from '../../analyses/rbac/escalation-step.ts';
import { addOnOf } from '../../analyses/rbac/add-ons.ts';
import { EXPOSURE_KINDS, exposedHolders } from '../../analyses/rbac/exposed-accounts.ts';
import { inContext } from '../../analyses/rbac/grant-severity.ts';
import { accountUsers } from '../../analyses/rbac/service-accounts.ts';
import { refOf } from '../../kube/object-ref.ts';
import { ruleText } from '../../kube/rbac-rule-text.ts';
import { parseServiceAccountUser } from '../../kube/rbac-user.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { ServiceAccountObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule } from '../rule.ts';
import { exposureEvidence } from './grant-finding.ts';

const SINK_TEXT = { 'cluster-admin': 'cluster-admin', node: 'a node', secrets: 'every Secret' } as const;

export const escalationPath = rule<'ServiceAccount'>({
  id: 'rbac/escalation-path',
  subject: 'ServiceAccount',
  summary: 'service accounts that reach cluster-admin, a node or every Secret in several steps',
  help: 'Each step is a permission that the account holds, or comes to hold. Remove one binding on the way; `k8sec paths` names the fewest that close all paths.',
  references: [
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    { benchmark: 'mitre-attack', version: '17', id: 'T1078.004' },
  ],
  needs: [...RBAC_KINDS, 'ServiceAccount', 'Namespace', ...EXPOSURE_KINDS],
  check: (account, view) => check(account, view),
});

function check(account: ServiceAccountObject, view: ClusterView): readonly FindingDraft[] {
  const path = accountPaths(view, account.namespace).get(account.name);
  return path === undefined ? [] : [finding(account, view, path)];
}

function finding(account: ServiceAccountObject, view: ClusterView, path: EscalationPath): FindingDraft {
  const users = accountUsers(view, account.namespace).get(account.name) ?? [];
  const steps = path.hops.length;
  const [first] = path.hops;
  const addOn = first?.step == null ? null : addOnOf(view, first.step.binding);
  const subject = { kind: 'ServiceAccount', namespace: account.namespace, name: account.name } as const;
  const isExposed = exposedHolders(view, subject, '').length > 0;
  const draft = pathDraft(path);
  const runs =
    users.length === 0
      ? 'No workload runs as it now.'
      : `${users.slice(0, 3).join(', ')}${users.length > 3 ? ' and others' : ''} ${users.length === 1 ? 'runs' : 'run'} as it.`;
  return {
    severity: inContext(
      { everyone: null, isDangling: false, isExposed },
      path.to === 'cluster-admin' && users.length > 0 ? 'critical' : 'high',
    ),
    title: `reaches ${SINK_TEXT[path.to]} in ${steps} steps`,
    why: `${path.hops.map(hopText).join('; then ')}. ${runs}`,
    ...(addOn === null ? {} : { addOn: addOn.name }),
    ...draft,
    evidence: [...draft.evidence, ...exposureEvidence(view, account, [subject])],
  };
}

/** What the finding of an account's path and of a group's have in common. */
function pathDraft(path: EscalationPath): Required<Pick<FindingDraft, 'evidence' | 'remedies' | 'data'>> {
  return {
    evidence: path.hops.map(({ from, step, condition }) =>
      step === null
        ? { text: condition }
        : {
            text: `${subjectKeyText(from)} can ${step.action} through ${step.binding.kind} ${step.binding.name}: ${ruleText(step.rule)}`,
            object: refOf(step.binding),
          },
    ),
    remedies: ['rbac/cut-path'],
    data: { to: path.to, bindings: path.hops.flatMap(({ step }) => (step === null ? [] : [refOf(step.binding)])) },
  };
}

export const everyoneEscalates = rule<'Cluster'>({
  id: 'rbac/everyone-escalates',
  subject: 'Cluster',
  summary: 'groups of everyone that reach cluster-admin, a node or every Secret in several steps',
  help: 'What is granted to such a group, every pod and every user has. Bind the few accounts that need it by name instead.',
  references: escalationPath.references,
  needs: escalationPath.needs,
  check: (_cluster, view) =>
    everyonePaths(view).map((path) => ({
      subject: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Group',
        namespace: null,
        name: path.from.slice('g:'.length),
      },
      severity: path.to === 'cluster-admin' ? 'critical' : 'high',
      title: `reaches ${SINK_TEXT[path.to]} in ${path.hops.length} steps`,
      why: `${path.hops.map(hopText).join('; then ')}. Everybody in the group can do so.`,
      ...pathDraft(path),
    })),
});

function hopText({ to, step, condition }: Hop, at: number, hops: readonly Hop[]): string {
  const who = subjectKeyText(hops[at]?.from ?? '');
  const isLast = at === hops.length - 1;
  const name = isLast ? SINK_TEXT[to as Sink] : subjectKeyText(to);
  if (step === null) return `${condition}, ${name} among them`;
  const why = condition === '' ? '' : ` (${condition})`;
  return `${who} can ${step.action}, and so ${to === 'secrets' ? 'reads' : 'becomes'} ${name}${why}`;
}

/** `ServiceAccount shop/cart`, `Group devs`, `User alice` of a subject key. */
function subjectKeyText(key: string): string {
  if (key === 'node') return SINK_TEXT.node;
  const name = key.slice(2);
  if (key.startsWith('g:')) return `Group ${name}`;
  const account = parseServiceAccountUser(name);
  return account === undefined ? `User ${name}` : `ServiceAccount ${account.namespace}/${account.name}`;
}
