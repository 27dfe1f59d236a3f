/**
 * Takes the subject out of the binding that the API server named when it allowed the request
 * (`authorization.k8s.io/reason`, pkg/registry/rbac/validation/rule.go): only the first grant is named, others may allow
 * the same.
 */
import { parseGrantReason, type GrantReason } from '../../kube/audit-reason.ts';
import { kindInfo } from '../../model/kind.ts';
import type { BindingObject, Subject } from '../../model/objects.ts';
import type { AuditGroup } from '../../model/audit-group.ts';
import { bindingManifest, commandFor, removedBinding, subjectsOut } from '../rbac/binding-manifest.ts';
import type { Remedy, RemedyDraft } from '../remedy.ts';
import { groupOf, SAVE_FIRST, saveFirst } from './audit-finding.ts';

export const removeSubjectFromBinding: Remedy = {
  id: 'audit/remove-subject-from-binding',
  title: 'Take the subject out of the binding that allowed it',
  safety: 'review',
  build(finding, view) {
    const group = groupOf(finding, view);
    if (group === undefined) return { refused: 'The log does not hold these requests any more.' };
    const grant = grantOf(group);
    if (grant === null) return { refused: 'No event names a binding: another authorizer allowed it, or nothing did.' };
    const binding = view.get(grant.bindingKind, grant.namespace, grant.binding);
    if (binding === undefined) return { refused: `${grant.bindingKind} ${grant.binding} is not there any more.` };
    const going = binding.subjects.filter((one) => isNamed(one, binding, grant));
    if (going.length === 0) return { refused: `${subjectText(grant)} is not bound any more.` };
    const draft = without(binding, going, grant);
    const { use } = draft;
    if (use.type === 'apply') return draft;
    const { resource } = kindInfo(binding.kind);
    const saved = saveFirst(group, [{ resource, namespace: binding.namespace, name: binding.name }]);
    // To contain somebody is urgent: by hand, whoever owns the binding and is told of it too.
    return { ...draft, use: { type: 'steps', commands: [...saved, ...use.commands] } };
  },
};

/** The grant of the newest allowed event. */
function grantOf(group: AuditGroup): GrantReason | null {
  for (const hour of group.hours.toReversed()) {
    const grant = parseGrantReason(hour.reason);
    if (grant !== null) return grant;
  }
  return null;
}

function isNamed(subject: Subject, binding: BindingObject, grant: GrantReason): boolean {
  if (subject.kind !== grant.subjectKind) return false;
  if (subject.kind !== 'ServiceAccount') return subject.name === grant.subject;
  return `${subject.name}/${subject.namespace ?? binding.namespace}` === grant.subject;
}

/** The API server's reason names an account before its namespace; people write it the other way round. */
function subjectText({ subjectKind, subject }: GrantReason): string {
  const [name, namespace] = subject.split('/');
  return subjectKind === 'ServiceAccount'
    ? `${subjectKind} ${namespace ?? ''}/${name ?? ''}`
    : `${subjectKind} ${subject}`;
}

function without(binding: BindingObject, going: readonly Subject[], grant: GrantReason): RemedyDraft {
  const whom = subjectText(grant);
  const others = grant.subjectKind === 'Group' ? ' Everybody else in the group loses it, too.' : '';
  const note = `${SAVE_FIRST} Another binding may allow the same: the log names the first one only.${others}`;
  const effects = [`${whom} no longer has ${grant.roleKind} ${grant.role} by this binding`];
  const change = subjectsOut(binding, going);
  if (change.type === 'remove') {
    const removed = removedBinding(binding);
    return { ...removed, note: `${note} ${removed.note}`, effects };
  }
  const { apiVersion, kind, metadata, subjects } = bindingManifest(change.object);
  return {
    note,
    manifests: [{ apiVersion, kind, metadata, subjects }],
    comments: [{ document: 0, path: ['subjects'], text: `without ${whom}` }],
    use: { type: 'patch', commands: [commandFor(binding, 'patch')] },
    changes: [change],
    effects,
  };
}
