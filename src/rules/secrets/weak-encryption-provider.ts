/**
 * Encrypted is not yet well encrypted: some providers of an EncryptionConfiguration are open to attacks, or good for so
 * many writes only. Whether anything is encrypted at all is a rule of its own.
 * Source: https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/#providers; kube-bench cfg/cis-1.12/master.yaml
 * 1.2.28 accepts aescbc, kms and secretbox.
 */
import { encryption } from '../../analyses/secrets/encryption.ts';
import type { FindingDraft } from '../../model/finding.ts';
import { cis } from '../references.ts';
import { rule } from '../rule.ts';

/** What the documentation says of providers that are not the best there is, and whether CIS 1.2.28 takes them. */
const WEAK: Readonly<Record<string, { readonly advice: string; readonly accepted: boolean }>> = {
  aescbc: {
    advice: 'aescbc is not recommended, because CBC is open to padding oracle attacks; use KMS v2, or secretbox',
    accepted: true,
  },
  aesgcm: { advice: 'aesgcm needs a new key every 200,000 writes; use KMS v2, or secretbox', accepted: false },
  kms: { advice: 'KMS v1 is deprecated since 1.28; use KMS v2', accepted: true },
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
      const weak = WEAK[provider];
      if (weak === undefined) return [];
      const title = `Secrets are encrypted at rest by ${provider}`;
      return [{ key: provider, severity: 'info', advisory: weak.accepted, title, why: `${weak.advice}.`, evidence }];
    });
  },
});
