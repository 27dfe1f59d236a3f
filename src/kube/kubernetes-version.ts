/** A Kubernetes release as `/version`, kubelets and manifests name it. */
export interface KubernetesVersion {
  readonly major: number;
  readonly minor: number;
  /** null where the text has no patch part. */
  readonly patch: number | null;
}

const VERSION = /^v?(\d+)\.(\d+)(?:\.(\d+))?/;

/**
 * Reads `v1.36.3`, `1.34`, `v1.30.6-gke.1596000` or `v1.29.4+k3s1`.
 *
 * @returns null for what is no version
 */
export function parseKubernetesVersion(text: string): KubernetesVersion | null {
  const [, major, minor, patch] = VERSION.exec(text) ?? [];
  if (major === undefined || minor === undefined) return null;
  return { major: Number(major), minor: Number(minor), patch: patch === undefined ? null : Number(patch) };
}

/** `1.36` */
export function minorText(version: KubernetesVersion): string {
  return `${version.major}.${version.minor}`;
}

/** Minors from `older` up to `newer`; negative where `older` is the newer one. null across majors. */
export function minorsBetween(older: KubernetesVersion, newer: KubernetesVersion): number | null {
  return older.major === newer.major ? newer.minor - older.minor : null;
}
