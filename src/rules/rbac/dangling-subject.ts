/**
 * A service account subject that does not exist, or that can match nobody (pkg/registry/rbac/validation/rule.go
 * appliesToUser). Users and groups live outside the cluster: they are judged where a directory tells of them.
 */
import { bindingVerdict, type BindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { addOnOf } from '../../analyses/rbac/add-ons.ts';
import { knownMembers, standingOf } from '../../analyses/rbac/user-groups.ts';
import { refOf } from '../../kube/object-ref.ts';
import { whyNobody } from '../../kube/rbac-mistaken-subject.ts';
import { namespaceOfAccounts, serviceAccountNamespace } from '../../kube/rbac-user.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { BindingObject, Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { bindingRules, NO_FINDINGS, roleRef, scopeText } from './grant-finding.ts';
import { isPartial } from '../../store/partial-files.ts';

export const danglingSubject = bindingRules(
  'dangling-subject',
  {
    summary:
      'bindings to service accounts that do not exist, to people that the directory does not list, and to nobody',
    help: 'Whoever is given that name, or may create it, inherits what is bound to it. Remove the subject.',
    references: [{ benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' }],
  },
  (binding, view) => {
    const verdict = bindingVerdict(view, binding);
    if (verdict.status === 'default') return NO_FINDINGS;
    const accounts = verdict.dangling;
    if (accounts.length === 0 && binding.subjects.every((one) => isAccount(one, binding.namespace))) return NO_FINDINGS;
    const role = roleRef(binding);
    const object = refOf(binding);
    const addOn = accounts.length === 0 ? null : addOnOf(view, binding);
    const gone = accounts.map((subject): FindingDraft => {
      const name = `${serviceAccountNamespace(subject, binding.namespace)}/${subject.name}`;
      return {
        key: name,
        severity: verdict.grants.length > 0 ? 'medium' : 'low',
        title: `ServiceAccount ${name} does not exist, but holds ${role.kind} ${role.name}`,
        why: 'Whoever may create service accounts and pods in that namespace inherits what is bound to it.',
        evidence: [
          { text: `subject ServiceAccount ${name}`, object, path: `subjects[${binding.subjects.indexOf(subject)}]` },
        ],
        absence: true,
        ...(addOn === null ? {} : { addOn: addOn.name }),
        remedies: ['rbac/remove-subject'],
      };
    });
    const nobody = binding.subjects.flatMap((subject): readonly FindingDraft[] => {
      const because = whyNobody(subject, binding.namespace);
      if (because === undefined) return [];
      const path = `subjects[${binding.subjects.indexOf(subject)}]`;
      return [
        {
          key: `${subject.kind} ${subject.name}`,
          severity: 'info',
          title: `Subject ${subject.kind} ${subject.name} matches nobody`,
          why: because,
          evidence: [{ text: `kind ${subject.kind}`, object, path }],
          remedies: ['rbac/remove-subject'],
        },
      ];
    });
    return [...gone, ...nobody, ...emptyGroups(view, binding, verdict), ...outsiders(view, binding, verdict)];
  },
);

/** A service account by name, which may be missing, but is neither nobody nor a person or group. */
function isAccount(subject: Subject, bindingNamespace: string): boolean {
  return subject.kind === 'ServiceAccount' && serviceAccountNamespace(subject, bindingNamespace) !== '';
}

/** The accounts of a namespace that is not there. */
function emptyGroups(view: ClusterView, binding: BindingObject, verdict: BindingVerdict): readonly FindingDraft[] {
  return verdict.subjects.flatMap((subject): readonly FindingDraft[] => {
    const namespace = subject.kind === 'Group' ? namespaceOfAccounts(subject.name) : undefined;
    if (namespace === undefined || view.get('Namespace', '', namespace) !== undefined) return [];
    if (isPartial(view) || !view.readable('Namespace').ok) return [];
    const role = roleRef(binding);
    const path = `subjects[${binding.subjects.indexOf(subject)}]`;
    return [
      {
        key: `Group ${subject.name}`,
        severity: verdict.grants.length > 0 ? 'medium' : 'low',
        title: `There is no namespace ${namespace}, whose accounts hold ${role.kind} ${role.name} ${scopeText(verdict)}`,
        why: 'Whoever may create a namespace of that name inherits what is bound to its accounts.',
        evidence: [{ text: `subject Group ${subject.name}`, object: refOf(binding), path }],
        absence: true,
        remedies: ['rbac/remove-subject'],
      },
    ];
  });
}

/** People and groups that the directory does not list, or no longer; nothing without a directory. */
function outsiders(view: ClusterView, binding: BindingObject, verdict: BindingVerdict): readonly FindingDraft[] {
  const role = roleRef(binding);
  return verdict.subjects.flatMap((subject): readonly FindingDraft[] => {
    const because = outsideBecause(view, subject);
    if (because === undefined) return [];
    const path = `subjects[${binding.subjects.indexOf(subject)}]`;
    return [
      {
        key: `${subject.kind} ${subject.name}`,
        severity: verdict.grants.length > 0 ? 'medium' : 'low',
        title: `${subject.kind} ${subject.name} ${because}, but holds ${role.kind} ${role.name} ${scopeText(verdict)}`,
        why: 'Credentials that are left over still work, and whoever is given the same name later inherits what is bound to it.',
        evidence: [{ text: `subject ${subject.kind} ${subject.name}`, object: refOf(binding), path }],
        remedies: ['rbac/remove-subject'],
      },
    ];
  });
}

function outsideBecause(view: ClusterView, { kind, name }: Subject): string | undefined {
  if (kind === 'User') {
    const standing = standingOf(view, name);
    if (standing === 'left') return 'has left the directory';
    return standing === 'unlisted' ? 'is not in the directory' : undefined;
  }
  const isOfPeople = kind === 'Group' && !name.startsWith('system:') && view.facts().directory !== undefined;
  return isOfPeople && knownMembers(view, name).length === 0 ? 'has no member in the directory' : undefined;
}
