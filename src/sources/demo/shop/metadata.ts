import { createHash } from 'node:crypto';
import type { KubeObject, ObjectMeta, OwnerReference } from '../kube-object.ts';
import { rfc3339, uidFor } from '../object-store.ts';

const DAY = 24 * 60 * 60 * 1000;

/** The moment that lies so many days before `now`, as Kubernetes writes it. */
export function daysBefore(now: number, days: number): string {
  return rfc3339(now - days * DAY);
}

/** The uid that the demo cluster gives to the object of this kind and name. */
export function uidOf(kind: string, namespace: string, name: string): string {
  return uidFor(`shop/${kind}/${namespace}/${name}`);
}

/** What objects need besides their names. */
export interface MetaExtras {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly generateName?: string;
  readonly generation?: number;
  readonly managedFields?: readonly unknown[];
}

/**
 * Metadata with a stable uid.
 *
 * @param namespace empty for objects of the cluster scope
 * @param createdAt in RFC 3339
 */
export function metaOf(
  kind: string,
  namespace: string,
  name: string,
  createdAt: string,
  extras: MetaExtras = {},
): ObjectMeta {
  return {
    name,
    ...(namespace === '' ? {} : { namespace }),
    uid: uidOf(kind, namespace, name),
    creationTimestamp: createdAt,
    ...extras,
  };
}

/** The reference by which a controller owns its objects. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? uidOf(owner.kind, owner.metadata.namespace ?? '', owner.metadata.name),
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The letters of generated names (apimachinery util/rand: no vowels, nothing that looks like another). */
const NAME_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** The random-looking end of a generated name, the same for the same text. */
export function nameSuffix(text: string, length: number): string {
  const digest = createHash('sha256').update(text).digest();
  return Array.from({ length }, (_, index) => NAME_LETTERS[(digest[index] ?? 0) % NAME_LETTERS.length]).join('');
}
