/**
 * system:authenticated is everybody with credentials, service accounts too; system:serviceaccounts is every pod
 * (k8s.io/apiserver authentication/group/authenticated_group_adder.go, serviceaccount/util.go).
 */
import { bindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { refOf } from '../../kube/object-ref.ts';
import { ALL_SERVICE_ACCOUNTS, AUTHENTICATED } from '../../kube/rbac-user.ts';
import { bindingRules, roleRef, scopeText } from './grant-finding.ts';

export const allAuthenticated = bindingRules(
  'all-authenticated',
  {
    summary: 'bindings to everybody with credentials or to every service account, beyond what upstream binds',
    help: 'Every pod with a token holds what is bound to these groups. Bind the groups or accounts that need it.',
    references: [
      { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.1' },
      { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    ],
  },
  (binding, view) => {
    const verdict = bindingVerdict(view, binding);
    if (verdict.status === 'default' || verdict.status === 'missing') return [];
    const at = binding.subjects.findIndex(
      ({ kind, name }) =>
        kind === 'Group' &&
        (name === AUTHENTICATED || name === ALL_SERVICE_ACCOUNTS || name.startsWith(`${ALL_SERVICE_ACCOUNTS}:`)),
    );
    const subject = binding.subjects[at];
    if (subject === undefined || !verdict.subjects.includes(subject)) return [];
    const role = roleRef(binding);
    const isOneNamespace = subject.name.startsWith(`${ALL_SERVICE_ACCOUNTS}:`);
    return [
      {
        severity: isOneNamespace ? 'low' : 'medium',
        title: `Group ${subject.name} holds ${role.kind} ${role.name} ${scopeText(verdict)}`,
        why: isOneNamespace
          ? 'Every pod of that namespace holds it, whatever it is for.'
          : 'Everybody with a login, and every pod with a token, holds it.',
        evidence: [{ text: `subject Group ${subject.name}`, object: refOf(binding), path: `subjects[${at}]` }],
        remedies: ['rbac/remove-subject'],
      },
    ];
  },
);
