/**
 * nodes, nodes/status, pods/eviction, pods/binding; node isolation (/docs/concepts/scheduling-eviction/assign-pod-node/#node-isolation-restriction).
 */
import { grantRules } from './grant-finding.ts';

export const altersNodes = grantRules('alters-nodes', {
  summary: 'who can change nodes, or move pods between them',
  help: 'Whoever steers pods onto a node that they control takes the tokens of those pods.',
  references: [{ benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' }],
});
