/**
 * Whoever speaks to the container runtime's socket starts any container on the node, privileged ones included; the
 * socket knows no authorization, and read-only mounts do not limit what is sent through it.
 * Source: https://docs.docker.com/engine/security/#docker-daemon-attack-surface; Trivy KSV-0006, Kubescape C-0074.
 */
import { hostPathMounts, mayMountHostPath } from '../../analyses/vigilance/host-paths.ts';
import { findTraits } from '../../analyses/vigilance/privilege.ts';
import { attack, cis, nsa, owasp, podSecurityStandard } from '../references.ts';
import { rule } from '../rule.ts';

export const runtimeSocket = rule({
  id: 'vigilance/runtime-socket',
  subject: 'Workload',
  summary: "Workloads that mount the container runtime's socket",
  help: 'The socket is root on the node. Build images without a daemon (BuildKit rootless, Kaniko successors), read metrics from the kubelet instead, and remove the volume.',
  references: [cis('5.2.11'), owasp('K01'), nsa('1.4'), attack('T1611'), podSecurityStandard('baseline')],
  needs: ['Pod', 'PersistentVolume', 'PersistentVolumeClaim'],
  concerns: mayMountHostPath,
  check(subject, view) {
    const { kind, namespace } = subject.ref;
    const found = findTraits(subject, 'critical', (spec) =>
      hostPathMounts(view, namespace, spec, kind).flatMap((mount) =>
        mount.runtimeSocket === undefined
          ? []
          : [
              {
                text: `volume ${mount.volume} is ${mount.hostPath} of the node, which gives ${mount.runtimeSocket}`,
                path: mount.fieldPath,
              },
            ],
      ),
    );
    if (found === undefined) return [];
    return [
      {
        severity: found.severity,
        advisory: found.advisory,
        title: "Mounts the container runtime's socket",
        why: `The pod can start any container on its node, privileged ones included.${found.note}`,
        evidence: found.evidence,
        members: found.members,
      },
    ];
  },
});
