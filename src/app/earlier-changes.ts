import { refOf, refText } from '../kube/object-ref.ts';
import type { KubeObject } from '../model/objects.ts';
import { WRITTEN_KINDS } from '../model/written-kinds.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import type { EarlierChange } from './session-model.ts';

const MOST = 50;

/** Controllers that keep an object's status: what they write is no change that anybody made. */
const STATUS_WRITERS: ReadonlySet<string> = new Set(['kube-controller-manager', 'kube-scheduler', 'kubelet']);

/** The server sets both within the same second where an object is created. */
const SAME_WRITE = 2000;

/**
 * What was written last before the session began, by the times that objects carry themselves: creation, and the newest
 * entry of managedFields, which names the client (never the user: that is in the audit log only).
 *
 * @returns the newest first, one for each object
 */
export function earlierChanges(view: ClusterView): readonly EarlierChange[] {
  return WRITTEN_KINDS.flatMap((kind) => view.list(kind))
    .flatMap((object) => lastWrite(object) ?? [])
    .sort((a, b) => b.time - a.time || (a.text < b.text ? -1 : 1))
    .slice(0, MOST);
}

function lastWrite(object: KubeObject): EarlierChange | undefined {
  const { client, time } = lastWriteOf(object);
  if (isMadeByOwner(object) || object.created === null || time === null) return undefined;
  const what = time - object.created <= SAME_WRITE ? 'created' : 'changed';
  const ref = refOf(object);
  return { time, text: `${refText(ref)} ${what}${client === '' ? '' : ` with ${client}`}`, object: ref };
}

/** What a controller made of another object is told by that object. */
export function isMadeByOwner({ owners }: KubeObject): boolean {
  return owners.some((owner) => owner.controller);
}

/** When an object was last written, and with which client ('': not told); null for objects without times. */
export function lastWriteOf({ created, managers }: KubeObject): {
  readonly client: string;
  readonly time: number | null;
} {
  let last = { client: '', time: created };
  for (const { manager, time } of managers) {
    if (time === null || time < (last.time ?? 0) || STATUS_WRITERS.has(manager)) continue;
    last = { client: manager, time };
  }
  return last;
}
