import { describe, expect, it } from 'vitest';
import { evaluatePodSecurity, NEWEST_POLICY_MINOR, violationsAt, violationsText } from '../../src/kube/pod-security.ts';
import type { PodSpec } from '../../src/model/pod-spec.ts';
import { createInterner } from '../../src/sources/slim/interner.ts';
import { createPodSpecSlimmer } from '../../src/sources/slim/pod-spec.ts';

const slimmer = createPodSpecSlimmer(createInterner());

interface Parts {
  readonly pod?: Record<string, unknown>;
  readonly context?: Record<string, unknown>;
  readonly container?: Record<string, unknown>;
  readonly containerContext?: Record<string, unknown>;
  readonly annotations?: Record<string, string>;
}

/** A pod that restricted admits at every version, with changes. */
function spec({ pod, context, container, containerContext, annotations = {} }: Parts = {}): PodSpec {
  const raw = {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' }, ...context },
    containers: [
      {
        name: 'a',
        image: 'registry.example/a:1',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, ...containerContext },
        ...container,
      },
    ],
    ...pod,
  };
  return slimmer.slim(raw, { annotations }, true);
}

/** The first and last minors at which a level refuses the pod because of `check`; undefined where none does. */
function refusedBetween(pod: PodSpec, level: 'baseline' | 'restricted', check: string): [number, number] | undefined {
  const minors = Array.from({ length: NEWEST_POLICY_MINOR + 1 }, (_, minor) => minor).filter((minor) =>
    violationsAt(pod, level, minor).some((violation) => violation.check === check),
  );
  const [first] = minors;
  const last = minors.at(-1);
  if (first === undefined || last === undefined) return undefined;
  expect(minors).toHaveLength(last - first + 1);
  return [first, last];
}

