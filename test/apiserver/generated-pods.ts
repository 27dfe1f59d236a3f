import fc from 'fast-check';

/** Pods over everything that Pod Security Standards look at; nearly all are valid to the API server. */

const CAPABILITIES = ['ALL', 'CHOWN', 'KILL', 'NET_BIND_SERVICE', 'NET_RAW', 'SYS_ADMIN', 'SYS_TIME', 'NET_ADMIN'];
const SYSCTLS = [
  ['kernel.shm_rmid_forced', '1'],
  ['net.ipv4.ip_local_port_range', '1024 65535'],
  ['net.ipv4.tcp_syncookies', '1'],
  ['net.ipv4.ping_group_range', '0 1'],
  ['net.ipv4.ip_unprivileged_port_start', '80'],
  ['net.ipv4.ip_local_reserved_ports', '32000'],
  ['net.ipv4.tcp_keepalive_time', '600'],
  ['net.ipv4.tcp_fin_timeout', '30'],
  ['net.ipv4.tcp_keepalive_intvl', '30'],
  ['net.ipv4.tcp_keepalive_probes', '5'],
  ['net.ipv4.tcp_rmem', '1 2 3'],
  ['net.ipv4.tcp_wmem', '1 2 3'],
  ['net.ipv4.tcp_slow_start_after_idle', '0'],
  ['net.ipv4.tcp_notsent_lowat', '16384'],
  ['kernel.msgmax', '65536'],
  ['net/ipv4/tcp_syncookies', '1'],
] as const;

const VOLUMES: readonly Record<string, unknown>[] = [
  {},
  { emptyDir: {} },
  { configMap: { name: 'c' } },
  { secret: { secretName: 's' } },
  { projected: { sources: [{ configMap: { name: 'c' } }] } },
  { downwardAPI: { items: [{ path: 'p', fieldRef: { fieldPath: 'metadata.name' } }] } },
  { persistentVolumeClaim: { claimName: 'p' } },
  { csi: { driver: 'd.example' } },
  {
    ephemeral: {
      volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    },
  },
  { image: { reference: 'registry.example/a:1' } },
  { hostPath: { path: '/var/log' } },
  { nfs: { server: 'n', path: '/' } },
  { iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.2001-04.com.example:a', lun: 0 } },
  { gcePersistentDisk: { pdName: 'd' } },
  { awsElasticBlockStore: { volumeID: 'v' } },
  { gitRepo: { repository: 'https://git.example/r' } },
  { glusterfs: { endpoints: 'e', path: 'p' } },
  { rbd: { monitors: ['m'], image: 'i' } },
  { flexVolume: { driver: 'a/b' } },
  { cinder: { volumeID: 'v' } },
  { cephfs: { monitors: ['m'] } },
  { flocker: { datasetName: 'd' } },
  { fc: { targetWWNs: ['w'], lun: 1 } },
  { azureFile: { secretName: 's', shareName: 'n' } },
  { vsphereVolume: { volumePath: 'p' } },
  { quobyte: { registry: 'r:1', volume: 'v' } },
  { azureDisk: { diskName: 'd', diskURI: 'https://blob.example/d' } },
  { portworxVolume: { volumeID: 'v' } },
  { photonPersistentDisk: { pdID: 'p' } },
  { scaleIO: { gateway: 'g', system: 's', secretRef: { name: 's' }, volumeName: 'v' } },
  { storageos: { volumeName: 'v', volumeNamespace: 'n' } },
];

const maybe = <T>(arbitrary: fc.Arbitrary<T>, oneIn = 2): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: oneIn });

const profile = fc.constantFrom(
  { type: 'RuntimeDefault' },
  { type: 'RuntimeDefault' },
  { type: 'Localhost', localhostProfile: 'p.json' },
  { type: 'Unconfined' },
);

const seLinuxOptions = fc.record(
  {
    type: fc.constantFrom('container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t', 'spc_t', ''),
    user: fc.constantFrom('system_u', ''),
    role: fc.constantFrom('system_r', ''),
    level: fc.constant('s0'),
  },
  { requiredKeys: [] },
);

/** How far a pod strays: most fields of a tame pod are as restricted wants them, so that both verdicts are frequent. */
const temper = fc.constantFrom('tame', 'mild', 'wild');
type Temper = 'tame' | 'mild' | 'wild';

const ODDS: Readonly<Record<Temper, number>> = { tame: 60, mild: 10, wild: 2 };

/** Mostly `good`, once in `ODDS` the other one. */
function stray<T>(how: Temper, good: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: ODDS[how], arbitrary: good }, { weight: 1, arbitrary: other });
}

