/**
 * system:authenticated is everybody with credentials, service accounts too; system:serviceaccounts is every pod
 * (k8s.io/apiserver authentication/group/authenticated_group_adder.go, serviceaccount/util.go).
 */
import { ALL_SERVICE_ACCOUNTS, AUTHENTICATED } from '../../kube/rbac-user.ts';
import { everyoneRules } from './everyone-finding.ts';
import { scopeText } from './grant-finding.ts';

const OF_ONE_NAMESPACE = `${ALL_SERVICE_ACCOUNTS}:`;

export const allAuthenticated = everyoneRules(
  'all-authenticated',
  {
    summary: 'bindings to everybody with credentials or to every service account, beyond what upstream binds',
    help: 'Every pod with a token holds what is bound to these groups. Bind the groups or accounts that need it.',
  },
  ({ kind, name }) =>
    kind === 'Group' && (name === AUTHENTICATED || name === ALL_SERVICE_ACCOUNTS || name.startsWith(OF_ONE_NAMESPACE)),
  ({ name }, role, verdict) => {
    const isOneNamespace = name.startsWith(OF_ONE_NAMESPACE);
    return {
      severity: isOneNamespace ? 'low' : 'medium',
      title: `Group ${name} holds ${role.kind} ${role.name} ${scopeText(verdict)}`,
      why: isOneNamespace
        ? 'Every pod of that namespace holds it, whatever it is for.'
        : 'Everybody with a login, and every pod with a token, holds it.',
    };
  },
);
