/**
 * A service account that is a cloud identity too: whoever gets its token acts in the cloud with rights that no object of
 * the cluster shows (EKS IAM roles for service accounts, GKE and Azure workload identity).
 */
import { accountUsers } from '../../analyses/rbac/service-accounts.ts';
import { refOf } from '../../kube/object-ref.ts';
import { attack } from '../references.ts';
import { rule } from '../rule.ts';

/** The annotations by which clouds know an account, with what each names. */
const CLOUDS = [
  ['eks.amazonaws.com/role-arn', 'AWS IAM role'],
  ['iam.gke.io/gcp-service-account', 'Google Cloud service account'],
  ['azure.workload.identity/client-id', 'Azure client'],
] as const;

export const cloudIdentity = rule<'ServiceAccount'>({
  id: 'rbac/cloud-identity',
  subject: 'ServiceAccount',
  summary: 'service accounts that are cloud identities too, whose rights there the cluster does not show',
  help: 'Look up in the cloud what the identity may do, and keep its account to the one workload that needs it.',
  references: [attack('T1078.004')],
  needs: ['ServiceAccount'],
  check(account, view) {
    return CLOUDS.flatMap(([annotation, what]) => {
      const identity = account.annotations[annotation];
      if (identity === undefined) return [];
      const users = accountUsers(view, account.namespace).get(account.name) ?? [];
      const isDefault = account.name === 'default';
      return [
        {
          key: annotation,
          severity: isDefault ? 'medium' : 'info',
          title: `is ${what} ${identity}, whose rights are unknown here`,
          why: isDefault
            ? 'Every pod of the namespace that names no account of its own holds that identity.'
            : `Whoever gets its token acts in the cloud as that identity. ${users.length === 0 ? 'No workload runs as it now.' : `${users.slice(0, 3).join(', ')}${users.length > 3 ? ' and others' : ''} ${users.length === 1 ? 'runs' : 'run'} as it.`}`,
          evidence: [
            {
              text: `${annotation}: ${identity}`,
              object: refOf(account),
              path: `metadata.annotations['${annotation}']`,
            },
          ],
        } as const,
      ];
    });
  },
});
