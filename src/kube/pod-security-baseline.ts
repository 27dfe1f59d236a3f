/**
 * The baseline checks of the Pod Security Standards, each with its revisions per policy version.
 * Source: k8s.io/pod-security-admission v0.37.2, policy/check_*.go; texts and ids are upstream's.
 */
import type { PodSpec } from '../model/pod-spec.ts';
import {
  containersText,
  containersWhere,
  inUserNamespace,
  joinQuoted,
  plural,
  settersText,
  sortedSet,
  visitContainers,
  type CheckFailure,
  type PodSecurityCheck,
} from './pod-security-check.ts';
import { checkAppArmor, checkSeccompAnnotations, checkSeccompFields } from './pod-security-profiles.ts';

/** policy/check_capabilities_baseline.go: the default set without NET_RAW. */
const DEFAULT_CAPABILITIES: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const SELINUX_TYPES_1_0 = ['', 'container_t', 'container_init_t', 'container_kvm_t'];
const SELINUX_TYPES_1_31 = [...SELINUX_TYPES_1_0, 'container_engine_t'];

const SYSCTLS_1_0 = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const SYSCTLS_1_27 = [...SYSCTLS_1_0, 'net.ipv4.ip_local_reserved_ports'];
const SYSCTLS_1_29 = [
  ...SYSCTLS_1_27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const SYSCTLS_1_32 = [...SYSCTLS_1_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];
const SYSCTLS_1_37 = [...SYSCTLS_1_32, 'net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_notsent_lowat'];

/** In the order in which upstream lists them: by id, in byte order. */
export const BASELINE_CHECKS: readonly PodSecurityCheck[] = [
  { id: 'appArmorProfile', level: 'baseline', revisions: [{ from: 0, run: checkAppArmor }] },
  { id: 'capabilities_baseline', level: 'baseline', revisions: [{ from: 0, run: checkAddedCapabilities }] },
  { id: 'hostNamespaces', level: 'baseline', revisions: [{ from: 0, run: checkHostNamespaces }] },
  { id: 'hostPathVolumes', level: 'baseline', revisions: [{ from: 0, run: checkHostPaths }] },
  { id: 'hostPorts', level: 'baseline', revisions: [{ from: 0, run: checkHostPorts }] },
  { id: 'hostProbesAndHostLifecycle', level: 'baseline', revisions: [{ from: 34, run: checkHandlerHosts }] },
  { id: 'privileged', level: 'baseline', revisions: [{ from: 0, run: checkPrivileged }] },
  {
    id: 'procMount',
    level: 'baseline',
    revisions: [
      { from: 0, run: checkProcMount },
      { from: 35, run: (spec) => (inUserNamespace(spec) ? null : checkProcMount(spec)) },
    ],
  },
  {
    id: 'seLinuxOptions',
    level: 'baseline',
    revisions: [
      { from: 0, run: (spec) => checkSELinux(spec, SELINUX_TYPES_1_0) },
      { from: 31, run: (spec) => checkSELinux(spec, SELINUX_TYPES_1_31) },
    ],
  },
  {
    id: 'seccompProfile_baseline',
    level: 'baseline',
    revisions: [
      { from: 0, run: checkSeccompAnnotations },
      { from: 19, run: (spec) => checkSeccompFields(spec, 'baseline') },
    ],
  },
  {
    id: 'sysctls',
    level: 'baseline',
    revisions: [
      { from: 0, run: (spec) => checkSysctls(spec, SYSCTLS_1_0) },
      { from: 27, run: (spec) => checkSysctls(spec, SYSCTLS_1_27) },
      { from: 29, run: (spec) => checkSysctls(spec, SYSCTLS_1_29) },
      { from: 32, run: (spec) => checkSysctls(spec, SYSCTLS_1_32) },
      { from: 37, run: (spec) => checkSysctls(spec, SYSCTLS_1_37) },
    ],
  },
  { id: 'windowsHostProcess', level: 'baseline', revisions: [{ from: 0, run: checkHostProcess }] },
];

function checkAddedCapabilities(spec: PodSpec): CheckFailure | null {
  const added = new Set<string>();
  const bad = containersWhere(spec, (container) => {
    const beyond = (container.securityContext.capabilities?.add ?? []).filter((one) => !DEFAULT_CAPABILITIES.has(one));
    for (const capability of beyond) added.add(capability);
    return beyond.length > 0;
  });
  if (bad.length === 0) return null;
  return {
    reason: 'non-default capabilities',
    detail: `${containersText(bad)} must not include ${joinQuoted(sortedSet(added))} in securityContext.capabilities.add`,
  };
}

function checkHostNamespaces(spec: PodSpec): CheckFailure | null {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field]);
  if (shared.length === 0) return null;
  return { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') };
}

