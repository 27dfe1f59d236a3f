/**
 * A kubelet and kube-proxy must not be newer than the API server and at most three minors older (two before 1.25).
 * Source: https://kubernetes.io/releases/version-skew-policy/
 */
import {
  minorsBetween,
  minorText,
  parseKubernetesVersion,
  type KubernetesVersion,
} from '../../kube/kubernetes-version.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { NodeObject } from '../../model/objects.ts';
import { owasp } from '../references.ts';
import { rule } from '../rule.ts';

const NAMED = 10;
const COMPONENTS = [
  { key: 'kubelet', version: (node: NodeObject) => node.kubeletVersion },
  { key: 'kube-proxy', version: (node: NodeObject) => node.kubeProxyVersion },
] as const;

export const kubeletSkew = rule({
  id: 'vigilance/kubelet-skew',
  subject: 'Cluster',
  summary: 'Nodes whose kubelet or kube-proxy does not go with the API server',
  help: 'Upgrade the nodes (or the control plane first, where nodes are newer). Outside the skew policy nothing is tested, and old kubelets miss security fixes.',
  references: [owasp('K07')],
  needs: ['Node'],
  check(_subject, view) {
    const server = parseKubernetesVersion(view.facts().serverVersion ?? '');
    if (server === null) return [];
    const nodes = view.list('Node');
    return COMPONENTS.flatMap(({ key, version }) => {
      const bad = nodes.filter((node) => isSkewed(parseKubernetesVersion(version(node)), server));
      return bad.length === 0 ? [] : [skewed(key, bad, version, server)];
    });
  },
});

/** From 1.25 on three minors are allowed, before that two. */
function isSkewed(component: KubernetesVersion | null, server: KubernetesVersion): boolean {
  if (component === null) return false;
  const behind = minorsBetween(component, server);
  if (behind === null) return true;
  return behind < 0 || behind > (component.minor >= 25 ? 3 : 2);
}

function skewed(
  key: string,
  nodes: readonly NodeObject[],
  version: (node: NodeObject) => string,
  server: KubernetesVersion,
): FindingDraft {
  const count = nodes.length === 1 ? '1 node has' : `${nodes.length} nodes have`;
  return {
    key,
    severity: 'medium',
    title: `${key} versions outside the skew policy`,
    why: `${count} a ${key} that is newer than the API server (${minorText(server)}) or more than three minors older.`,
    evidence: nodes.slice(0, NAMED).map((node) => ({
      text: `${key} ${version(node)} on ${node.name}`,
      object: refOf(node),
      path: key === 'kubelet' ? 'status.nodeInfo.kubeletVersion' : 'status.nodeInfo.kubeProxyVersion',
    })),
  };
}
