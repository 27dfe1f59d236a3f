/**
 * Switches off the tokens of service accounts for pods that do not ask for them, where the audit log shows no request of
 * the account; of `default`, which pods get that ask for none, without a log too.
 * Source: /docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting
 */
import { bindingVerdict } from '../../analyses/rbac/binding-verdict.ts';
import { logWindow, usesOf } from '../../analyses/rbac/grant-usage.ts';
import { accountUsers } from '../../analyses/rbac/service-accounts.ts';
import { dayText } from '../../kube/age.ts';
import { serviceAccountNamespace, serviceAccountUser } from '../../kube/rbac-user.ts';
import type { Finding } from '../../model/finding.ts';
import type { ServiceAccountObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { kubectl } from '../kubectl.ts';
import type { Remedy } from '../remedy.ts';
import { foundBinding } from './binding-manifest.ts';

export const disableAutomount: Remedy = {
  id: 'rbac/disable-automount',
  title: 'Do not mount the token of the service account',
  safety: 'review',
  build(finding, view) {
    const isOfDefault = finding.rule === 'rbac/default-service-account';
    const mounted = accountsOf(finding, view).filter((one) => one.automountServiceAccountToken !== false);
    if (mounted.length === 0) {
      return { refused: 'No service account of it is there whose token is mounted, or it could not be read.' };
    }
    const { window, isComplete } = logWindow(view);
    const silent = mounted.filter((one) => lastRequest(view, one) === null);
    if (!isOfDefault && window === null) return { refused: 'No audit log tells whether the account uses its token.' };
    if (!isOfDefault && !isComplete) return { refused: 'The audit log has gaps: an account may have asked in one.' };
    const accounts = isOfDefault ? mounted : silent;
    if (accounts.length === 0)
      return { refused: 'The audit log shows requests of the account, which needs its token for them.' };
    return {
      note: 'Pods get no token any more unless they ask for it (automountServiceAccountToken: true). The permission stays bound.',
      manifests: accounts.map(({ namespace, name }) => ({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { namespace, name },
        automountServiceAccountToken: false,
      })),
      comments: [],
      use: {
        type: 'patch',
        commands: accounts.map(
          ({ namespace, name }) =>
            kubectl`-n ${namespace} patch serviceaccount ${name} --type=merge -p '{"automountServiceAccountToken":false}'`,
        ),
      },
      changes: accounts.map((one) => ({ type: 'upsert', object: { ...one, automountServiceAccountToken: false } })),
      effects: [
        ...accounts.flatMap((one) => effectsOf(view, one)),
        'the finding stays: what is bound to the account is unchanged',
      ],
    };
  },
};

function accountsOf(finding: Finding, view: ClusterView): readonly ServiceAccountObject[] {
  if (finding.rule === 'rbac/default-service-account') {
    return [view.get('ServiceAccount', finding.key ?? '', 'default') ?? []].flat();
  }
  const binding = foundBinding(view, finding.subject);
  if (binding === undefined) return [];
  return bindingVerdict(view, binding).subjects.flatMap((subject) =>
    subject.kind === 'ServiceAccount'
      ? (view.get('ServiceAccount', serviceAccountNamespace(subject, binding.namespace), subject.name) ?? [])
      : [],
  );
}

/** When the account was allowed something last, by the log; null where it was not. */
function lastRequest(view: ClusterView, { namespace, name }: ServiceAccountObject): number | null {
  const times = usesOf(view, [`u:${serviceAccountUser(namespace, name)}`]).map((use) => use.last);
  return times.length === 0 ? null : Math.max(...times);
}

function effectsOf(view: ClusterView, account: ServiceAccountObject): readonly string[] {
  const { namespace, name } = account;
  const users = accountUsers(view, namespace).get(name) ?? [];
  const { window } = logWindow(view);
  const last = lastRequest(view, account);
  const span = window === null ? '' : `the audit log of ${dayText(window.from)} to ${dayText(window.to)}`;
  return [
    users.length === 0
      ? `no workload runs as ${namespace}/${name} now`
      : `new pods of ${users.join(', ')} hold no token`,
    ...(window === null
      ? []
      : [
          last === null
            ? `${span} shows no request of ${namespace}/${name}`
            : `DENIES what ${span} shows: requests of ${namespace}/${name}, last on ${dayText(last)}`,
        ]),
  ];
}