function checkHostPaths(spec: PodSpec): CheckFailure | null {
  const names = spec.volumes.filter((volume) => volume.type === 'hostPath').map((volume) => volume.name);
  if (names.length === 0) return null;
  return { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', names.length)} ${joinQuoted(names)}` };
}

function checkHostPorts(spec: PodSpec): CheckFailure | null {
  const ports = new Set<string>();
  const bad = visitContainers(spec).filter((container) => {
    // The API server sets hostPort to containerPort on the host network (core/v1 defaults.go
    // defaultHostNetworkPorts: init and main containers); a template that was not defaulted yet reads the same here.
    const isDefaulted = spec.hostNetwork && container.role !== 'ephemeral';
    const used = container.ports
      .map((port) => port.hostPort ?? (isDefaulted ? port.containerPort : 0))
      .filter((port) => port !== 0);
    for (const port of used) ports.add(String(port));
    return used.length > 0;
  });
  if (bad.length === 0) return null;
  const uses = `${plural('uses', 'use', bad.length)} ${plural('hostPort', 'hostPorts', ports.size)}`;
  const names = bad.map((container) => container.name);
  return { reason: 'hostPort', detail: `${containersText(names)} ${uses} ${sortedSet(ports).join(', ')}` };
}

function checkHandlerHosts(spec: PodSpec): CheckFailure | null {
  const bad = visitContainers(spec).filter((container) => container.handlerHosts.some(({ host }) => host !== ''));
  if (bad.length === 0) return null;
  const hosts = sortedSet(bad.flatMap((one) => one.handlerHosts.map(({ host }) => host)).filter((host) => host !== ''));
  const what = plural('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length);
  const names = sortedSet(bad.map((container) => container.name));
  return {
    reason: 'probe or lifecycle host',
    detail: `${containersText(names)} ${plural('uses', 'use', names.length)} ${what} ${joinQuoted(hosts)}`,
  };
}

function checkPrivileged(spec: PodSpec): CheckFailure | null {
  const bad = containersWhere(spec, (container) => container.securityContext.privileged === true);
  if (bad.length === 0) return null;
  return { reason: 'privileged', detail: `${containersText(bad)} must not set securityContext.privileged=true` };
}

/** The unconditional form: baseline before v1.35, restricted from v1.35 on. */
export function checkProcMount(spec: PodSpec): CheckFailure | null {
  const types = new Set<string>();
  const bad = containersWhere(spec, ({ securityContext: { procMount } }) => {
    if (procMount === undefined || procMount === 'Default') return false;
    types.add(procMount);
    return true;
  });
  if (bad.length === 0) return null;
  const detail = `${containersText(bad)} must not set securityContext.procMount to ${joinQuoted(sortedSet(types))}`;
  return { reason: 'procMount', detail };
}

function checkSELinux(spec: PodSpec, allowed: readonly string[]): CheckFailure | null {
  const all = [spec.securityContext, ...visitContainers(spec).map((container) => container.securityContext)];
  const badTypes = all.flatMap(({ seLinuxOptions }) => {
    const type = seLinuxOptions?.type ?? '';
    return allowed.includes(type) ? [] : [type];
  });
  const isBad = ({ seLinuxOptions }: (typeof all)[number]): boolean =>
    seLinuxOptions !== undefined &&
    (!allowed.includes(seLinuxOptions.type ?? '') ||
      (seLinuxOptions.user ?? '') !== '' ||
      (seLinuxOptions.role ?? '') !== '');
  const containers = containersWhere(spec, (container) => isBad(container.securityContext));
  const isPodBad = isBad(spec.securityContext);
  if (!isPodBad && containers.length === 0) return null;
  const types = sortedSet(badTypes);
  const data = [
    ...(types.length > 0 ? [`${plural('type', 'types', types.length)} ${joinQuoted(types)}`] : []),
    ...(all.some(({ seLinuxOptions }) => (seLinuxOptions?.user ?? '') !== '') ? ['user may not be set'] : []),
    ...(all.some(({ seLinuxOptions }) => (seLinuxOptions?.role ?? '') !== '') ? ['role may not be set'] : []),
  ];
  const setters = settersText(isPodBad, containers);
  return {
    reason: 'seLinuxOptions',
    detail: `${setters} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`,
  };
}

function checkSysctls(spec: PodSpec, allowed: readonly string[]): CheckFailure | null {
  const names = (spec.securityContext.sysctls ?? []).map((one) => one.name).filter((name) => !allowed.includes(name));
  return names.length === 0 ? null : { reason: 'forbidden sysctls', detail: names.join(', ') };
}

function checkHostProcess(spec: PodSpec): CheckFailure | null {
  const isPodBad = spec.securityContext.windowsOptions?.hostProcess === true;
  const bad = containersWhere(spec, (one) => one.securityContext.windowsOptions?.hostProcess === true);
  if (!isPodBad && bad.length === 0) return null;
  const detail = `${settersText(isPodBad, bad)} must not set securityContext.windowsOptions.hostProcess=true`;
  return { reason: 'hostProcess', detail };
}
