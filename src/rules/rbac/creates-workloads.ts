/**
 * Workload creation (https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation).
 */
import { grantRules } from './grant-finding.ts';

export const createsWorkloads = grantRules('creates-workloads', {
  summary: 'who can create or change workloads of any kind',
  help: 'A pod may run as any service account of its namespace and mount any Secret, and pod templates make pods. Enforce pod security, and leave deployments to a pipeline.',
  references: [
    { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.4' },
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    { benchmark: 'mitre-attack', version: '17', id: 'T1610' },
  ],
});
