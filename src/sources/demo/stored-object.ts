import { BODY_PREFIX, type KubeObject } from './kube-object.ts';
import type { ServedKind } from './served-kinds.ts';

/** An object in one of its versions, kept as the JSON that goes onto the wire. */
export interface StoredObject {
  /** `namespace/name`, or the name alone; the order of lists. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly rv: number;
  /** JSON without kind and apiVersion, beginning with the metadata. */
  readonly body: string;
  readonly metaLength: number;
}

/** The JSON of an object's metadata, cut out of its body. */
export function metadataJson(stored: StoredObject): string {
  return stored.body.slice(BODY_PREFIX.length, BODY_PREFIX.length + stored.metaLength);
}

/** The parsed metadata of a stored object. */
export function metadataOf(stored: StoredObject): KubeObject['metadata'] {
  const metadata: KubeObject['metadata'] = JSON.parse(metadataJson(stored));
  return metadata;
}

/** Parses a stored object back, in the preferred version of its kind. */
export function parseStored(stored: StoredObject, kind: ServedKind): KubeObject {
  const body: Pick<KubeObject, 'metadata'> = JSON.parse(stored.body);
  return {
    apiVersion: groupVersion(kind.group, kind.versions[0] ?? 'v1'),
    kind: kind.kind,
    ...body,
  };
}

/** `group/version`, or the version alone in the core group. */
export function groupVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}
