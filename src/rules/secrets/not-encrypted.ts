/**
 * Without an EncryptionConfiguration Secrets lie in etcd in base64: a backup or a disk of etcd is all of them. A flag
 * alone proves nothing (identity may come first); how the server writes does.
 * Source: https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/
 */
import { encryption } from '../../analyses/secrets/encryption.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { attack, cis, nsa, owasp } from '../references.ts';
import { rule } from '../rule.ts';

/** What the documentation says of providers that are not the best there is. */
const WEAK: Readonly<Record<string, string>> = {
  aescbc: 'aescbc is not recommended, because CBC is open to padding oracle attacks; use KMS v2, or secretbox',
  aesgcm: 'aesgcm needs a new key every 200,000 writes; use KMS v2, or secretbox',
  kms: 'KMS v1 is deprecated since 1.28; use KMS v2',
};

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
        return verdict.providers.flatMap((provider): FindingDraft[] => {
          const advice = WEAK[provider];
          if (advice === undefined) return [];
          return [
            {
              key: provider,
              severity: 'info',
              title: `Secrets are encrypted at rest by ${provider}`,
              why: `${advice}.`,
              evidence: verdict.evidence,
            },
          ];
        });
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
