/**
 * Encrypted is not yet well encrypted: some providers of an EncryptionConfiguration are open to attacks, or good for so
 * many writes only. Whether anything is encrypted at all is a rule of its own.
 * Source: https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/#providers
 */
import { encryption } from '../../analyses/secrets/encryption.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { cis } from '../references.ts';
import { rule } from '../rule.ts';

/** What the documentation says of providers that are not the best there is. */
const WEAK: Readonly<Record<string, string>> = {
  aescbc: 'aescbc is not recommended, because CBC is open to padding oracle attacks; use KMS v2, or secretbox',
  aesgcm: 'aesgcm needs a new key every 200,000 writes; use KMS v2, or secretbox',
  kms: 'KMS v1 is deprecated since 1.28; use KMS v2',
};

export const weakEncryptionProvider = rule({
  id: 'secrets/weak-encryption-provider',
  subject: 'Cluster',
  summary: 'Secrets that are encrypted in etcd by a provider that is not recommended',
  help: 'Put KMS v2 first where a key service exists, or else secretbox, keep the old provider after it for reading, and rewrite all Secrets once before you take the old one out.',
  references: [cis('1.2.28')],
  needs: ['Secret'],
  check(_subject, view) {
    const { status, providers, evidence } = encryption(view);
    if (status !== 'yes') return [];
    return providers.flatMap((provider): FindingDraft[] => {
      const advice = WEAK[provider];
      if (advice === undefined) return [];
      const title = `Secrets are encrypted at rest by ${provider}`;
      return [{ key: provider, severity: 'info', title, why: `${advice}.`, evidence }];
    });
  },
});
