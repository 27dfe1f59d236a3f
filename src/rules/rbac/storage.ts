/**
 * Persistent volume creation (https://kubernetes.io/docs/concepts/security/rbac-good-practices/#persistent-volume-creation).
 */
import { grantRules } from './grant-finding.ts';

export const storage = grantRules('storage', {
  summary: 'who can make volumes of node folders, or change storage drivers',
  help: 'A PersistentVolume of type hostPath is a node folder, past pod security.',
  references: [
    { benchmark: 'cis-kubernetes', version: '1.12', id: '5.1.9' },
    { benchmark: 'owasp-kubernetes-top-ten', version: '2025', id: 'K02' },
    { benchmark: 'mitre-attack', version: '17', id: 'T1611' },
  ],
});
