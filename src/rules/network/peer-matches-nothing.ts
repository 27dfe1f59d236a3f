// A peer allows the pods that its podSelector matches, in the policy's own namespace unless a namespaceSelector names
// others. A peer that matches no pod and no template allows nobody: the connection that it was written for is closed.
// Source: k8s.io/api networking/v1 types.go, NetworkPolicyPeer.
import { nearestInCluster } from '../../analyses/labels/nearest-in-cluster.ts';
import { nearestNamespaceSelector } from '../../analyses/labels/nearest-namespace.ts';
import { selectsSomething } from '../../analyses/labels/selectable.ts';
import { matchingNamespaces } from '../../analyses/network/namespace-labels.ts';
import { unreadPods } from '../../analyses/labels/selector-verdict.ts';
import { isOperatedElsewhere } from '../../analyses/labels/operated-pods.ts';
import { selectorText } from '../../kube/selector.ts';
import { refOf } from '../../kube/object-ref.ts';
import type { FindingDraft } from '../../model/finding.ts';
import type { NetworkPolicyObject, NetworkPolicyPeer } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { rule } from '../rule.ts';

export const peerMatchesNothing = rule({
  id: 'network/peer-matches-nothing',
  subject: 'NetworkPolicy',
  summary: 'network policy peers that match no pod',
  help: 'The rule allows nobody, so that the connection it was written for is closed. Correct the selector, or remove the peer.',
  references: [],
  needs: ['Pod', 'Namespace', 'NetworkPolicy'],
  check: (policy, view) => {
    if (!view.readable('Pod').ok || !view.readable('Namespace').ok) return [];
    return peersOf(policy).flatMap(({ peer, path }) => checkPeer(policy, peer, path, view));
  },
});

function peersOf(policy: NetworkPolicyObject): readonly { readonly peer: NetworkPolicyPeer; readonly path: string }[] {
  const ingress = (policy.ingress ?? []).flatMap((one, index) =>
    (one.from ?? []).map((peer, at) => ({ peer, path: `spec.ingress[${index}].from[${at}]` })),
  );
  const egress = (policy.egress ?? []).flatMap((one, index) =>
    (one.to ?? []).map((peer, at) => ({ peer, path: `spec.egress[${index}].to[${at}]` })),
  );
  return [...ingress, ...egress];
}

function checkPeer(
  policy: NetworkPolicyObject,
  peer: NetworkPolicyPeer,
  path: string,
  view: ClusterView,
): readonly FindingDraft[] {
  if (peer.ipBlock !== undefined) return [];
  const { namespaceSelector, podSelector = {} } = peer;
  const namespaces = namespaceSelector === undefined ? [policy.namespace] : matchingNamespaces(view, namespaceSelector);
  if (namespaces.some((name) => selectsSomething(view, podSelector, name))) return [];
  // From files the pods that an operator makes are never there; namespaces that are not there are another matter.
  if (namespaces.length > 0 && isOperatedElsewhere(view, podSelector)) return [];
  const object = refOf(policy);
  const unread = unreadPods(view, namespaces);
  if (unread?.type === 'pending') return [];
  if (unread !== undefined) {
    const wanted = `${selectorText(podSelector)} in ${namespaces.join(', ')}`;
    return [
      {
        key: path,
        severity: 'info',
        title: `it is not known whether a peer matches a pod (${path})`,
        why: `Nothing that could be read has the labels ${wanted}, but ${unread.reason}.`,
        evidence: [{ text: `allows ${wanted}`, object, path }],
        unknown: true,
      },
    ];
  }
  const home = namespaces.includes(policy.namespace) ? policy.namespace : namespaces[0];
  const isOfNamespaces = namespaces.length === 0 && namespaceSelector !== undefined;
  const near = isOfNamespaces
    ? nearestNamespaceSelector(view, namespaceSelector)
    : home === undefined
      ? undefined
      : nearestInCluster(view, podSelector, home);
  const missing = isOfNamespaces
    ? `no namespace has the labels ${selectorText(namespaceSelector)}`
    : `no pod in ${namespaces.join(', ')} has the labels ${selectorText(podSelector)}`;
  const hint =
    near === undefined
      ? ''
      : near.repair === 'namespace' && namespaceSelector === undefined
        ? ` Nearest: ${near.text}; the peer has no namespaceSelector.`
        : ` Nearest: ${near.text}.`;
  return [
    {
      key: path,
      severity: 'low',
      title: `a peer matches no pod (${path})`,
      why: `The peer allows nobody: ${missing}.${hint}`,
      evidence: [{ text: missing, object, path }],
      absence: true,
      remedies: near === undefined ? [] : ['network/fix-selector'],
      data:
        near === undefined
          ? null
          : { path, selector: near.selector, namespace: near.namespace, repair: near.repair, isOfNamespaces },
    },
  ];
}
