/**
 * RBAC is not the only authorizer of a server, and no API lists the others. What hints at one is named.
 * Source: kubernetes.io/docs/reference/access-authn-authz/authorization; EKS access entries and GKE IAM are webhook
 * authorizers that are asked beside RBAC, AKS has one where Azure RBAC is switched on.
 */
import { RBAC_KINDS } from '../../model/kind.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

export interface Authorizers {
  /** `read`, or what of it could not be read. */
  readonly rbac: string;
  readonly node: 'not modelled';
  readonly webhook: 'none seen' | 'present' | 'unknown';
  readonly evidence: readonly string[];
}

/** What decides about requests in this cluster, as far as it can be seen. */
export function authorizers(view: ClusterView): Authorizers {
  return view.derive(
    'rbac/authorizers',
    '',
    (inner) => ({ rbac: rbacRead(inner), node: 'not modelled', ...webhook(inner) }),
    (a, b) => JSON.stringify(a) === JSON.stringify(b),
  );
}

/** One line that every answer about permissions carries. */
export function authorizersText(one: Authorizers): string {
  const evidence = one.evidence.length === 0 ? '' : ` (${one.evidence.join('; ')})`;
  return `authorizers: rbac ${one.rbac}; node ${one.node}; webhook or cloud IAM ${one.webhook}${evidence}`;
}

function rbacRead(view: ClusterView): string {
  const holes = RBAC_KINDS.flatMap((kind) => {
    const readability = view.readable(kind);
    return readability.ok ? [] : [readability.reason];
  });
  return holes.length === 0 ? 'read' : `not all read: ${[...new Set(holes)].join('; ')}`;
}

function webhook(view: ClusterView): Pick<Authorizers, 'webhook' | 'evidence'> {
  const facts = view.facts();
  const version = facts.serverVersion ?? '';
  const provider = view.list('Node').find((node) => node.providerID !== '')?.providerID ?? '';
  if (version.includes('-eks-')) {
    return { webhook: 'present', evidence: [`server ${version}: EKS access entries may allow more`] };
  }
  if (version.includes('-gke.') || version.includes('-gke')) {
    return { webhook: 'present', evidence: [`server ${version}: Google Cloud IAM may allow more`] };
  }
  if (view.get('ConfigMap', 'kube-system', 'aws-auth') !== undefined) {
    return { webhook: 'unknown', evidence: ['ConfigMap kube-system/aws-auth maps IAM identities to users and groups'] };
  }
  if (provider.startsWith('azure://')) {
    return { webhook: 'unknown', evidence: ['nodes are Azure machines: Azure RBAC for Kubernetes may be switched on'] };
  }
  if (provider.startsWith('aws://') || provider.startsWith('gce://')) {
    return {
      webhook: 'unknown',
      evidence: [`nodes are machines of ${provider.slice(0, 3)}: their IAM may allow more`],
    };
  }
  if (facts.source === 'files') return { webhook: 'unknown', evidence: ['files do not show the server'] };
  return { webhook: 'none seen', evidence: [] };
}
