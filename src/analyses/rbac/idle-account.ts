/**
 * Service accounts whose permissions the audit log shows unused. The log must hold such requests of anybody, without a
 * gap, for a day or more: else nothing is said.
 */
import { serviceAccountUser } from '../../kube/rbac-user.ts';
import type { PolicyRule } from '../../model/objects.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { bindingsOf } from '../vigilance/service-account-use.ts';
import { logWindow, tellsAll, usesOf } from './grant-usage.ts';
import { rulesBoundBy } from './policy.ts';

const DAY = 24 * 60 * 60 * 1000;

/**
 * When the log began that shows no request of an account, although it holds requests for all that is bound to it.
 *
 * @returns milliseconds since the epoch; null where the account was allowed something, or the log cannot tell
 */
export function idleSince(view: ClusterView, namespace: string, name: string): number | null {
  // Asked of every account: most clusters have no such log.
  if (!isLongLog(view)) return null;
  return view.derive('rbac/idle-since', `${namespace}/${name}`, (inner) => {
    const { window } = logWindow(inner);
    if (window === null) return null;
    const key = `u:${serviceAccountUser(namespace, name)}`;
    if (usesOf(inner, [key]).length > 0) return null;
    const rules = boundRules(inner, namespace, name);
    return rules !== null && rules.length > 0 && tellsAll(inner, rules, [key]) ? window.from : null;
  });
}

function isLongLog(view: ClusterView): boolean {
  return view.derive('rbac/long-log', '', (inner) => {
    const { window, isComplete } = logWindow(inner);
    return window !== null && isComplete && window.to - window.from >= DAY;
  });
}

/** What bindings of the account, or of all accounts of its namespace, give; null where it is not all known. */
function boundRules(view: ClusterView, namespace: string, name: string): readonly PolicyRule[] | null {
  return view.derive(
    'rbac/bound-rules',
    `${namespace}/${name}`,
    (inner) => {
      const rules: PolicyRule[] = [];
      for (const binding of bindingsOf(inner, namespace, name) ?? []) {
        const role = rulesBoundBy(inner, binding);
        if (role.status === 'unknown') return null;
        if (role.status === 'found') rules.push(...role.rules);
      }
      return rules;
    },
    deepEqual,
  );
}
