/**
 * Service accounts whose permissions the audit log shows unused. The log must hold such requests of anybody, without a
 * gap, for a day or more: else nothing is said.
 */
import { rulesOfBinding } from '../../kube/authorizer.ts';
import { serviceAccountUser } from '../../kube/rbac-user.ts';
import type { PolicyRule } from '../../model/objects.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { bindingsOf } from '../vigilance/service-account-use.ts';
import { logWindow, tellsAll, usesOf } from './grant-usage.ts';
import { rulesOfRole } from './policy.ts';

const DAY = 24 * 60 * 60 * 1000;

/**
 * When the log began that shows no request of an account, although it holds requests for all that is bound to it.
 *
 * @returns milliseconds since the epoch; null where the account was allowed something, or the log cannot tell
 */
export function idleSince(view: ClusterView, namespace: string, name: string): number | null {
  return view.derive(`rbac/idle-since/${namespace}/${name}`, (inner) => {
    const { window, isComplete } = logWindow(inner);
    if (window === null || !isComplete || window.to - window.from < DAY) return null;
    const key = `u:${serviceAccountUser(namespace, name)}`;
    if (usesOf(inner, [key]).length > 0) return null;
    const rules = boundRules(inner, namespace, name);
    return rules !== null && rules.length > 0 && tellsAll(inner, rules, [key]) ? window.from : null;
  });
}

/** What bindings of the account, or of all accounts of its namespace, give; null where it is not all known. */
function boundRules(view: ClusterView, namespace: string, name: string): readonly PolicyRule[] | null {
  return view.derive(
    `rbac/bound-rules/${namespace}/${name}`,
    (inner) => {
      const rules: PolicyRule[] = [];
      for (const binding of bindingsOf(inner, namespace, name) ?? []) {
        const role = rulesOfBinding({ rulesOf: (kind, at, role) => rulesOfRole(inner, kind, at, role) }, binding);
        if (role.status === 'unknown') return null;
        if (role.status === 'found') rules.push(...role.rules);
      }
      return rules;
    },
    deepEqual,
  );
}
