/**
 * `*` matches all verbs, groups or resources with their subresources (evaluation_helpers.go).
 */
import { grantRules } from './grant-finding.ts';

export const wildcard = grantRules('wildcard', {
  summary: 'roles with stars for verbs, groups or resources',
  help: 'A star includes what is added to the API later. Name the verbs, groups and resources that are used.',
  references: [
    { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.3' },
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
  ],
});
