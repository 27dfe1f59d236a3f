/**
 * CSRs and certificate issuing (https://kubernetes.io/docs/concepts/security/rbac-good-practices/#csrs-and-certificate-issuing).
 */
import { grantRules } from './grant-finding.ts';

export const certificates = grantRules('certificates', {
  summary: 'who can have client certificates of other identities issued',
  help: 'Approving or signing certificate requests makes identities. Name the signers in resourceNames.',
  references: [
    { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.11' },
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    { benchmark: 'mitre-attack', version: '17', id: 'T1649' },
  ],
});
