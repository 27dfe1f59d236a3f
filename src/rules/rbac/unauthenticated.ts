/**
 * Requests without credentials are user system:anonymous in group system:unauthenticated; upstream lets them read
 * only what system:public-info-viewer lists (/docs/reference/access-authn-authz/rbac/#discovery-roles).
 */
import { ANONYMOUS, UNAUTHENTICATED } from '../../kube/rbac-user.ts';
import { everyoneRules } from './everyone-finding.ts';
import { scopeText } from './grant-finding.ts';

export const unauthenticated = everyoneRules(
  'unauthenticated',
  {
    summary: 'bindings to requests without credentials, beyond what upstream binds',
    help: 'Whoever can connect to the API server holds what is bound to system:anonymous or system:unauthenticated. Remove these subjects.',
  },
  ({ name }) => name === ANONYMOUS || name === UNAUTHENTICATED,
  ({ kind, name }, role, verdict) => ({
    severity: verdict.namespace === null ? 'high' : 'medium',
    title: `Requests without credentials hold ${role.kind} ${role.name} ${scopeText(verdict)}`,
    why: `${kind} ${name} is everybody who can connect to the API server.`,
  }),
);
