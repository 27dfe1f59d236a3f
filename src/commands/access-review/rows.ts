import { dayText } from '../../kube/age.ts';
import { allVerdicts, type BindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { grantUsage, usageText } from '../../analyses/rbac/grant-usage.ts';
import { ownerOf } from '../../kube/ownership-labels.ts';
import { ruleText } from '../../kube/rbac-rule-text.ts';
import { parseServiceAccountUser, serviceAccountNamespace } from '../../kube/rbac-user.ts';
import type { BindingObject, Subject } from '../../model/objects.ts';
import { remedyTarget } from '../../remedy/target.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { bindingName, nameText, roleName, subjectName } from '../rbac-names.ts';

/** Columns of a review, in order; the last two are for whoever reviews. */
export const COLUMNS = [
  'subject',
  'scope',
  'binding',
  'role',
  'gives',
  'sensitive',
  'usage',
  'owner',
  'since',
  'changed',
  'decision',
  'reviewer',
] as const;

export type ReviewRow = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** A row with what it stands for, for a removal. */
export interface HeldRow {
  readonly row: ReviewRow;
  readonly binding: BindingObject;
  readonly subject: Subject;
}

/** A row for each subject of each binding, ClusterRoleBindings first. */
export function* reviewRows(view: ClusterView): Generator<HeldRow> {
  for (const [binding, verdict] of allVerdicts(view)) {
    for (const subject of binding.subjects) {
      const row = {
        subject: nameText(subjectName(subject, binding)),
        scope: binding.namespace === '' ? '(cluster)' : binding.namespace,
        binding: nameText(bindingName(binding)),
        role: nameText(roleName(binding)),
        gives: givesText(verdict),
        sensitive: verdict.grants.map((one) => `${one.severity}: ${one.category}`).join('; '),
        usage: usageText(grantUsage(view, binding)),
        owner: ownerText(view, binding, subject),
        since: binding.created === null ? '' : dayText(binding.created),
        changed: '',
        decision: '',
        reviewer: '',
      };
      yield { row, binding, subject };
    }
  }
}

function givesText({ status, reason, rules }: BindingVerdict): string {
  if (status === 'missing') return 'nothing: the role does not exist';
  if (status === 'unknown') return `unknown: ${reason}`;
  return status === 'default' ? 'as Kubernetes ships it' : rules.map(ruleText).join('; ');
}

/** Whom to ask: the label of the binding, its account or their namespaces; else the tool that the binding came with. */
function ownerText(view: ClusterView, binding: BindingObject, subject: Subject): string {
  const account = accountOf(subject, binding);
  const namespaces = [binding.namespace, account?.namespace ?? ''].filter((name) => name !== '');
  const objects = [
    binding,
    account === undefined ? undefined : view.get('ServiceAccount', account.namespace, account.name),
    ...namespaces.map((name) => view.get('Namespace', '', name)),
  ];
  const convention = view.facts().labels?.owner ?? null;
  for (const object of objects) {
    const owner = ownerOf(object?.labels ?? {}, convention);
    if (owner !== undefined) return owner;
  }
  const { manager, app } = remedyTarget(view, binding);
  return manager === 'none' ? '' : `${manager}${app === null ? '' : ` ${app}`}`;
}

function accountOf(
  subject: Subject,
  binding: BindingObject,
): { readonly namespace: string; readonly name: string } | undefined {
  if (subject.kind === 'User') return parseServiceAccountUser(subject.name);
  if (subject.kind !== 'ServiceAccount') return undefined;
  return { namespace: serviceAccountNamespace(subject, binding.namespace), name: subject.name };
}
