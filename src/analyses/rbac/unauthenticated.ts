/**
 * Requests without credentials: user system:anonymous in group system:unauthenticated, where the server accepts them.
 * Sources: /docs/reference/access-authn-authz/authentication/#anonymous-requests (--anonymous-auth is on by default; the
 * file of --authentication-config may decide instead, for single paths too: KEP-4633).
 */
import type { Grant } from '../../kube/authorizer.ts';
import { refOf } from '../../kube/object-ref.ts';
import { rulesBeyondBootstrap, subjectsBeyondBootstrap } from '../../kube/rbac-bootstrap.ts';
import { ANONYMOUS, UNAUTHENTICATED, type RbacUser } from '../../kube/rbac-user.ts';
import type { Evidence } from '../../model/finding.ts';
import type { PodObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { controlPlanePods } from '../vigilance/control-plane-pods.ts';
import { serverMinor } from './permission-context.ts';

export const UNAUTHENTICATED_USER: RbacUser = { name: ANONYMOUS, groups: [UNAUTHENTICATED] };

/** Whether the server lets requests without credentials through to authorization. */
export interface AnonymousRequests {
  readonly status: 'accepted' | 'refused' | 'unknown';
  readonly reason: string;
  readonly evidence: readonly Evidence[];
}

const FLAG = 'anonymous-auth';
const CONFIGURATION_FLAG = 'authentication-config';

/** The version in which the file of --authentication-config may decide (KEP-4633, alpha). */
const CONFIGURABLE_SINCE = 31;

const BY_FILE = `configured by the file of --${CONFIGURATION_FLAG}, which the cluster does not show: it may refuse them, or accept them for single paths`;

/**
 * Whether anonymous requests are accepted, as far as the server's flags or the audit log show: by any of the servers. A
 * server that has the flag does not start with a file that speaks of them too.
 */
export function anonymousRequests(view: ClusterView): AnonymousRequests {
  const servers = controlPlanePods(view, 'kube-apiserver').map((pod) => ({ pod, ...settingOf(view, pod) }));
  const seen = view.audit().users.get(ANONYMOUS);
  if (seen !== undefined) {
    const isLimited = servers.length > 0 && servers.every(({ status }) => status === 'unknown');
    const limit = isLimited ? `; the file of --${CONFIGURATION_FLAG} may limit them to single paths` : '';
    const reason = `the audit log has requests of ${ANONYMOUS}${limit}`;
    return { status: 'accepted', reason, evidence: [{ text: reason }] };
  }
  const status = (['accepted', 'unknown', 'refused'] as const).find((one) =>
    servers.some((server) => server.status === one),
  );
  if (status === undefined) {
    const reason = 'no kube-apiserver pod can be seen, and they are accepted by default';
    return { status: 'unknown', reason, evidence: [] };
  }
  const own = servers.filter((server) => server.status === status);
  const evidence = own.map(({ pod, runs }) => ({
    text: `${pod.name} runs ${runs}`,
    object: refOf(pod),
    path: 'spec.containers',
  }));
  return { status, reason: own[0]?.reason ?? '', evidence };
}

/** What the flags of one server say. */
function settingOf(
  view: ClusterView,
  pod: PodObject,
): Pick<AnonymousRequests, 'status' | 'reason'> & { readonly runs: string } {
  const flags = pod.spec.controlPlane?.flags ?? {};
  const flag = flags[FLAG];
  if (flag === 'off') return { status: 'refused', reason: `--${FLAG}=false`, runs: `with --${FLAG}=false` };
  if (flag === 'on') return { status: 'accepted', reason: `--${FLAG} is set`, runs: `with --${FLAG}` };
  if (flags[CONFIGURATION_FLAG] === 'on' && serverMinor(view) >= CONFIGURABLE_SINCE)
    return { status: 'unknown', reason: BY_FILE, runs: `with --${CONFIGURATION_FLAG}` };
  return {
    status: 'accepted',
    reason: `no --${FLAG}=false: they are accepted by default`,
    runs: `without --${FLAG}=false`,
  };
}

/** `requests without credentials: accepted (…)`. */
export function anonymousText({ status, reason }: AnonymousRequests): string {
  const known = status === 'unknown' ? 'unknown whether accepted' : status;
  return `requests without credentials: ${known} (${reason})`;
}

/**
 * What is known of requests without credentials to kubelets (authentication.anonymous of KubeletConfiguration): nothing,
 * since whoever may read it through nodes/proxy may also run commands in every pod.
 */
export const ANONYMOUS_AT_KUBELETS =
  'requests without credentials to kubelets: not visible (their configuration is served by nodes/configz and nodes/proxy, which k8sec does not read)';

/** Whether Kubernetes itself (or kubeadm) gives a subject this rule: discovery, health and version, cluster-info. */
export function isDefaultGrant({ binding, subject, rule }: Grant): boolean {
  const roleNamespace = binding.roleRef.kind === 'Role' ? binding.namespace : '';
  return (
    subjectsBeyondBootstrap(binding)?.includes(subject) === false &&
    rulesBeyondBootstrap(roleNamespace, binding.roleRef.name, [rule]).length === 0
  );
}
