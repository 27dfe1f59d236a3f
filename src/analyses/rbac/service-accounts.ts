import { serviceAccountNamespace } from '../../kube/rbac-user.ts';
import type { Subject } from '../../model/objects.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { livingSpecs, runningSpecs } from '../workload/running-specs.ts';
import { isPartial } from '../../store/partial-files.ts';

/** Workloads by the service account that they run as. */
export type AccountUsers = ReadonlyMap<string, readonly string[]>;

/**
 * Which workloads of a namespace run as which account, as `Deployment shop/cart`; finished pods don't count.
 */
export function accountUsers(view: ClusterView, namespace: string): AccountUsers {
  return view.derive(
    'rbac/account-users',
    namespace,
    (inner) => {
      const users = new Map<string, string[]>();
      for (const { account, workload: text } of accountPods(inner, namespace)) {
        const list = users.get(account);
        if (list === undefined) users.set(account, [text]);
        else if (list.at(-1) !== text) list.push(text);
      }
      return users;
    },
    (a, b) => JSON.stringify([...a]) === JSON.stringify([...b]),
  );
}

/** Pods that run as an account, those of a workload that are alike once. */
interface AccountPods {
  readonly account: string;
  /** `Deployment shop/cart` */
  readonly workload: string;
  readonly spec: PodSpec;
}

/** What runs as which account of a namespace, workload by workload; finished pods don't count. */
export function accountPods(view: ClusterView, namespace: string): readonly AccountPods[] {
  return runningSpecs(view, namespace).flatMap((own) => {
    const { template, ref } = own;
    const living = livingSpecs(own);
    const specs = living.length === 0 && template !== undefined ? [template] : living;
    const text = `${ref.kind} ${ref.namespace}/${ref.name}`;
    return specs.map((spec) => ({ account: spec.serviceAccountName || 'default', workload: text, spec }));
  });
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
  const gone = subjects.filter((subject) => {
    if (subject.kind !== 'ServiceAccount') return false;
    const namespace = serviceAccountNamespace(subject, bindingNamespace);
    // The controller makes `default` in every namespace.
    if (namespace === '' || subject.name === 'default') return false;
    // What is there need not be asked about, so that most bindings hang on nothing else.
    if (view.get('ServiceAccount', namespace, subject.name) !== undefined) return false;
    return view.readable('ServiceAccount', namespace).ok;
  });
  if (gone.length === 0) return gone;
  return isPartial(view) ? [] : gone;
}
