/**
 * A rule `* * *` matches every request (rbac/v1 types.go VerbAll, ResourceAll, APIGroupAll).
 */
import { grantRules } from './grant-finding.ts';

export const clusterAdmin = grantRules('cluster-admin', {
  summary: 'cluster-admin, or a role that gives every verb on every resource, bound cluster-wide',
  help: 'A rule with a star for verbs, groups and resources allows everything, secrets and RBAC included. Bind a role that names what is needed, in the namespaces where it is needed; keep cluster-admin for break-glass.',
  references: [
    { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.1' },
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    { benchmark: 'mitre-attack', version: '17', id: 'T1078.004' },
  ],
});
