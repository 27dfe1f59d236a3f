import { refOf } from '../../kube/object-ref.ts';
import type { Evidence } from '../../model/finding.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { controlPlanePods } from './control-plane-pods.ts';
import { isPartial } from '../../store/partial-files.ts';

/** A connection that the control plane makes or takes, and what its client logs in with. */
type Leg =
  | 'client to API server'
  | 'client credential'
  | 'API server to kubelets'
  | 'API server to etcd'
  | 'API server to extensions';

/** Whether one leg is encrypted and its other end checked; of the credential, whether it ends by itself. */
export interface TlsLeg {
  readonly leg: Leg;
  readonly status: 'yes' | 'no' | 'unknown';
  readonly reason: string;
  readonly evidence: readonly Evidence[];
}

/**
 * TLS on each leg, as far as it can be seen: the connection and login that k8sec itself uses, the flags of visible kube-apiserver
 * pods, and APIServices. Webhooks have to be https with a certificate that the API server checks.
 * Source: https://kubernetes.io/docs/concepts/architecture/control-plane-node-communication/
 */
export function tlsLegs(view: ClusterView): readonly TlsLeg[] {
  return [clientLeg(view), credentialLeg(view), kubeletLeg(view), etcdLeg(view), extensionLeg(view)];
}

function clientLeg(view: ClusterView): TlsLeg {
  const leg = 'client to API server';
  const { server, serverTrust } = view.facts();
  if (server === null) return unknown(leg, 'there is no connection to a server');
  const result = (status: TlsLeg['status'], reason: string): TlsLeg => ({
    leg,
    status,
    reason,
    evidence: [{ text: `${server}: ${reason}` }],
  });
  if (server.startsWith('http:')) return result('no', 'plain http');
  if (serverTrust === 'checked') return result('yes', 'https, and the certificate is checked');
  return serverTrust === 'unchecked'
    ? result('no', 'https, but the certificate is not checked (insecure-skip-tls-verify)')
    : unknown(leg, 'whether the certificate was checked is not known');
}

/** A token or password in a kubeconfig is in every copy of that file, and works until somebody takes it back. */
function credentialLeg(view: ClusterView): TlsLeg {
  const leg = 'client credential';
  const { storedLogin } = view.facts();
  if (storedLogin === undefined) return unknown(leg, 'how its client logs in is not known');
  if (storedLogin === 'none') {
    const reason = 'the login is not a token or password without an end that lies in the kubeconfig';
    return { leg, status: 'yes', reason, evidence: [] };
  }
  const reason =
    storedLogin === 'token'
      ? 'the kubeconfig holds a static token, in which no date says when it ends'
      : 'the kubeconfig holds a password';
  return { leg, status: 'no', reason, evidence: [{ text: reason }] };
}

/** Without --kubelet-certificate-authority the API server takes any certificate of a kubelet: exec and logs go there. */
function kubeletLeg(view: ClusterView): TlsLeg {
  return byFlag(view, 'API server to kubelets', 'kubelet-certificate-authority', {
    set: 'certificates of kubelets are checked',
    missing: 'certificates of kubelets are not checked, so that exec, logs and their data can be intercepted',
  });
}

function etcdLeg(view: ClusterView): TlsLeg {
  return byFlag(view, 'API server to etcd', 'etcd-cafile', {
    set: "etcd's certificate is checked",
    missing: "etcd's certificate is not checked, or etcd is spoken to in plain http",
  });
}

function byFlag(
  view: ClusterView,
  leg: Leg,
  flag: string,
  texts: { readonly set: string; readonly missing: string },
): TlsLeg {
  const servers = controlPlanePods(view, 'kube-apiserver');
  if (servers.length === 0) return unknown(leg, 'no kube-apiserver pod can be seen, so its flags are not known');
  const without = servers.filter((pod) => pod.spec.controlPlane?.flags[flag] !== 'on');
  const status = without.length === 0 ? 'yes' : 'no';
  return {
    leg,
    status,
    reason: status === 'yes' ? texts.set : texts.missing,
    evidence: (status === 'yes' ? servers : without).map((pod) => ({
      text: `${pod.name} runs ${status === 'yes' ? 'with' : 'without'} --${flag}`,
      object: refOf(pod),
      path: 'spec.containers',
    })),
  };
}

function extensionLeg(view: ClusterView): TlsLeg {
  const leg = 'API server to extensions';
  const readable = view.readable('APIService');
  const remote = view.list('APIService').filter((one) => one.service !== null);
  const unchecked = remote.filter((one) => one.insecureSkipTLSVerify);
  if (unchecked.length > 0) {
    return {
      leg,
      status: 'no',
      reason: `the certificate of ${unchecked.map((one) => one.name).join(', ')} is not checked`,
      evidence: unchecked.map((one) => ({
        text: 'insecureSkipTLSVerify is true',
        object: refOf(one),
        path: 'spec.insecureSkipTLSVerify',
      })),
    };
  }
  if (!readable.ok) return unknown(leg, `apiservices: ${readable.reason}`);
  if (isPartial(view)) return unknown(leg, 'files are not the whole cluster');
  const reason = remote.length === 0 ? 'there is no extension API server' : 'certificates of extensions are checked';
  return { leg, status: 'yes', reason, evidence: [] };
}

function unknown(leg: Leg, reason: string): TlsLeg {
  return { leg, status: 'unknown', reason, evidence: [{ text: reason }] };
}
