/**
 * The default roles admin and edit hold Secrets, pods/exec and serviceaccounts/token (bootstrappolicy/policy.go).
 */
import { grantRules } from './grant-finding.ts';

export const namespaceAdmin = grantRules('namespace-admin', {
  summary: 'everything of a namespace: Secrets, workloads and a way into pods, as the roles admin and edit give',
  help: 'Whoever reads the Secrets, creates the pods and enters the pods of a namespace holds every service account of it. Bind view, or a role that names what is needed.',
  references: [
    { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.1' },
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    { benchmark: 'mitre-attack', version: '17', id: 'T1078.004' },
  ],
});
