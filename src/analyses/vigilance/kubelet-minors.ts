import { parseKubernetesVersion } from '../../kube/kubernetes-version.ts';
import { sameItems } from '../../store/same-items.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { serverMinor } from '../pod-security/policy-minor.ts';

/** The minors of the kubelets that can be seen, else the server's, which no kubelet is newer than. */
export function kubeletMinors(view: ClusterView): readonly number[] {
  return view.derive(
    'kubelet-minors',
    '',
    (inner) => {
      const minors = inner
        .list('Node')
        .flatMap((node) => parseKubernetesVersion(node.kubeletVersion)?.minor ?? [])
        .sort((a, b) => a - b);
      return minors.length === 0 ? [serverMinor(inner)] : [...new Set(minors)];
    },
    sameItems,
  );
}
