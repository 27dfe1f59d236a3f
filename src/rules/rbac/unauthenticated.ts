/**
 * Requests without credentials are user system:anonymous in group system:unauthenticated; upstream lets them read
 * only what system:public-info-viewer lists (/docs/reference/access-authn-authz/rbac/#discovery-roles).
 */
import { bindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { refOf } from '../../kube/object-ref.ts';
import { ANONYMOUS, UNAUTHENTICATED } from '../../kube/rbac-user.ts';
import { bindingRules, roleRef, scopeText } from './grant-finding.ts';

export const unauthenticated = bindingRules(
  'unauthenticated',
  {
    summary: 'bindings to requests without credentials, beyond what upstream binds',
    help: 'Whoever can connect to the API server holds what is bound to system:anonymous or system:unauthenticated. Remove these subjects.',
    references: [
      { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.1' },
      { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    ],
  },
  (binding, view) => {
    const verdict = bindingVerdict(view, binding);
    if (verdict.status === 'default' || verdict.status === 'missing') return [];
    const at = binding.subjects.findIndex(({ name }) => name === ANONYMOUS || name === UNAUTHENTICATED);
    const subject = binding.subjects[at];
    if (subject === undefined || !verdict.subjects.includes(subject)) return [];
    const role = roleRef(binding);
    return [
      {
        severity: verdict.namespace === null ? 'high' : 'medium',
        title: `Requests without credentials hold ${role.kind} ${role.name} ${scopeText(verdict)}`,
        why: `${subject.kind} ${subject.name} is everybody who can connect to the API server.`,
        evidence: [
          { text: `subject ${subject.kind} ${subject.name}`, object: refOf(binding), path: `subjects[${at}]` },
        ],
        remedies: ['rbac/remove-subject'],
      },
    ];
  },
);
