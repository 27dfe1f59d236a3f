/**
 * A service account subject that does not exist, or that can match nobody (pkg/registry/rbac/validation/rule.go
 * appliesToUser). Users and groups live outside the cluster and are not judged.
 */
import { bindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { danglingAccounts } from '../../analyses/rbac/service-accounts.ts';
import { refOf } from '../../kube/object-ref.ts';
import { serviceAccountNamespace, subjectKey } from '../../kube/rbac-user.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { bindingRules, roleRef } from './grant-finding.ts';

export const danglingSubject = bindingRules(
  'dangling-subject',
  {
    summary: 'bindings to service accounts that do not exist, and to subjects that match nobody',
    help: 'Whoever may create a service account of that name inherits what is bound to it. Remove the subject.',
    references: [{ benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' }],
  },
  (binding, view) => {
    const verdict = bindingVerdict(view, binding);
    if (verdict.status === 'default') return [];
    const role = roleRef(binding);
    const object = refOf(binding);
    const gone = danglingAccounts(view, verdict.subjects, binding.namespace).map((subject): FindingDraft => {
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
        remedies: ['rbac/remove-subject'],
      };
    });
    const nobody = binding.subjects
      .filter((subject) => subjectKey(subject, binding.namespace) === undefined)
      .map((subject): FindingDraft => ({
        key: `${subject.kind} ${subject.name}`,
        severity: 'info',
        title: `Subject ${subject.kind} ${subject.name} matches nobody`,
        why:
          subject.kind === 'ServiceAccount'
            ? 'In a ClusterRoleBinding a service account needs a namespace.'
            : 'A subject is a User, a Group or a ServiceAccount.',
        evidence: [{ text: `kind ${subject.kind}`, object, path: `subjects[${binding.subjects.indexOf(subject)}]` }],
        remedies: ['rbac/remove-subject'],
      }));
    return [...gone, ...nobody];
  },
);
