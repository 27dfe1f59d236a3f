/**
 * Token request (https://kubernetes.io/docs/concepts/security/rbac-good-practices/#token-request), and Secrets of type kubernetes.io/service-account-token.
 */
import { grantRules } from './grant-finding.ts';

export const tokens = grantRules('tokens', {
  summary: 'who can make tokens of service accounts',
  help: 'A token works wherever it is carried to. Name the service accounts in resourceNames.',
  references: [
    { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.13' },
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    { benchmark: 'mitre-attack', version: '17', id: 'T1528' },
  ],
});
