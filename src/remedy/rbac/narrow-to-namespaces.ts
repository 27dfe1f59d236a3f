/**
 * A ClusterRoleBinding replaced by RoleBindings where the audit log shows it in use, else where its service accounts live: a RoleBinding to a ClusterRole gives
 * its rules in one namespace only (/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding).
 */
import { bindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { usedParts } from '../../analyses/rbac/used-part.ts';
import type { BindingObject, Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { Remedy } from '../remedy.ts';
import { bindingManifest, commandFor, foundBinding, freeName } from './binding-manifest.ts';

export const narrowToNamespaces: Remedy = {
  id: 'rbac/narrow-to-namespaces',
  title: 'RoleBindings instead of the ClusterRoleBinding',
  safety: 'review',
  triedBy: 'subject',
  build(finding, view) {
    const binding = foundBinding(view, finding.subject);
    if (binding === undefined || binding.kind !== 'ClusterRoleBinding') {
      return { refused: 'The ClusterRoleBinding is not there any more.' };
    }
    const verdict = bindingVerdict(view, binding);
    if (verdict.subjects.length !== binding.subjects.length) {
      return { refused: 'The binding is a default one with added subjects: take these out instead.' };
    }
    const used = usedParts(view, binding, binding.subjects);
    if (used.has('')) {
      return {
        refused: 'The audit log shows requests that only a ClusterRoleBinding allows, so that namespaces do not do.',
      };
    }
    const homes = Map.groupBy(binding.subjects, (subject) => subject.namespace ?? '');
    if (used.size === 0 && (binding.subjects.some((one) => one.kind !== 'ServiceAccount') || homes.has(''))) {
      return { refused: 'Users and groups belong to no namespace: which ones they need is for you to say.' };
    }
    const roleBindings =
      used.size > 0
        ? [...used]
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([at, { subjects }]) => inNamespace(view, binding, at, subjects))
        : [...homes].map(([at, subjects]) => inNamespace(view, binding, at, subjects));
    return {
      note:
        used.size > 0
          ? 'The audit log shows it in use in these namespaces only; what happens less often elsewhere stops.'
          : 'By name the accounts belong to these namespaces; what they use in others, and of resources without a namespace, stops. Add a RoleBinding for each namespace more.',
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

function inNamespace(
  view: ClusterView,
  binding: BindingObject,
  namespace: string,
  subjects: readonly Subject[],
): BindingObject {
  const name = freeName(binding.name, (one) => view.get('RoleBinding', namespace, one) !== undefined);
  return { ...binding, kind: 'RoleBinding', namespace, name, uid: '', owners: [], subjects };
}
