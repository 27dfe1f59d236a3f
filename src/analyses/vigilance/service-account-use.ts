import type { PodSpec } from '../../model/pod-spec.ts';
import type { BindingObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { sameItems } from '../../store/same-items.ts';

/**
 * Whether a pod gets its service account's API token: the pod's own setting, else the account's, else yes.
 * Source: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting
 *
 * @returns undefined where the pod does not say and the account could not be read
 */
export function mountsToken(view: ClusterView, namespace: string, spec: PodSpec): boolean | undefined {
  if (spec.automountServiceAccountToken !== null) return spec.automountServiceAccountToken;
  const account = view.get('ServiceAccount', namespace, spec.serviceAccountName);
  if (account !== undefined) return account.automountServiceAccountToken ?? true;
  return view.readable('ServiceAccount', namespace).ok ? true : undefined;
}

/**
 * The bindings that name a service account, or the group of all accounts of its namespace, in order. Bindings to wider
 * groups (all authenticated, all service accounts) are no decision about this account.
 *
 * @returns undefined where bindings could not be read
 */
export function bindingsOf(view: ClusterView, namespace: string, name: string): readonly BindingObject[] | undefined {
  if (!view.readable('RoleBinding').ok || !view.readable('ClusterRoleBinding').ok) return undefined;
  return view.derive(
    'service-account-bindings',
    `${namespace}/${name}`,
    (inner) => {
      const index = bindingIndex(inner);
      return [...(index.get(`${namespace}/${name}`) ?? []), ...(index.get(`${namespace}/`) ?? [])];
    },
    sameItems,
  );
}

/** Bindings by `namespace/account`, and by `namespace/` for the group of a namespace's accounts. */
function bindingIndex(view: ClusterView): ReadonlyMap<string, readonly BindingObject[]> {
  return view.derive('bindings-by-service-account', '', (inner) => {
    const index = new Map<string, BindingObject[]>();
    const add = (key: string, binding: BindingObject): void => {
      const there = index.get(key);
      if (there === undefined) index.set(key, [binding]);
      else there.push(binding);
    };
    const bindings: readonly BindingObject[] = [...inner.list('ClusterRoleBinding'), ...inner.list('RoleBinding')];
    for (const binding of bindings) {
      for (const subject of binding.subjects) {
        if (subject.kind === 'ServiceAccount')
          add(`${subject.namespace ?? binding.namespace}/${subject.name}`, binding);
        const group = /^system:serviceaccounts:(.+)$/.exec(subject.kind === 'Group' ? subject.name : '')?.[1];
        if (group !== undefined) add(`${group}/`, binding);
      }
    }
    return index;
  });
}
