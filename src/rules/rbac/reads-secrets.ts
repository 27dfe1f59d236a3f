/**
 * Listing secrets reveals their contents (https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets).
 */
import { grantRules } from './grant-finding.ts';

export const readsSecrets = grantRules('reads-secrets', {
  summary: 'who can read Secrets',
  help: 'get, list and watch of Secrets all return values, and tokens of service accounts are among them. Name the Secrets in resourceNames with the verb get.',
  references: [
    { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.2' },
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    { benchmark: 'mitre-attack', version: '17', id: 'T1552.007' },
  ],
});
