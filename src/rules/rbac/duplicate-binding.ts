/**
 * Bindings are additive (plugin/pkg/auth/authorizer/rbac/rbac.go): a second one of the same role to the same subjects
 * gives nothing, and removing the first takes nothing away.
 */
import { bindingSurroundings } from '../../analyses/rbac/binding-surroundings.ts';
import { refOf } from '../../kube/object-ref.ts';
import { subjectsBeyondBootstrap } from '../../kube/rbac-bootstrap.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { BindingObject } from '../../model/objects.ts';
import { bindingRules, NO_FINDINGS } from './grant-finding.ts';

export const duplicateBinding = bindingRules(
  'duplicate-binding',
  {
    summary: 'bindings that give what another one gives already',
    help: 'Whoever removes one of two equal bindings believes that the right is gone. Keep one.',
    references: [],
  },
  (binding, view) => {
    if (subjectsBeyondBootstrap(binding)?.length === 0) return NO_FINDINGS;
    const { kind, name, roleRef } = binding;
    const other = bindingSurroundings(view, binding.namespace).givenBy.get(name);
    if (other === undefined) return NO_FINDINGS;
    if (other.kind !== kind) return [needless(binding, other)];
    return [
      {
        severity: 'info',
        title: `${kind} ${name} gives what ${other.name} gives already`,
        why: `Both bind ${roleRef.kind} ${roleRef.name} to the same subjects: removing one of them takes nothing away.`,
        evidence: [
          { text: `every subject of it is one of ${kind} ${other.name}`, object: refOf(binding), path: 'subjects' },
        ],
        remedies: ['rbac/remove-binding'],
      },
    ];
  },
);

function needless(binding: BindingObject, wide: BindingObject): FindingDraft {
  const same = wide.roleRef.kind === binding.roleRef.kind && wide.roleRef.name === binding.roleRef.name;
  const role = `${wide.roleRef.kind} ${wide.roleRef.name}`;
  return {
    severity: 'info',
    title: `RoleBinding ${binding.name} gives what ClusterRoleBinding ${wide.name} gives everywhere`,
    why: `${wide.name} binds ${role}${same ? '' : `, which has all of ${binding.roleRef.kind} ${binding.roleRef.name}`}, to the same subjects in every namespace: either this binding is needless, or the other is wider than was meant.`,
    evidence: [
      {
        text: `every subject of it is one of ClusterRoleBinding ${wide.name}`,
        object: refOf(binding),
        path: 'subjects',
      },
      { text: `binds ${role} in every namespace`, object: refOf(wide), path: 'roleRef' },
    ],
    remedies: ['rbac/remove-binding'],
  };
}
