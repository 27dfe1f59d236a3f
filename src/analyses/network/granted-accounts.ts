import { parseServiceAccountUser, subjectIdentity } from '../../kube/rbac-user.ts';
import type { PolicyRule } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { sameItems } from '../../store/same-items.ts';
import { bindingsIn, rulesBoundBy } from '../rbac/policy.ts';
import { mountsToken } from '../vigilance/service-account-use.ts';
import type { AnalysedWorkload } from '../workload/workloads.ts';
import { specsOf } from './workload-specs.ts';

/**
 * The workloads that hold the token of a service account to which a ClusterRoleBinding gives such a rule: what a program
 * may do tells whom it talks to.
 *
 * @param key names the rules that `isSuch` means
 */
export function workloadsGranted(
  view: ClusterView,
  all: readonly AnalysedWorkload[],
  key: string,
  isSuch: (rule: PolicyRule) => boolean,
): readonly AnalysedWorkload[] {
  const accounts = new Set(accountsGranted(view, key, isSuch));
  if (accounts.size === 0) return [];
  return all.filter((workload) => {
    const { namespace } = workload.ref;
    return specsOf(workload).some(
      (spec) => accounts.has(`${namespace}/${spec.serviceAccountName}`) && mountsToken(view, namespace, spec) !== false,
    );
  });
}

/** Service accounts, as `namespace/name`. */
function accountsGranted(view: ClusterView, key: string, isSuch: (rule: PolicyRule) => boolean): readonly string[] {
  return view.derive(
    'network/accounts-granted',
    key,
    (inner) => {
      const found = new Set<string>();
      for (const binding of bindingsIn(inner, '')) {
        const role = rulesBoundBy(inner, binding);
        if (role.status !== 'found' || !role.rules.some(isSuch)) continue;
        for (const subject of binding.subjects) {
          const account = parseServiceAccountUser(subjectIdentity(subject, '')?.name ?? '');
          if (account !== undefined) found.add(`${account.namespace}/${account.name}`);
        }
      }
      return [...found].sort();
    },
    sameItems,
  );
}
