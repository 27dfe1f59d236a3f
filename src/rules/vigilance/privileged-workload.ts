/**
 * A privileged container has every capability, all devices and no seccomp or AppArmor confinement: root in it is root
 * on the node. A Windows HostProcess container runs on the node itself.
 * Source: https://kubernetes.io/docs/concepts/security/linux-kernel-security-constraints/#privileged-containers,
 * Pod Security Standards (baseline: privileged, windowsHostProcess).
 */
import { containerTraits, findTraits, type Trait } from '../../analyses/vigilance/privilege.ts';
import { specPath } from '../../analyses/vigilance/spec-path.ts';
import type { Evidence } from '../../model/finding.ts';
import type { PodSpec } from '../../model/pod-spec.ts';
import { attack, cis, nsa, owasp, podSecurityStandard } from '../references.ts';
import { rule } from '../rule.ts';

const REFERENCES = [owasp('K01'), nsa('1.2'), attack('T1611'), podSecurityStandard('baseline')];
const PRIVILEGED = [cis('5.2.2'), ...REFERENCES];
const WINDOWS = [cis('5.2.10'), ...REFERENCES];
const BOTH = [cis('5.2.2'), ...WINDOWS];

export const privilegedWorkload = rule({
  id: 'vigilance/privileged-workload',
  subject: 'Workload',
  summary: 'Workloads with privileged or HostProcess containers',
  help: 'Whoever takes over such a container has the node, and with it every pod, token and secret there. Remove privileged and grant the one capability or device that is needed; if it is a node agent that cannot do without, keep it in a namespace of its own and waive this finding.',
  references: BOTH,
  needs: ['Pod'],
  concerns: (spec) => traits(spec, '').length > 0,
  check(subject) {
    const { kind } = subject.ref;
    const found = findTraits(subject, 'high', (spec) => traits(spec, kind));
    if (found === undefined) return [];
    const { severity, note, advisory, evidence, members } = found;
    return [
      {
        severity,
        advisory,
        references: evidence.some(isWindows) ? (evidence.every(isWindows) ? WINDOWS : BOTH) : PRIVILEGED,
        title: 'Runs privileged containers',
        why: `${evidence.length === 1 ? 'A container has' : `${evidence.length} containers have`} full access to the node: taking it over is taking over the node.${note}`,
        evidence,
        members,
        remedies: ['vigilance/security-context-patch'],
      },
    ];
  },
});

function isWindows({ path }: Evidence): boolean {
  return path?.endsWith('.hostProcess') === true;
}

function traits(spec: PodSpec, kind: string): readonly Trait[] {
  const onPod = spec.securityContext.windowsOptions?.hostProcess === true;
  return [
    ...containerTraits(spec, kind, 'securityContext.privileged', ({ name, securityContext }) =>
      securityContext.privileged === true ? `container ${name} is privileged` : undefined,
    ),
    ...(onPod
      ? [
          {
            text: 'the pod runs as a Windows HostProcess',
            path: `${specPath(kind)}.securityContext.windowsOptions.hostProcess`,
          },
        ]
      : []),
    ...containerTraits(spec, kind, 'securityContext.windowsOptions.hostProcess', ({ name, securityContext }) =>
      securityContext.windowsOptions?.hostProcess === true
        ? `container ${name} is a Windows HostProcess container`
        : undefined,
    ),
  ];
}
