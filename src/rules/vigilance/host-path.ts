/**
 * A hostPath volume is a folder of the node; a PersistentVolume of type hostPath is one too, and pod security admission
 * cannot see it, because the pod only names a claim.
 * Source: https://kubernetes.io/docs/concepts/storage/volumes/#hostpath, Pod Security Standards (baseline: hostPathVolumes).
 */
import { hostPathMounts, mayMountHostPath, type HostPathMount } from '../../analyses/vigilance/host-paths.ts';
import { findTraits } from '../../analyses/vigilance/privilege.ts';
import { attack, cis, nsa, owasp, podSecurityStandard } from '../references.ts';
import { rule } from '../rule.ts';

export const hostPath = rule({
  id: 'vigilance/host-path',
  subject: 'Workload',
  summary: 'Workloads that mount folders of their node',
  help: 'Through a writable host path a container changes the node; through /etc, /var/lib/kubelet and the like it reads the credentials of the node and of other pods. Use another kind of volume; where a node agent needs a path, mount the narrowest one, read-only.',
  references: [cis('5.2.11'), owasp('K01'), nsa('1.4'), attack('T1611'), podSecurityStandard('baseline')],
  needs: ['Pod', 'PersistentVolume', 'PersistentVolumeClaim'],
  concerns: mayMountHostPath,
  check(subject, view) {
    const { kind, namespace } = subject.ref;
    const all = new Map<string, HostPathMount>();
    const found = findTraits(subject, 'low', (spec) =>
      hostPathMounts(view, namespace, spec, kind)
        // The runtime's socket is a finding of its own.
        .filter((mount) => mount.runtimeSocket === undefined)
        .map((mount) => {
          all.set(mount.fieldPath, mount);
          return { text: textOf(mount), path: mount.fieldPath };
        }),
    );
    if (found === undefined) return [];
    const mounts = [...all.values()];
    const sensitive = mounts.filter((mount) => mount.sensitive);
    const isWritable = sensitive.some((mount) => mount.writable);
    const worst = findTraits(
      subject,
      isWritable ? 'high' : sensitive.length > 0 ? 'medium' : 'low',
      () => found.traits,
    );
    const shown = sensitive.length > 0 ? sensitive : mounts;
    const paths = [...new Set(shown.map((mount) => mount.hostPath))];
    return [
      {
        severity: worst?.severity ?? found.severity,
        advisory: found.advisory,
        title: `Mounts ${sensitive.length > 0 ? 'sensitive paths' : 'folders'} of its node: ${paths.join(', ')}`,
        why: `${mounts.some((mount) => mount.writable) ? 'The pod can change the node through them' : 'The pod reads the node through them'}; ${
          mounts.some((mount) => mount.persistentVolume !== null)
            ? 'a PersistentVolume leads there, which pod security admission cannot see.'
            : 'they stay when the pod goes.'
        }${found.note}`,
        evidence: found.evidence,
        members: found.members,
      },
    ];
  },
});

function textOf(mount: HostPathMount): string {
  const via = mount.persistentVolume === null ? '' : ` through PersistentVolume ${mount.persistentVolume}`;
  const access = mount.containers.length === 0 ? 'not mounted' : mount.writable ? 'writable' : 'read-only';
  return `volume ${mount.volume} is ${mount.hostPath} of the node${via}, ${access}`;
}
