/**
 * What decides, beside the rules of a role, what a dangerous permission is worth: the server's version, facts of the
 * cluster, and the roles that `bind` is limited to.
 * Sources: pkg/registry/rbac/escalation_check.go (the name of a bind request is the role's);
 * /docs/reference/access-authn-authz/bootstrap-tokens/; KEP-5018 (device administration).
 */
import type { ClusterFact, Need, Permission } from '../../kube/rbac-permissions.ts';
import { meetsNeed, roleReach } from '../../kube/rbac-role-reach.ts';
import { severityRank, type Severity } from '../../model/finding.ts';
import type { BindingObject, PolicyRule } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { atMost, shifted } from './grant-severity.ts';
import { bindingsIn, rulesOfRole } from './policy.ts';
import { isPartial } from '../../store/partial-files.ts';

const BOOTSTRAP_GROUP = 'system:bootstrappers';
const DEVICE_ADMINISTRATION = 'resource.kubernetes.io/admin-access';

/** Minor version of the server; the newest where it is not known (files). */
export function serverMinor(view: ClusterView): number {
  return view.derive('rbac/server-minor', '', (inner) => {
    const minor = /^v?1\.(\d+)/.exec(inner.facts().serverVersion ?? '')?.[1];
    return minor === undefined ? Number.POSITIVE_INFINITY : Number(minor);
  });
}

/** Whether a server of this minor version has the permission. */
export function isInVersion({ below, since }: Permission, minor: number): boolean {
  return (below === undefined || minor < below) && (since === undefined || minor >= since);
}

/**
 * Whether what a permission needs is met by these rules or by the cluster.
 *
 * @param namespace that the rules are bound in; null: everywhere
 */
export function needIsMet(
  view: ClusterView,
  rules: readonly PolicyRule[],
  need: Need,
  namespace: string | null,
): boolean {
  if (meetsNeed(rules, need, namespace === null)) return true;
  const fact = 'fact' in need ? need.fact : 'or' in need ? need.or : undefined;
  return fact !== undefined && factHolds(view, fact, namespace);
}

/** What could not be read counts as given: nothing is called bounded that is not known to be. */
function factHolds(view: ClusterView, fact: ClusterFact, namespace: string | null): boolean {
  switch (fact) {
    case 'bootstrap-groups-bound':
      return (
        isPartial(view) ||
        !view.readable('ClusterRoleBinding').ok ||
        view.derive('rbac/bootstrap-groups-bound', '', (inner) =>
          [...bindingsIn(inner, ''), ...bindingsIn(inner, 'kube-system')].some(isForBootstrap),
        )
      );
    case 'device-administration-allowed': {
      if (!view.readable('Namespace').ok) return true;
      const allowed = view.derive(
        'rbac/device-administration',
        '',
        (inner) =>
          inner
            .list('Namespace')
            .flatMap(({ name, labels }) => (labels[DEVICE_ADMINISTRATION] === 'true' ? [name] : [])),
        (a, b) => JSON.stringify(a) === JSON.stringify(b),
      );
      return namespace === null ? allowed.length > 0 : allowed.includes(namespace);
    }
  }
}

function isForBootstrap({ subjects }: BindingObject): boolean {
  return subjects.some(
    ({ kind, name }) => kind === 'Group' && (name === BOOTSTRAP_GROUP || name.startsWith(`${BOOTSTRAP_GROUP}:`)),
  );
}

/**
 * What a permission that is limited to names is worth.
 *
 * @param base what it is worth without names
 * @param isWide held everywhere
 */
export function namedSeverity(
  view: ClusterView,
  permission: Permission,
  names: readonly string[],
  base: Severity,
  isWide: boolean,
): Severity {
  if (permission.worstNames?.some((name) => names.includes(name)) === true) return base;
  switch (permission.named) {
    case 'narrow':
    case 'same':
      return base;
    case 'less':
      return shifted(base, 1);
    case 'same-if-the-role-exists':
      return names.some((name) => rulesOfRole(view, 'ClusterRole', '', name).status !== 'missing')
        ? base
        : atMost(base, 'low');
    case 'what-the-role-gives':
      return names.map((name) => severityOfRole(view, name, base, isWide)).reduce(worse, 'low');
  }
}

/** What binding a ClusterRole is worth: all for one that gives everything, nothing for one that gives nothing dangerous. */
function severityOfRole(view: ClusterView, name: string, base: Severity, isWide: boolean): Severity {
  const role = rulesOfRole(view, 'ClusterRole', '', name);
  if (role.status !== 'found') return shifted(base, 1);
  const reach = roleReach(role.rules, isWide);
  if (reach.everything >= 0) return base;
  const worst = reach.held
    .map(({ permission }) => (isWide ? permission.severity.cluster : permission.severity.namespace))
    .reduce(worse, 'low');
  return atMost(worst, shifted(base, 1));
}

function worse(a: Severity, b: Severity): Severity {
  return severityRank(a) <= severityRank(b) ? a : b;
}
