/**
 * What of a node, seen from inside a container, amounts to the node itself. The Pod Security Standards forbid all host
 * paths and most capabilities alike; these lists say which of them are worse than the others.
 * Sources: Kubescape regolibrary (insecureCapabilities, C-0048, C-0074), Trivy KSV-0006, Microsoft threat matrix MS-TA9013.
 */

/** Capabilities that lead out of the container or let it act on the node's network and processes. */
export const DANGEROUS_CAPABILITIES: ReadonlySet<string> = new Set([
  'ALL',
  'BPF',
  'DAC_READ_SEARCH',
  'MAC_ADMIN',
  'MAC_OVERRIDE',
  'NET_ADMIN',
  'PERFMON',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_MODULE',
  'SYS_PTRACE',
  'SYS_RAWIO',
  'SYS_TIME',
  'SYSLOG',
]);

/** Capabilities with which a container is the node: loading kernel code, mounting, raw memory, other processes. */
export const NODE_CAPABILITIES: ReadonlySet<string> = new Set([
  'ALL',
  'BPF',
  'DAC_READ_SEARCH',
  'SYS_ADMIN',
  'SYS_MODULE',
  'SYS_PTRACE',
  'SYS_RAWIO',
]);

/** By their paths below /run, to which /var/run leads. */
const RUN_SOCKETS = [
  'docker.sock',
  'containerd/containerd.sock',
  'docker/containerd/containerd.sock',
  'k3s/containerd/containerd.sock',
  'k0s/containerd.sock',
  'crio/crio.sock',
  'cri-dockerd.sock',
  'podman/podman.sock',
];

const RUNTIME_SOCKETS = [
  ...RUN_SOCKETS.flatMap((socket) => [`/var/run/${socket}`, `/run/${socket}`]),
  '/var/snap/microk8s/common/run/containerd.sock',
];

/**
 * Folders whose contents, at any depth, give the node away: credentials, its devices and kernel, and what it runs as root,
 * such as the plugins that the runtime starts for each pod, cron tables, and the buses that systemd takes orders from.
 */
const SENSITIVE_FOLDERS = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib/modules',
  '/lib/systemd',
  '/opt/cni',
  '/proc',
  '/root',
  '/run/dbus',
  '/run/systemd',
  '/sbin',
  '/sys',
  '/usr',
  '/var/lib/containerd',
  '/var/lib/docker',
  '/var/lib/etcd',
  '/var/lib/k0s',
  '/var/lib/kubelet',
  '/var/lib/rancher',
  '/var/log',
  '/var/snap/microk8s',
  '/var/spool/cron',
];

/** Folders that hold sensitive ones, while most of what lies in them is harmless. */
const HOLDERS: ReadonlySet<string> = new Set([
  '/',
  '/home',
  '/lib',
  '/opt',
  '/run',
  '/var',
  '/var/lib',
  '/var/snap',
  '/var/spool',
]);

/** Paths below sensitive ones that hold nothing secret, and that agents commonly read. */
const HARMLESS_PATHS = ['/etc/localtime', '/etc/timezone', '/usr/share/zoneinfo', '/etc/ssl/certs', '/etc/pki'];

/** The runtime socket that a host path is or holds; undefined where there is none. */
export function runtimeSocketUnder(hostPath: string): string | undefined {
  const path = normalised(hostPath);
  return RUNTIME_SOCKETS.find((socket) => socket === path || (path !== '/' && socket.startsWith(`${path}/`)));
}

/** Whether a host path is, lies in, or holds a sensitive part of the node. */
export function isSensitivePath(hostPath: string): boolean {
  const path = normalised(hostPath).replace(/^\/var\/run(?=\/|$)/, '/run');
  if (HARMLESS_PATHS.some((harmless) => isInside(path, harmless))) return false;
  return HOLDERS.has(path) || SENSITIVE_FOLDERS.some((folder) => isInside(path, folder));
}

/** A capability without the `CAP_` prefix that some runtimes accept, in capitals. */
export function capabilityName(text: string): string {
  return text.toUpperCase().replace(/^CAP_/, '');
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Without `.`, `..`, double and trailing slashes, as the kernel resolves it. */
function normalised(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
