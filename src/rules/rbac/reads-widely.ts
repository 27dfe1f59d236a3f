/**
 * pods/log, nodes/log, nodes/configz (KEP-2862), tokenreviews, subjectaccessreviews.
 */
import { grantRules } from './grant-finding.ts';

export const readsWidely = grantRules('reads-widely', {
  summary: 'who can read logs, kubelet settings and what others may do',
  help: 'It helps an attacker to find the next step.',
  references: [
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    { benchmark: 'mitre-attack', version: '17', id: 'T1613' },
  ],
});
