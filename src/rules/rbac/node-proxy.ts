/**
 * Access to proxy subresource of Nodes (https://kubernetes.io/docs/concepts/security/rbac-good-practices/#access-to-proxy-subresource-of-nodes); KEP-2862.
 */
import { grantRules } from './grant-finding.ts';

export const nodeProxy = grantRules('node-proxy', {
  summary: 'who can command kubelets through nodes/proxy',
  help: "nodes/proxy is the kubelet's whole API, exec in every pod included, and the audit log does not show the commands. Since 1.36 nodes/metrics, nodes/stats, nodes/log, nodes/healthz, nodes/pods and nodes/configz can be granted alone.",
  references: [
    { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.10' },
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    { benchmark: 'mitre-attack', version: '17', id: 'T1609' },
  ],
});
