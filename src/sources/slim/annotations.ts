import type { Labels } from '../../model/selector.ts';
import { NO_LABELS, type Interner } from './interner.ts';
import { isObject, type JsonObject } from './json-reading.ts';

/** Annotations that a rule or remedy reads. All others are dropped: they are large, and some hold secret values. */
const KEPT = new Set([
  'argocd.argoproj.io/tracking-id',
  'kubernetes.io/service-account.name',
  'kubernetes.io/config.mirror',
  'sealedsecrets.bitnami.com/managed',
  'secrets-store.csi.k8s.io/managed',
  'eks.amazonaws.com/role-arn',
  'iam.gke.io/gcp-service-account',
  'azure.workload.identity/client-id',
  'rbac.authorization.kubernetes.io/autoupdate',
  'networking.gke.io/load-balancer-type',
  'cloud.google.com/load-balancer-type',
  'alb.ingress.kubernetes.io/certificate-arn',
  'ingress.gcp.kubernetes.io/pre-shared-cert',
  'networking.gke.io/managed-certificates',
  'nginx.ingress.kubernetes.io/ssl-passthrough',
  'traefik.ingress.kubernetes.io/router.tls',
]);
const KEPT_PREFIXES = [
  'meta.helm.sh/',
  'kustomize.toolkit.fluxcd.io/',
  'helm.toolkit.fluxcd.io/',
  'cert-manager.io/',
  'reconcile.external-secrets.io/',
  'prometheus.io/',
  'service.beta.kubernetes.io/',
];

const SECURITY_PREFIXES = [
  'container.apparmor.security.beta.kubernetes.io/',
  'seccomp.security.alpha.kubernetes.io/',
  'container.seccomp.security.alpha.kubernetes.io/',
];

/** What stands in the place of a cut value: that there was one is a finding. */
export const CUT_MARK = 'cut';

/**
 * Annotations in which tools keep a copy of the whole object, of Secrets with their values: kubectl and others with
 * their own prefix, kapp, Rancher's wrangler, Banzai Cloud's objectmatcher.
 */
export const COPY_ENDINGS = [
  '/last-applied-configuration',
  '/last-applied',
  '/last-applied-config',
  'kapp.k14s.io/original',
  'kapp.k14s.io/original-diff',
  'objectset.rio.cattle.io/applied',
] as const;

/** Whether an annotation of that name holds a copy of its object. */
export function holdsCopy(annotation: string): boolean {
  return COPY_ENDINGS.some((ending) => annotation.endsWith(ending));
}

/** The annotations that rules read. */
export function keptAnnotations(value: unknown, interner: Interner): Labels {
  return selected(value, isKept, interner);
}

/** The annotations by which older pods ask for AppArmor and seccomp profiles. */
export function securityAnnotations(value: unknown, interner: Interner): Labels {
  return selected(value, (key) => SECURITY_PREFIXES.some((prefix) => key.startsWith(prefix)), interner);
}

/**
 * Whether an annotation of a Secret holds a copy of its data. A copy that a transport cut before the parse counts; one
 * that can be read counts only if it has data.
 */
export function hasCopiedData(annotations: JsonObject): boolean {
  return Object.entries(annotations).some(([key, value]) => {
    if (!holdsCopy(key)) return false;
    return typeof value !== 'string' || value === CUT_MARK || /"(?:stringData|data)"\s*:\s*\{\s*"/.test(value);
  });
}

function isKept(key: string): boolean {
  return KEPT.has(key) || KEPT_PREFIXES.some((prefix) => key.startsWith(prefix));
}

function selected(value: unknown, wanted: (key: string) => boolean, interner: Interner): Labels {
  if (!isObject(value)) return NO_LABELS;
  let found: Record<string, unknown> | null = null;
  for (const key of Object.keys(value)) {
    if (!wanted(key)) continue;
    found ??= {};
    found[key] = value[key];
  }
  return found === null ? NO_LABELS : interner.labels(found);
}
