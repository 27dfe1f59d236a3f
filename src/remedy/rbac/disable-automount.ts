/**
 * Switches off the token of a service account for pods that do not ask for it.
 * Source: /docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting
 */
import { accountUsers } from '../../analyses/rbac/service-accounts.ts';
import type { Remedy } from '../remedy.ts';
import { kubectl } from '../kubectl.ts';

export const disableAutomount: Remedy = {
  id: 'rbac/disable-automount',
  title: 'Do not mount the token of the default service account',
  safety: 'review',
  build(finding, view) {
    const namespace = finding.key ?? '';
    const account = view.get('ServiceAccount', namespace, 'default');
    if (account === undefined) return { refused: 'The service account is not there, or could not be read.' };
    if (account.automountServiceAccountToken === false) return { refused: 'Its token is not mounted already.' };
    const users = accountUsers(view, namespace).get('default') ?? [];
    return {
      note: 'Pods get no token any more unless they ask for it (automountServiceAccountToken: true). The permission stays bound.',
      manifests: [
        {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { namespace, name: 'default' },
          automountServiceAccountToken: false,
        },
      ],
      comments: [],
      use: {
        type: 'patch',
        commands: [kubectl`-n ${namespace} patch serviceaccount default --type=merge --patch-file FILE`],
      },
      changes: [{ type: 'upsert', object: { ...account, automountServiceAccountToken: false } }],
      effects: [
        users.length === 0 ? 'no workload runs as it now' : `new pods of ${users.join(', ')} hold no token`,
        'the finding stays: what is bound to the account is unchanged',
      ],
    };
  },
};
