/**
 * A ClusterRoleBinding replaced by RoleBindings where its service accounts live: a RoleBinding to a ClusterRole gives
 * its rules in one namespace only (/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding).
 */
import { bindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import type { BindingObject, Subject } from '../../model/objects.ts';
import type { Remedy } from '../remedy.ts';
import { bindingManifest, commandFor, foundBinding } from './binding-manifest.ts';

export const narrowToNamespaces: Remedy = {
  id: 'rbac/narrow-to-namespaces',
  title: 'RoleBindings instead of the ClusterRoleBinding',
  safety: 'review',
  build(finding, view) {
    const binding = foundBinding(view, finding.subject);
    if (binding === undefined || binding.kind !== 'ClusterRoleBinding') {
      return { refused: 'The ClusterRoleBinding is not there any more.' };
    }
    const verdict = bindingVerdict(view, binding);
    if (verdict.subjects.length !== binding.subjects.length) {
      return { refused: 'The binding is a default one with added subjects: take these out instead.' };
    }
    const byNamespace = Map.groupBy(binding.subjects, (subject) => subject.namespace ?? '');
    if (binding.subjects.some((one) => one.kind !== 'ServiceAccount') || byNamespace.has('')) {
      return { refused: 'Users and groups belong to no namespace: which ones they need is for you to say.' };
    }
    const roleBindings = [...byNamespace].map(([namespace, subjects]) => inNamespace(binding, namespace, subjects));
    return {
      note: 'By name the accounts belong to these namespaces; what they use in others, and of resources without a namespace, stops. Add a RoleBinding for each namespace more.',
      manifests: roleBindings.map(bindingManifest),
      comments: roleBindings.map((one, document) => ({
        document,
        path: ['roleRef'],
        text: `the same role, in namespace ${one.namespace} only`,
      })),
      use: { type: 'commands', commands: ['kubectl apply -f FILE', commandFor(binding, 'delete')] },
      changes: [
        { type: 'remove', kind: 'ClusterRoleBinding', namespace: '', name: binding.name },
        ...roleBindings.map((object) => ({ type: 'upsert', object }) as const),
      ],
      effects: [],
    };
  },
};

function inNamespace(binding: BindingObject, namespace: string, subjects: readonly Subject[]): BindingObject {
  return { ...binding, kind: 'RoleBinding', namespace, uid: '', owners: [], subjects };
}
