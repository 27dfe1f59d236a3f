import { namespaceOfAccounts, parseServiceAccountUser, serviceAccountNamespace } from '../../kube/rbac-user.ts';
import { ROUTE_KINDS, type Kind } from '../../model/kind.ts';
import type { Subject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { deepEqual } from '../../store/deep-equal.ts';
import { exposureNote, exposures, exposureText, type Exposure } from '../network/exposure.ts';
import { mountsToken } from '../vigilance/service-account-use.ts';
import { livingSpecs, runningSpecs } from '../workload/running-specs.ts';
import { accountUsers, type AccountUsers } from './service-accounts.ts';

/** What decides whether somebody outside reaches the programs that run as an account. */
export const EXPOSURE_KINDS = ['Pod', 'Service', 'Ingress', ...ROUTE_KINDS] as const satisfies readonly Kind[];

/** A program that holds the token of a service account, and the widest way to it from outside. */
export interface ExposedHolder {
  /** `Deployment shop/web` */
  readonly workload: string;
  /** `Service shop/web (LoadBalancer 443 on a public address)` */
  readonly way: string;
}

const NOBODY: readonly never[] = [];

/**
 * The workloads that somebody outside reaches and that hold the token of an account of a namespace, by the account. An
 * address that is not known counts as outside, a private one does not; so does a token of which it is not known whether
 * it is mounted.
 */
function exposedAccounts(view: ClusterView, namespace: string): ReadonlyMap<string, readonly ExposedHolder[]> {
  return view.derive(
    'rbac/exposed-accounts',
    namespace,
    (inner) => {
      const found = new Map<string, ExposedHolder[]>();
      for (const own of runningSpecs(inner, namespace)) {
        const way = exposures(inner, own).find(({ address }) => address !== 'private');
        if (way === undefined) continue;
        const { kind, name } = own.ref;
        const holder = { workload: `${kind} ${namespace}/${name}`, way: wayText(way) };
        const holding = livingSpecs(own).filter((spec) => mountsToken(inner, namespace, spec) !== false);
        for (const account of new Set(holding.map((spec) => spec.serviceAccountName || 'default'))) {
          const there = found.get(account);
          if (there === undefined) found.set(account, [holder]);
          else there.push(holder);
        }
      }
      return found;
    },
    (a, b) => deepEqual([...a], [...b]),
  );
}

function wayText(way: Exposure): string {
  const text = `${exposureText(way)}${exposureNote(way)}`;
  return way.by.startsWith(text) ? way.by : `${way.by} (${text})`;
}

/** What is known of the programs that run as the accounts of a namespace. */
interface AccountUse {
  readonly users: AccountUsers;
  readonly exposed: ReadonlyMap<string, readonly ExposedHolder[]>;
  /** Why it can not be said of all pods whether somebody outside reaches them; '' where it can. */
  readonly unknown: string;
}

/** In one value, so that each of the many bindings that give something hangs on one and not on ten. */
function accountUse(view: ClusterView, namespace: string): AccountUse {
  return view.derive(
    'rbac/account-use',
    namespace,
    (inner) => {
      const unread = EXPOSURE_KINDS.map((kind) => inner.readable(kind, namespace)).find((one) => !one.ok);
      return {
        users: accountUsers(inner, namespace),
        exposed: exposedAccounts(inner, namespace),
        unknown: unread?.ok === false ? unread.reason : '',
      };
    },
    (a, b) => a.users === b.users && a.exposed === b.exposed && a.unknown === b.unknown,
  );
}

/** Which workloads run as a service account that is a subject of a binding, as `Deployment shop/cart`. */
export function usersOf(view: ClusterView, subject: Subject, bindingNamespace: string): readonly string[] {
  const { namespace, account } = accountsOf(subject, bindingNamespace);
  return namespace === '' || account === undefined
    ? NOBODY
    : (accountUse(view, namespace).users.get(account) ?? NOBODY);
}

/** The exposed workloads that are a subject of a binding, by name or as one of all accounts of a namespace. */
export function exposedHolders(
  view: ClusterView,
  subject: Subject,
  bindingNamespace: string,
): readonly ExposedHolder[] {
  const { namespace, account } = accountsOf(subject, bindingNamespace);
  if (namespace === '') return NOBODY;
  const { exposed } = accountUse(view, namespace);
  return account === undefined ? [...exposed.values()].flat() : (exposed.get(account) ?? NOBODY);
}

/** Why it can not be said whether somebody outside reaches a subject of a binding; '' where it can. */
export function unknownExposure(view: ClusterView, subject: Subject, bindingNamespace: string): string {
  const { namespace } = accountsOf(subject, bindingNamespace);
  return namespace === '' ? '' : accountUse(view, namespace).unknown;
}

/** The service accounts that a subject stands for: one, all of a namespace (`account` undefined), or none (''). */
function accountsOf(
  subject: Subject,
  bindingNamespace: string,
): { readonly namespace: string; readonly account: string | undefined } {
  const { kind, name } = subject;
  if (kind === 'ServiceAccount') {
    return { namespace: serviceAccountNamespace(subject, bindingNamespace), account: name };
  }
  const user = kind === 'User' ? parseServiceAccountUser(name) : undefined;
  if (user !== undefined) return { namespace: user.namespace, account: user.name };
  return { namespace: (kind === 'Group' ? namespaceOfAccounts(name) : undefined) ?? '', account: undefined };
}
