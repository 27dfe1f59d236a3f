import type { SecretObject } from '../../model/objects.ts';

/** Secrets that Kubernetes or a tool makes for itself: left out of age and unused, and counted apart. */
export const OWN_KINDS = ['helm-release', 'bootstrap-token', 'service-account-token', 'tool'] as const;

export type OwnKind = (typeof OWN_KINDS)[number];

/** Labels by which tools find Secrets that they read through the API: no object refers to those. */
const READ_BY_LABEL: readonly string[] = [
  'sealedsecrets.bitnami.com/sealed-secrets-key',
  'argocd.argoproj.io/secret-type',
  'owner.helm.sh/release',
  'toolkit.fluxcd.io/tenant',
  'clustersecret.io',
];

const OWN_TYPES: Readonly<Record<string, OwnKind>> = {
  'helm.sh/release.v1': 'helm-release',
  'bootstrap.kubernetes.io/token': 'bootstrap-token',
  'kubernetes.io/service-account-token': 'service-account-token',
};

/** What kind of Secret of somebody's own this is; undefined for an ordinary one. */
export function ownKind(secret: SecretObject): OwnKind | undefined {
  const byType = OWN_TYPES[secret.type ?? ''];
  if (byType !== undefined) return byType;
  if (secret.type === null && secret.name.startsWith('sh.helm.release.v1.')) return 'helm-release';
  return READ_BY_LABEL.some((label) => secret.labels[label] !== undefined) ? 'tool' : undefined;
}

/** The label by which the Vault Secrets Operator finds its own again. */
const VAULT_OWNER = 'secrets.hashicorp.com/vso-ownerRefUID';

/**
 * Who renews a Secret's data, by the marks that tools leave; null where nobody is known to.
 * Sources: external-secrets apis/externalsecrets, secrets-store-csi-driver, sealed-secrets, vault-secrets-operator and
 * cert-manager pkg/apis/certmanager/v1/types.go.
 */
export function rotatorOf(secret: SecretObject): string | null {
  const { labels, annotations, owners } = secret;
  const has = (key: string): boolean => labels[key] !== undefined || annotations[key] !== undefined;
  const owner = (kind: string): boolean => owners.some((one) => one.kind === kind);
  if (owner('ExternalSecret') || has('reconcile.external-secrets.io/managed')) return 'External Secrets';
  if (has('reconcile.external-secrets.io/created-by') || has('reconcile.external-secrets.io/data-hash')) {
    return 'External Secrets';
  }
  if (labels['secrets-store.csi.k8s.io/managed'] === 'true') return 'Secrets Store CSI';
  if (annotations['cert-manager.io/certificate-name'] !== undefined || owner('Certificate')) return 'cert-manager';
  if (labels['app.kubernetes.io/managed-by'] === 'hashicorp-vso' || has(VAULT_OWNER)) return 'Vault';
  if (owners.some((one) => one.apiVersion.startsWith('secrets.hashicorp.com/'))) return 'Vault';
  if (owner('SealedSecret') || annotations['sealedsecrets.bitnami.com/managed'] === 'true') return 'Sealed Secrets';
  return null;
}
