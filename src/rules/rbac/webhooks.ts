/**
 * Control admission webhooks (https://kubernetes.io/docs/concepts/security/rbac-good-practices/#control-admission-webhooks).
 */
import { ADMISSION_POLICY_KINDS } from '../../model/kind.ts';
import { grantRules } from './grant-finding.ts';

export const webhooks = grantRules(
  'webhooks',
  {
    summary:
      'who can put webhooks, admission policies (or their parameters) or API extensions between clients and the API',
    help: 'They see, refuse or change what everybody writes. Leave them to administrators.',
    references: [
      { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.12' },
      { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
      { benchmark: 'mitre-attack', version: '17', id: 'T1557' },
    ],
  },
  [...ADMISSION_POLICY_KINDS, 'CustomResourceDefinition'],
);