const none = fc.constant(undefined);

function linuxContext(how: Temper): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .record({
      privileged: stray<boolean | undefined>(how, maybe(fc.constant(false)), fc.constant(true)),
      allowPrivilegeEscalation: stray<boolean | undefined>(how, fc.constant(false), maybe(fc.constant(true))),
      runAsNonRoot: stray<boolean | undefined>(how, maybe(fc.constant(true)), fc.constant(false)),
      runAsUser: stray<number | undefined>(how, maybe(fc.constantFrom(1000, 65534)), fc.constant(0)),
      procMount: stray<string | undefined>(how, maybe(fc.constant('Default')), fc.constant('Unmasked')),
      capabilities: stray<Record<string, unknown> | undefined>(
        how,
        fc.constantFrom({ drop: ['ALL'] }, { drop: ['ALL'], add: ['NET_BIND_SERVICE'] }),
        maybe(
          fc.record(
            { add: fc.subarray(CAPABILITIES, { maxLength: 3 }), drop: fc.subarray(CAPABILITIES, { maxLength: 2 }) },
            { requiredKeys: [] },
          ),
        ),
      ),
      seccompProfile: stray<Record<string, unknown> | undefined>(how, maybe(profile), maybe(profile)),
      appArmorProfile: stray<Record<string, unknown> | undefined>(how, none, profile),
      seLinuxOptions: stray<Record<string, unknown> | undefined>(how, none, seLinuxOptions),
    })
    .map((context) => {
      // Validation refuses these two together with allowPrivilegeEscalation=false.
      const added = context.capabilities?.['add'];
      const isAdmin = Array.isArray(added) && added.includes('SYS_ADMIN');
      if (context.privileged !== true && !isAdmin) return context;
      return { ...context, allowPrivilegeEscalation: undefined };
    });
}

function handler(how: Temper): fc.Arbitrary<Record<string, unknown>> {
  const host = stray<string | undefined>(how, none, fc.constantFrom('10.0.0.1', 'example.com', '169.254.169.254'));
  return fc.oneof(
    host.map((one) => ({ httpGet: { port: 80, path: '/', host: one } })),
    host.map((one) => ({ tcpSocket: { port: 80, host: one } })),
    fc.constant({ exec: { command: ['true'] } }),
  );
}

interface ContainerOptions {
  readonly how: Temper;
  readonly name: string;
  readonly hostNetwork: boolean;
  readonly windows: boolean;
  readonly hostProcess: boolean;
  readonly init: boolean;
  readonly index: number;
}

function container(options: ContainerOptions): fc.Arbitrary<Record<string, unknown>> {
  const { how, name, index } = options;
  const port = 8000 + index;
  const hostPorts = [port, 20_000 + index].map((hostPort) => ({
    containerPort: port,
    hostPort: options.hostNetwork ? port : hostPort,
  }));
  return fc.record({
    name: fc.constant(name),
    image: fc.constant('registry.example/app:1.0'),
    terminationMessagePolicy: fc.constant('File'),
    ports: stray<unknown>(
      how,
      fc.constantFrom(undefined, [{ containerPort: port }]),
      fc.constantFrom(...hostPorts.map((one) => [one])),
    ),
    securityContext: options.windows
      ? fc.constantFrom(
          undefined,
          { runAsNonRoot: true },
          ...(options.hostProcess ? [{ windowsOptions: { hostProcess: true } }] : []),
        )
      : stray<unknown>(how, linuxContext(how), none),
    ...(options.init
      ? {}
      : {
          livenessProbe: maybe(handler(how), 1),
          readinessProbe: maybe(handler(how), 1),
          startupProbe: maybe(handler(how), 1),
          lifecycle: maybe(fc.record({ postStart: handler(how), preStop: handler(how) }, { requiredKeys: [] }), 1),
        }),
  });
}

interface Frame {
  readonly how: Temper;
  readonly os: string | undefined;
  readonly host: Record<string, unknown>;
  readonly hostUsers: boolean | undefined;
  readonly names: readonly string[];
  readonly init: number;
  readonly hostProcess: boolean;
}

