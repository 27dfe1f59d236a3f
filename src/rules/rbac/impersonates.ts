/**
 * User impersonation: k8s.io/apiserver pkg/endpoints/filters/impersonation.
 */
import { grantRules } from './grant-finding.ts';

export const impersonates = grantRules('impersonates', {
  summary: 'bindings that let their subjects act as others',
  help: 'Impersonation gives all that the other identity has. Name the users or groups in resourceNames, and never system groups.',
  references: [
    { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.8' },
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    { benchmark: 'mitre-attack', version: '17', id: 'T1134.001' },
  ],
});
