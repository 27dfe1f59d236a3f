/**
 * Namespace modification (https://kubernetes.io/docs/concepts/security/rbac-good-practices/#namespace-modification).
 */
import { grantRules } from './grant-finding.ts';

export const altersPolicy = grantRules('alters-policy', {
  summary: 'who can lift namespace labels, NetworkPolicies, quotas and other policy',
  help: 'Pod security, isolation and limits are only as strong as the right to change them.',
  references: [
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    { benchmark: 'mitre-attack', version: '17', id: 'T1562' },
  ],
});
