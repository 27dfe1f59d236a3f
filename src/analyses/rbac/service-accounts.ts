import { serviceAccountNamespace } from '../../kube/rbac-user.ts';
import type { Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { workloads } from '../workload/workloads.ts';

/** Workloads by the service account that they run as. */
export type AccountUsers = ReadonlyMap<string, readonly string[]>;

/**
 * Which workloads of a namespace run as which account, as `Deployment shop/cart`; finished pods don't count.
 */
export function accountUsers(view: ClusterView, namespace: string): AccountUsers {
  return view.derive(
    `rbac/account-users/${namespace}`,
    (inner) => {
      const users = new Map<string, string[]>();
      for (const one of workloads(inner, namespace)) {
        const specs = one.classes.filter((each) => each.state !== 'finished').map((each) => each.spec);
        if (specs.length === 0 && one.template !== undefined) specs.push(one.template.spec);
        for (const account of new Set(specs.map((spec) => spec.serviceAccountName || 'default'))) {
          const list = users.get(account);
          const text = `${one.ref.kind} ${one.ref.namespace}/${one.ref.name}`;
          if (list === undefined) users.set(account, [text]);
          else list.push(text);
        }
      }
      return users;
    },
    (a, b) => JSON.stringify([...a]) === JSON.stringify([...b]),
  );
}

/**
 * Subjects that are service accounts which do not exist, where that is known: a live or complete view with readable
 * service accounts. Whoever may create the account would inherit what is bound to it.
 */
export function danglingAccounts(
  view: ClusterView,
  subjects: readonly Subject[],
  bindingNamespace: string,
): readonly Subject[] {
  const accounts = subjects.filter((one) => one.kind === 'ServiceAccount');
  if (accounts.length === 0) return accounts;
  const facts = view.facts();
  if (facts.source === 'files' && !facts.complete) return [];
  return accounts.filter((subject) => {
    const namespace = serviceAccountNamespace(subject, bindingNamespace);
    // The controller makes `default` in every namespace.
    if (namespace === '' || subject.name === 'default') return false;
    if (!view.readable('ServiceAccount', namespace).ok) return false;
    return view.get('ServiceAccount', namespace, subject.name) === undefined;
  });
}