const frame: fc.Arbitrary<Frame> = temper.chain((how) =>
  fc
    .record({
      how: fc.constant(how),
      os: fc.oneof({ weight: 8, arbitrary: none }, { weight: 2, arbitrary: fc.constantFrom('linux', 'windows') }),
      host: stray<Record<string, unknown>>(
        how,
        fc.constant({}),
        fc.constantFrom(
          { hostNetwork: true },
          { hostPID: true },
          { hostIPC: true },
          { hostNetwork: true, hostPID: true, hostIPC: true },
        ),
      ),
      hostUsers: fc.constantFrom(undefined, undefined, undefined, true, false),
      names: fc.subarray(['app', 'b', 'proxy', 'zz'], { minLength: 1, maxLength: 4 }),
      init: fc.nat({ max: 2 }),
      hostProcess: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    })
    .map((one) => {
      if (one.os === 'windows') {
        return { ...one, hostUsers: undefined, host: one.hostProcess ? { hostNetwork: true } : {} };
      }
      const isHost = Object.keys(one.host).length > 0;
      return { ...one, hostProcess: false, hostUsers: isHost ? undefined : one.hostUsers };
    }),
);

function podContext({ how, os, host }: Frame): fc.Arbitrary<Record<string, unknown> | undefined> {
  if (os === 'windows') return fc.constantFrom(undefined, { runAsNonRoot: true });
  const free = SYSCTLS.filter(([name]) => !(name.startsWith('net') && 'hostNetwork' in host)).filter(
    ([name]) => !(name.startsWith('kernel') && 'hostIPC' in host),
  );
  return stray<Record<string, unknown> | undefined>(
    how,
    fc.record({
      runAsNonRoot: stray<boolean | undefined>(how, fc.constantFrom(true, true, undefined), fc.constant(false)),
      runAsUser: stray<number | undefined>(how, maybe(fc.constant(1000)), fc.constant(0)),
      seccompProfile: stray<unknown>(how, fc.constant({ type: 'RuntimeDefault' }), maybe(profile)),
      appArmorProfile: stray<unknown>(how, none, profile),
      seLinuxOptions: stray<unknown>(how, none, seLinuxOptions),
      sysctls: stray<unknown>(
        how,
        none,
        fc
          .subarray(free, { maxLength: Math.min(3, free.length) })
          .map((list) => list.map(([name, value]) => ({ name, value }))),
      ),
    }),
    none,
  );
}

function annotations({ how, names, os }: Frame): fc.Arbitrary<Record<string, string> | undefined> {
  const value = fc.constantFrom('runtime/default', 'localhost/p', 'unconfined');
  const keys = (prefix: string): string[] => names.map((name) => `${prefix}${name}`);
  const appArmor = keys('container.apparmor.security.beta.kubernetes.io/');
  const seccomp = [
    ...keys('container.seccomp.security.alpha.kubernetes.io/'),
    'seccomp.security.alpha.kubernetes.io/pod',
  ];
  const all = os === 'windows' ? seccomp : [...appArmor, ...seccomp];
  return stray<Record<string, string> | undefined>(
    how,
    none,
    fc
      .subarray(all, { minLength: 1, maxLength: Math.min(3, all.length) })
      .chain((chosen) => fc.tuple(...chosen.map((key) => fc.tuple(fc.constant(key), value))).map(Object.fromEntries)),
  );
}

/** One pod manifest without a namespace. */
export const generatedPod: fc.Arbitrary<Record<string, unknown>> = frame.chain((one) => {
  const common = {
    how: one.how,
    hostNetwork: 'hostNetwork' in one.host,
    windows: one.os === 'windows',
    hostProcess: one.hostProcess,
  };
  const containers = (names: readonly string[], init: boolean): fc.Arbitrary<Record<string, unknown>[]> =>
    fc.tuple(...names.map((name, at) => container({ ...common, name, init, index: init ? 100 + at : at })));
  return fc
    .record({
      containers: containers(one.names, false),
      initContainers: containers(['init-a', 'init-b'].slice(0, one.init), true),
      podContext: podContext(one),
      volumes: stray(
        one.how,
        fc.subarray(VOLUMES.slice(0, 10), { maxLength: 3 }),
        fc.subarray([...VOLUMES], { maxLength: 4 }),
      ),
      annotations: annotations(one),
      hostProcessOnPod: fc.boolean(),
    })
    .map((parts) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'generated', ...(parts.annotations === undefined ? {} : { annotations: parts.annotations }) },
      spec: {
        ...one.host,
        ...(one.os === undefined ? {} : { os: { name: one.os } }),
        ...(one.hostUsers === undefined ? {} : { hostUsers: one.hostUsers }),
        securityContext: one.hostProcess
          ? { windowsOptions: { hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM' } }
          : parts.podContext,
        containers: parts.containers,
        initContainers: parts.initContainers,
        volumes: parts.volumes.map((volume, at) => ({ name: `v${at}`, ...volume })),
      },
    }));
});
