/**
 * Tokens, Secrets and the commands of exec travel between clients, API server, kubelets and etcd. Where the other end's
 * certificate is not checked, whoever stands in between reads and changes them. What extensions do is a rule of its own.
 * Source: https://kubernetes.io/docs/concepts/architecture/control-plane-node-communication/; CIS 1.2.5, 1.2.26 of other editions.
 */
import { tlsLegs } from '../../analyses/vigilance/tls-legs.ts';
import { attack, owasp } from '../references.ts';
import { rule } from '../rule.ts';

const MINOR: ReadonlySet<string> = new Set(['API server to kubelets', 'client credential']);

export const connectionWithoutTls = rule({
  id: 'vigilance/connection-without-tls',
  subject: 'Cluster',
  summary: 'Connections of the control plane whose other end nobody checks, and static tokens in the kubeconfig',
  help: 'Put the certificate authority of the API server into the kubeconfig instead of insecure-skip-tls-verify; give kube-apiserver --kubelet-certificate-authority (kubelets then need signed serving certificates) and --etcd-cafile. Instead of a token in the kubeconfig let an exec plugin or OIDC get one that ends soon, and revoke the old one.',
  references: [owasp('K07'), owasp('K09'), attack('T1557')],
  needs: [],
  check(_subject, view) {
    // Files and demo clusters have no connection that anybody relies on.
    const { source } = view.facts();
    if (source === 'files' || source === 'demo') return [];
    return tlsLegs(view)
      .filter(({ leg, status }) => status === 'no' && leg !== 'API server to extensions')
      .map(({ leg, reason, evidence }) => ({
        key: leg.replaceAll(' ', '-'),
        severity: MINOR.has(leg) ? ('low' as const) : ('medium' as const),
        title:
          leg === 'client credential'
            ? 'The client logs in with what does not end'
            : `${capitalised(leg)} is not protected`,
        why: `${capitalised(reason)}.`,
        evidence,
      }));
  },
});

function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
