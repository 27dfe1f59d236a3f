import { isSensitivePath, runtimeSocketUnder } from '../../kube/pod-security-sensitive.ts';
import type { PersistentVolumeObject } from '../../model/objects.ts';
import type { PodSpec, Volume } from '../../model/pod-spec.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { specPath } from './spec-path.ts';

/** A folder or file of the node that a pod mounts. */
export interface HostPathMount {
  readonly volume: string;
  readonly hostPath: string;
  /** The PersistentVolume that leads there; null for a hostPath volume. Pod security admission cannot see it. */
  readonly persistentVolume: string | null;
  readonly fieldPath: string;
  /** Containers that mount it, and whether any of them may write. */
  readonly containers: readonly string[];
  readonly writable: boolean;
  readonly sensitive: boolean;
  readonly runtimeSocket: string | undefined;
}

/** Whether a specification has volumes that may be host paths. */
export function mayMountHostPath({ volumes }: PodSpec): boolean {
  return volumes.some(({ hostPath, claimName }) => hostPath !== null || claimName !== null);
}

/** Host paths of a specification, hidden ones behind claims included. */
export function hostPathMounts(
  view: ClusterView,
  namespace: string,
  spec: PodSpec,
  kind: string,
): readonly HostPathMount[] {
  return spec.volumes.flatMap((volume) => {
    const source = hostPathOf(view, namespace, volume);
    if (source === undefined) return [];
    const mounts = spec.containers.flatMap((container) =>
      container.volumeMounts
        .filter((mount) => mount.name === volume.name)
        .map((mount) => ({ container: container.name, readOnly: mount.readOnly })),
    );
    const field = source.persistentVolume === null ? 'hostPath.path' : 'persistentVolumeClaim.claimName';
    return [
      {
        ...source,
        volume: volume.name,
        fieldPath: `${specPath(kind)}.volumes[name=${volume.name}].${field}`,
        containers: [...new Set(mounts.map((mount) => mount.container))],
        writable: mounts.some((mount) => !mount.readOnly),
        sensitive: isSensitivePath(source.hostPath),
        runtimeSocket: runtimeSocketUnder(source.hostPath),
      },
    ];
  });
}

function hostPathOf(
  view: ClusterView,
  namespace: string,
  volume: Volume,
): Pick<HostPathMount, 'hostPath' | 'persistentVolume'> | undefined {
  if (volume.hostPath !== null) return { hostPath: volume.hostPath, persistentVolume: null };
  if (volume.claimName === null) return undefined;
  const claim = view.get('PersistentVolumeClaim', namespace, volume.claimName);
  if (claim === undefined || claim.volumeName === '') return undefined;
  const persistent = view.get('PersistentVolume', '', claim.volumeName);
  const path = persistent === undefined ? null : (persistent.hostPath ?? sensitiveLocal(persistent));
  return path === null ? undefined : { hostPath: path, persistentVolume: claim.volumeName };
}

/** A `local` volume is there to give a disk of the node to a pod; one that leads to what the node lives by is a host path. */
function sensitiveLocal({ localPath }: PersistentVolumeObject): string | null {
  return localPath !== undefined && (isSensitivePath(localPath) || runtimeSocketUnder(localPath) !== undefined)
    ? localPath
    : null;
}