const sysctl = (name: string): Parts => ({ context: { sysctls: [{ name, value: '1' }] } });
const LAST = NEWEST_POLICY_MINOR;
const GATES: readonly (readonly [string, 'baseline' | 'restricted', Parts, string, [number, number] | undefined])[] = [
  ['sysctl of 1.27', 'baseline', sysctl('net.ipv4.ip_local_reserved_ports'), 'sysctls', [0, 26]],
  ['sysctl of 1.29', 'baseline', sysctl('net.ipv4.tcp_fin_timeout'), 'sysctls', [0, 28]],
  ['sysctl of 1.32', 'baseline', sysctl('net.ipv4.tcp_rmem'), 'sysctls', [0, 31]],
  ['sysctl of 1.37', 'baseline', sysctl('net.ipv4.tcp_notsent_lowat'), 'sysctls', [0, 36]],
  ['unsafe sysctl', 'baseline', sysctl('kernel.msgmax'), 'sysctls', [0, LAST]],
  [
    'SELinux type of 1.31',
    'baseline',
    { context: { seLinuxOptions: { type: 'container_engine_t' } } },
    'seLinuxOptions',
    [0, 30],
  ],
  [
    'probe host',
    'baseline',
    { container: { livenessProbe: { httpGet: { port: 80, host: '10.0.0.1' } } } },
    'hostProbesAndHostLifecycle',
    [34, LAST],
  ],
  [
    'seccomp annotation',
    'baseline',
    { annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' } },
    'seccompProfile_baseline',
    [0, 18],
  ],
  [
    'container seccomp annotation',
    'baseline',
    { annotations: { 'container.seccomp.security.alpha.kubernetes.io/a': 'unconfined' } },
    'seccompProfile_baseline',
    [0, 18],
  ],
  [
    'seccomp field',
    'baseline',
    { context: { seccompProfile: { type: 'Unconfined' } } },
    'seccompProfile_baseline',
    [19, LAST],
  ],
  [
    'procMount in a user namespace, baseline',
    'baseline',
    { pod: { hostUsers: false }, containerContext: { procMount: 'Unmasked' } },
    'procMount',
    [0, 34],
  ],
  [
    'procMount in a user namespace, restricted',
    'restricted',
    { pod: { hostUsers: false }, containerContext: { procMount: 'Unmasked' } },
    'procMount_restricted',
    [35, LAST],
  ],
  [
    'root in a user namespace',
    'restricted',
    { pod: { hostUsers: false }, context: { runAsNonRoot: false } },
    'runAsNonRoot',
    [0, 34],
  ],
  ['runAsUser 0', 'restricted', { context: { runAsUser: 0 } }, 'runAsUser', [23, LAST]],
  [
    'runAsUser 0 in a user namespace',
    'restricted',
    { pod: { hostUsers: false }, context: { runAsUser: 0 } },
    'runAsUser',
    [23, 34],
  ],
  [
    'privilege escalation unset',
    'restricted',
    { containerContext: { allowPrivilegeEscalation: undefined } },
    'allowPrivilegeEscalation',
    [8, LAST],
  ],
  [
    'privilege escalation unset on Windows',
    'restricted',
    { pod: { os: { name: 'windows' } }, containerContext: { allowPrivilegeEscalation: undefined } },
    'allowPrivilegeEscalation',
    [8, 24],
  ],
  [
    'capabilities kept',
    'restricted',
    { containerContext: { capabilities: undefined } },
    'capabilities_restricted',
    [22, LAST],
  ],
  [
    'added capability before restricted has its own check',
    'restricted',
    { containerContext: { capabilities: { add: ['NET_RAW'] } } },
    'capabilities_baseline',
    [0, 21],
  ],
  ['seccomp unset', 'restricted', { context: { seccompProfile: undefined } }, 'seccompProfile_restricted', [19, LAST]],
  [
    'hostPath is told by restrictedVolumes only',
    'restricted',
    { pod: { volumes: [{ name: 'v', hostPath: { path: '/' } }] } },
    'hostPathVolumes',
    undefined,
  ],
  [
    'nfs volume',
    'restricted',
    { pod: { volumes: [{ name: 'v', nfs: { server: 's', path: '/' } }] } },
    'restrictedVolumes',
    [0, LAST],
  ],
];

describe('version gates', () => {
  it.each(GATES)('%s', (_name, level, parts, check, expected) => {
    expect(refusedBetween(spec(parts), level, check)).toEqual(expected);
  });

  it('admits a restricted pod at every version', () => {
    for (let minor = 0; minor <= LAST; minor += 1) expect(evaluatePodSecurity(spec(), minor).level).toBe('restricted');
  });

  it('judges a version that is not known yet by the newest one', () => {
    const pod = spec(sysctl('net.ipv4.tcp_notsent_lowat'));
    expect(evaluatePodSecurity(pod, 99)).toEqual(evaluatePodSecurity(pod, LAST));
  });
});

describe('levels and texts', () => {
  it('visits init and ephemeral containers, in the order of the API server', () => {
    const context = { securityContext: { privileged: true } };
    const pod = spec({
      pod: {
        ephemeralContainers: [{ name: 'z', image: 'i', ...context }],
        initContainers: [{ name: 'b', image: 'i', ...context }],
      },
    });
    const privileged = evaluatePodSecurity(pod, 36).violations.find((violation) => violation.check === 'privileged');
    expect(privileged?.detail).toBe('containers "b", "z" must not set securityContext.privileged=true');
  });

  it('words violations as the API server does', () => {
    const pod = spec({ pod: { hostNetwork: true, hostPID: true }, container: { ports: [{ containerPort: 80 }] } });
    expect(violationsText(violationsAt(pod, 'baseline', 36))).toBe(
      'host namespaces (hostNetwork=true, hostPID=true), hostPort (container "a" uses hostPort 80)',
    );
  });

  it('takes the weakest level that a check leaves', () => {
    expect(evaluatePodSecurity(spec({ context: { runAsNonRoot: undefined } }), 36).level).toBe('baseline');
    expect(evaluatePodSecurity(spec({ pod: { hostIPC: true } }), 36).level).toBe('privileged');
  });

  it('takes a volume without a source for an emptyDir, and an unknown source for unknown', () => {
    expect(evaluatePodSecurity(spec({ pod: { volumes: [{ name: 'v' }] } }), 36).level).toBe('restricted');
    const future = evaluatePodSecurity(spec({ pod: { volumes: [{ name: 'v', hologram: {} }] } }), 36);
    expect(future.violations.map((one) => one.detail)).toEqual(['volume "v" uses restricted volume type "unknown"']);
  });
});
