import { parseKubernetesVersion } from '../../kube/kubernetes-version.ts';
import { NEWEST_POLICY_MINOR } from '../../kube/pod-security.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/**
 * The minor of the policy version at which pods are judged: what was asked for, else the server's own version (what
 * `latest` means there), else (files, or a version that was not read) the newest one known. Never newer than that.
 */
export function policyMinor(view: ClusterView): number {
  return view.derive('policy-minor', '', (inner) => {
    const { podSecurityVersion, source } = inner.facts();
    const asked = parseKubernetesVersion(podSecurityVersion ?? '');
    if (asked !== null) return Math.min(asked.minor, NEWEST_POLICY_MINOR);
    return source === 'files' ? NEWEST_POLICY_MINOR : serverMinor(inner);
  });
}

/** The server's minor as far as pod security knows it; the newest known where the version was not read. */
export function serverMinor(view: ClusterView): number {
  return view.derive('server-minor', '', (inner) => {
    const version = parseKubernetesVersion(inner.facts().serverVersion ?? '');
    return version === null ? NEWEST_POLICY_MINOR : Math.min(version.minor, NEWEST_POLICY_MINOR);
  });
}
