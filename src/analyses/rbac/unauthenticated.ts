/**
 * Requests without credentials: user system:anonymous in group system:unauthenticated, where the server accepts them.
 * Sources: /docs/reference/access-authn-authz/authentication/#anonymous-requests (--anonymous-auth is on by default; the
 * file of --authentication-config may decide instead, for single paths too).
 */
import type { Grant } from '../../kube/authorizer.ts';
import { refOf } from '../../kube/object-ref.ts';
import { rulesBeyondBootstrap, subjectsBeyondBootstrap } from '../../kube/rbac-bootstrap.ts';
import { ANONYMOUS, UNAUTHENTICATED, type RbacUser } from '../../kube/rbac-user.ts';
import type { Evidence } from '../../model/finding.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { controlPlanePods } from '../vigilance/control-plane-pods.ts';

export const UNAUTHENTICATED_USER: RbacUser = { name: ANONYMOUS, groups: [UNAUTHENTICATED] };

/** Whether the server lets requests without credentials through to authorization. */
export interface AnonymousRequests {
  readonly status: 'accepted' | 'refused' | 'unknown';
  readonly reason: string;
  readonly evidence: readonly Evidence[];
}

const FLAG = 'anonymous-auth';
const CONFIGURATION_FLAG = 'authentication-config';

/** Whether anonymous requests are accepted, as far as the server's flags or the audit log show. */
export function anonymousRequests(view: ClusterView): AnonymousRequests {
  const seen = view.audit().users.get(ANONYMOUS);
  if (seen !== undefined) {
    const reason = `the audit log has requests of ${ANONYMOUS}`;
    return { status: 'accepted', reason, evidence: [{ text: reason }] };
  }
  const servers = controlPlanePods(view, 'kube-apiserver');
  if (servers.length === 0) return unknown('no kube-apiserver pod can be seen, and they are accepted by default');
  const flag = (name: string): readonly ('on' | 'off' | undefined)[] =>
    servers.map((pod) => pod.spec.controlPlane?.flags[name]);
  const evidence = (text: string): readonly Evidence[] =>
    servers.map((pod) => ({ text: `${pod.name} runs ${text}`, object: refOf(pod), path: 'spec.containers' }));
  const own = flag(FLAG);
  if (own.every((one) => one === 'off')) {
    return { status: 'refused', reason: `--${FLAG}=false`, evidence: evidence(`with --${FLAG}=false`) };
  }
  if (own.includes('on')) {
    return { status: 'accepted', reason: `--${FLAG} is set`, evidence: evidence(`with --${FLAG}`) };
  }
  if (flag(CONFIGURATION_FLAG).includes('on')) {
    return unknown(`the file of --${CONFIGURATION_FLAG} decides, which the cluster does not show`);
  }
  const reason = `no --${FLAG}=false: they are accepted by default`;
  return { status: 'accepted', reason, evidence: evidence(`without --${FLAG}=false`) };
}

function unknown(reason: string): AnonymousRequests {
  return { status: 'unknown', reason, evidence: [] };
}

/** `requests without credentials: accepted (…)`. */
export function anonymousText({ status, reason }: AnonymousRequests): string {
  const known = status === 'unknown' ? 'unknown whether accepted' : status;
  return `requests without credentials: ${known} (${reason})`;
}

/** Whether Kubernetes itself (or kubeadm) gives a subject this rule: discovery, health and version, cluster-info. */
export function isDefaultGrant({ binding, subject, rule }: Grant): boolean {
  const roleNamespace = binding.roleRef.kind === 'Role' ? binding.namespace : '';
  return (
    subjectsBeyondBootstrap(binding)?.includes(subject) === false &&
    rulesBeyondBootstrap(roleNamespace, binding.roleRef.name, [rule]).length === 0
  );
}
