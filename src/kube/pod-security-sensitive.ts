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

const RUNTIME_SOCKETS = [
  '/var/run/docker.sock',
  '/run/docker.sock',
  '/run/containerd/containerd.sock',
  '/var/run/containerd/containerd.sock',
  '/run/k3s/containerd/containerd.sock',
  '/var/run/crio/crio.sock',
  '/run/crio/crio.sock',
  '/var/run/cri-dockerd.sock',
  '/run/podman/podman.sock',
];

/** Folders whose contents, at any depth, give the node away: credentials, what it starts, its devices and kernel. */
const SENSITIVE_FOLDERS = [
  '/boot',
  '/dev',
  '/etc',
  '/lib/modules',
  '/proc',
  '/root',
  '/sys',
  '/usr',
  '/var/lib/containerd',
  '/var/lib/docker',
  '/var/lib/etcd',
  '/var/lib/kubelet',
  '/var/lib/rancher',
  '/var/log',
];

/** Folders that hold sensitive ones, while most of what lies in them is harmless. */
const HOLDERS: ReadonlySet<string> = new Set(['/', '/home', '/lib', '/run', '/var', '/var/lib', '/var/run']);

/** Paths below sensitive ones that hold nothing secret, and that agents commonly read. */
const HARMLESS_PATHS = ['/etc/localtime', '/etc/timezone', '/usr/share/zoneinfo', '/etc/ssl/certs', '/etc/pki'];

/** The runtime socket that a host path is or holds; undefined where there is none. */
export function runtimeSocketUnder(hostPath: string): string | undefined {
  const path = normalised(hostPath);
  return RUNTIME_SOCKETS.find((socket) => socket === path || (path !== '/' && socket.startsWith(`${path}/`)));
}

/** Whether a host path is, lies in, or holds a sensitive part of the node. */
export function isSensitivePath(hostPath: string): boolean {
  const path = normalised(hostPath);
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
