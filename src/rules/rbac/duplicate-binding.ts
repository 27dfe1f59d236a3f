/**
 * Bindings are additive (plugin/pkg/auth/authorizer/rbac/rbac.go): a second one of the same role to the same subjects
 * gives nothing, and removing the first takes nothing away.
 */
import { givenAlready } from '../../analyses/rbac/bound-roles.ts';
import { refOf } from '../../kube/object-ref.ts';
import { subjectsBeyondBootstrap } from '../../kube/rbac-bootstrap.ts';
import { bindingRules } from './grant-finding.ts';

export const duplicateBinding = bindingRules(
  'duplicate-binding',
  {
    summary: 'bindings that give what another one gives already',
    help: 'Whoever removes one of two equal bindings believes that the right is gone. Keep one.',
    references: [],
  },
  (binding, view) => {
    if (subjectsBeyondBootstrap(binding)?.length === 0) return [];
    const other = givenAlready(view, binding);
    if (other === undefined) return [];
    const { kind, name, roleRef } = binding;
    return [
      {
        severity: 'info',
        title: `${kind} ${name} gives what ${other} gives already`,
        why: `Both bind ${roleRef.kind} ${roleRef.name} to the same subjects: removing one of them takes nothing away.`,
        evidence: [
          { text: `every subject of it is one of ${kind} ${other}`, object: refOf(binding), path: 'subjects' },
        ],
        remedies: ['rbac/remove-binding'],
      },
    ];
  },
);
