/**
 * system:masters is allowed before any authorizer is asked (pkg/kubeapiserver/authorizer/reload.go): a binding to it
 * adds nothing, and taking the binding away takes nothing.
 */
import { bindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { refOf } from '../../kube/object-ref.ts';
import { SYSTEM_MASTERS } from '../../kube/rbac-user.ts';
import { bindingRules } from './grant-finding.ts';

export const systemMasters = bindingRules(
  'system-masters',
  {
    summary: 'bindings to the group system:masters',
    help: 'Its members bypass RBAC, and no binding can limit them. Bind another group, and issue no credentials with system:masters.',
    references: [{ benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.7' }],
  },
  (binding, view) => {
    const at = binding.subjects.findIndex(({ kind, name }) => kind === 'Group' && name === SYSTEM_MASTERS);
    const subject = binding.subjects[at];
    if (subject === undefined || !bindingVerdict(view, binding).subjects.includes(subject)) return [];
    return [
      {
        severity: 'low',
        title: 'A binding to system:masters, which bypasses RBAC anyway',
        why: 'It suggests that credentials with this group are in use: they cannot be limited, only outlive their use.',
        evidence: [{ text: 'subject Group system:masters', object: refOf(binding), path: `subjects[${at}]` }],
        remedies: ['rbac/remove-subject'],
      },
    ];
  },
);
