/** Who runs the control plane, as far as the server's address and version tell; null where they do not. */
export type Provider = 'EKS' | 'AKS' | 'GKE' | 'OpenShift';

/**
 * @param server the URL of the API server
 * @param version its `gitVersion`, such as `v1.34.1-eks-113cf36`
 */
export function providerOf(server: string | null, version: string | null): Provider | null {
  const where = `${server ?? ''} ${version ?? ''}`;
  if (/\.eks\.amazonaws\.com|-eks-/.test(where)) return 'EKS';
  if (/\.azmk8s\.io/.test(where)) return 'AKS';
  if (/-gke\.|\.gke\.goog/.test(where)) return 'GKE';
  return /openshift/.test(where) ? 'OpenShift' : null;
}
