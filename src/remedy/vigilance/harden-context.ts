import type {
  Container,
  ContainerPort,
  ContainerSecurityContext,
  PodSecurityContext,
  PodSpec,
} from '../../model/pod-spec.ts';

/** A specification brought as near to restricted as can be inferred, and what could not be. */
export interface Hardened {
  readonly spec: PodSpec;
  /** What a person has to decide, one sentence each. */
  readonly left: readonly string[];
}

/** Ports below it are privileged unless net.ipv4.ip_unprivileged_port_start says otherwise (man 7 ip). */
const LOW_PORTS_END = 1024;

const CONFINED = ['RuntimeDefault', 'Localhost'];
const SELINUX_TYPES = ['container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];

/**
 * Sets what restricted demands and takes away what it forbids. Volumes, sysctl values and the user that an image can run
 * as are not in the specification that was read: they are left and named. Ephemeral containers can't be changed.
 */
export function hardenSpec(spec: PodSpec): Hardened {
  const isWindows = spec.os === 'windows';
  const left: string[] = [];
  const hostPaths = spec.volumes.filter((volume) => volume.type === 'hostPath').map((volume) => volume.name);
  if (hostPaths.length > 0) left.push(`hostPath volumes stay (${hostPaths.join(', ')}): replace them by another kind`);
  if ((spec.securityContext.sysctls ?? []).length > 0) left.push('sysctls stay: remove those that baseline forbids');
  left.push(...hostPortsLeft(spec));
  const stay = spec.containers.filter(mountsForNode).map((one) => one.name);
  if (stay.length > 0) {
    const verb = stay.length === 1 ? 'stays as it is' : 'stay as they are';
    left.push(`${stay.join(', ')} ${verb}: Bidirectional mounts need a privileged container`);
  }
  const isRoot =
    spec.securityContext.runAsUser === 0 || spec.containers.some((one) => one.securityContext.runAsUser === 0);
  if (isRoot) left.push('runAsUser 0 is removed: the image must name a user that is not root, or set runAsUser');
  else if (!runsAsNonRoot(spec)) left.push('the image must run as a user that is not root');
  if (!isWindows) left.push(...capabilitiesLeft(spec));
  return {
    spec: {
      ...spec,
      hostNetwork: false,
      hostPID: false,
      hostIPC: false,
      securityContext: isWindows ? windowsPod(spec.securityContext) : linuxPod(spec.securityContext),
      containers: spec.containers.map((container) =>
        container.role === 'ephemeral' || mountsForNode(container) ? container : hardenContainer(container, isWindows),
      ),
      // Old annotations must agree with the fields (the API server refuses a difference), and say nothing that they don't.
      securityAnnotations: {},
    },
    left,
  };
}

/** A strategic merge patch finds a port by its number alone (patchMergeKey), and so the first of two protocols only. */
function isTwice({ containerPort }: ContainerPort, ports: readonly ContainerPort[]): boolean {
  return ports.filter((one) => one.containerPort === containerPort).length > 1;
}

function hostPortsLeft({ containers }: PodSpec): readonly string[] {
  const numbers = containers.flatMap(({ ports }) =>
    ports.filter((port) => port.hostPort !== null && isTwice(port, ports)).map((port) => port.containerPort),
  );
  if (numbers.length === 0) return [];
  const named = [...new Set(numbers)].join(', ');
  return [
    `the host ports of ${named} stay, because a patch does not tell their protocols apart: take them out by hand`,
  ];
}

/** Whether what a container mounts appears on its node too: the API server then demands that it is privileged. */
function mountsForNode({ volumeMounts }: Container): boolean {
  return volumeMounts.some((mount) => mount.bidirectional === true);
}

/** Whether the specification says already that no container runs as root: by flag, or by a user for each. */
function runsAsNonRoot({ securityContext, containers }: PodSpec): boolean {
  return (
    securityContext.runAsNonRoot === true ||
    containers.every((one) => (one.securityContext.runAsUser ?? securityContext.runAsUser ?? 0) !== 0)
  );
}

/** What a program may need to have, or to gain, of capabilities: the image tells, and it was not read. */
function capabilitiesLeft({ containers }: PodSpec): readonly string[] {
  const mayGain = containers.filter((one) => one.securityContext.allowPrivilegeEscalation === true);
  const ports = containers.flatMap((one) =>
    one.ports.map((port) => port.containerPort).filter((port) => port < LOW_PORTS_END),
  );
  return [
    ...(mayGain.length === 0
      ? []
      : [
          `allowPrivilegeEscalation is true of ${mayGain.map((one) => one.name).join(', ')}: a program that gains a capability from its file needs it`,
        ]),
    ...(ports.length === 0
      ? []
      : [
          `the runtime must let a user that is not root bind ${ports.length === 1 ? 'port' : 'ports'} ${[...new Set(ports)].join(', ')}`,
        ]),
  ];
}

function linuxPod(context: PodSecurityContext): PodSecurityContext {
  const { runAsUser, seccompProfile, appArmorProfile, seLinuxOptions, windowsOptions: _windows, ...rest } = context;
  return {
    ...rest,
    runAsNonRoot: true,
    seccompProfile: isConfined(seccompProfile) ? seccompProfile : { type: 'RuntimeDefault' },
    ...(runAsUser === undefined || runAsUser === 0 ? {} : { runAsUser }),
    ...(isConfined(appArmorProfile) ? { appArmorProfile } : {}),
    ...(isAllowedSELinux(seLinuxOptions) ? { seLinuxOptions } : {}),
  };
}

function windowsPod(context: PodSecurityContext): PodSecurityContext {
  const { windowsOptions: _windows, ...rest } = context;
  return { ...rest, runAsNonRoot: true };
}

function hardenContainer(container: Container, isWindows: boolean): Container {
  const context = container.securityContext;
  return {
    ...container,
    ports: container.ports.map((port) => (isTwice(port, container.ports) ? port : { ...port, hostPort: null })),
    handlerHosts: [],
    securityContext: isWindows ? windowsContext(context) : linuxContext(context),
  };
}

function linuxContext(context: ContainerSecurityContext): ContainerSecurityContext {
  const {
    privileged: _privileged,
    procMount: _procMount,
    windowsOptions: _windows,
    runAsUser,
    runAsNonRoot,
    seccompProfile,
    appArmorProfile,
    seLinuxOptions,
    ...rest
  } = context;
  const canBind = context.capabilities?.add?.includes('NET_BIND_SERVICE') === true;
  return {
    ...rest,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'], ...(canBind ? { add: ['NET_BIND_SERVICE'] } : {}) },
    ...(runAsNonRoot === true ? { runAsNonRoot } : {}),
    ...(runAsUser === undefined || runAsUser === 0 ? {} : { runAsUser }),
    ...(isConfined(seccompProfile) ? { seccompProfile } : {}),
    ...(isConfined(appArmorProfile) ? { appArmorProfile } : {}),
    ...(isAllowedSELinux(seLinuxOptions) ? { seLinuxOptions } : {}),
  };
}

function windowsContext(context: ContainerSecurityContext): ContainerSecurityContext {
  const { windowsOptions: _windows, runAsNonRoot: _nonRoot, ...rest } = context;
  return rest;
}

function isConfined(profile: { readonly type: string } | undefined): profile is { readonly type: string } {
  return profile !== undefined && CONFINED.includes(profile.type);
}

function isAllowedSELinux(
  options: PodSecurityContext['seLinuxOptions'],
): options is NonNullable<PodSecurityContext['seLinuxOptions']> {
  if (options === undefined) return false;
  const hasIdentity = (options.user ?? '') !== '' || (options.role ?? '') !== '';
  return !hasIdentity && (options.type === undefined || SELINUX_TYPES.includes(options.type));
}
