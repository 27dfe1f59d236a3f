/**
 * Without an EncryptionConfiguration Secrets lie in etcd in base64: a backup or a disk of etcd is all of them. A flag
 * alone proves nothing (identity may come first); how the server writes does.
 * Source: https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/
 */
import { encryption } from '../../analyses/secrets/encryption.ts';
import { attack, cis, nsa, owasp } from '../references.ts';
import { rule } from '../rule.ts';

export const notEncrypted = rule({
  id: 'secrets/not-encrypted',
  subject: 'Cluster',
  summary: 'Secrets that are stored in etcd without encryption',
  help: 'Give every API server an EncryptionConfiguration (KMS v2 where a key service exists) and rewrite all Secrets once, so that old ones are encrypted too. Managed services have a setting for it.',
  references: [cis('1.2.27'), cis('1.2.28'), owasp('K03'), nsa('6.1'), attack('T1552')],
  needs: ['Secret'],
  check(_subject, view) {
    if (view.facts().source === 'files') return [];
    const verdict = encryption(view);
    switch (verdict.status) {
      case 'yes':
        return [];
      case 'no':
        return [
          {
            severity: 'medium',
            title: 'Secrets are not encrypted at rest',
            why: `Whoever gets a copy of etcd has every Secret: ${verdict.reason}.`,
            evidence: verdict.evidence,
            remedies: ['secrets/encryption-configuration'],
          },
        ];
      case 'unknown':
        return [
          {
            severity: 'info',
            title: 'Whether Secrets are encrypted at rest is unknown',
            why: `${verdict.reason}.`,
            evidence: verdict.evidence,
            unknown: true,
          },
        ];
    }
  },
});
