/**
 * Escalation prevention: /docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping, pkg/registry/rbac/escalation_check.go.
 */
import { grantRules } from './grant-finding.ts';

export const escalates = grantRules('escalates', {
  summary: 'bindings that let their subjects give themselves more: bind, escalate, or writing roles and bindings',
  help: "bind and escalate lift the API server's guard against privilege escalation, once roles or bindings may be written too. Leave both to administrators.",
  references: [
    { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.8' },
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    { benchmark: 'mitre-attack', version: '17', id: 'T1098.006' },
  ],
});
