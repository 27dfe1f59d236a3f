/** An API object as the demo cluster keeps it: the metadata typed, everything else as its maker wrote it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly unknown[];
}

/** The order of the fields in Go's ObjectMeta: clients that cut managedFields out of the bytes rely on it being last. */
const META_ORDER = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const satisfies readonly (keyof ObjectMeta)[];

/** What every body begins with, so that the metadata can be cut out of it without parsing. */
export const BODY_PREFIX = '{"metadata":';

/** An object's JSON without kind and apiVersion, and the length of its metadata in it. */
export interface ObjectBody {
  readonly body: string;
  readonly metaLength: number;
}

/**
 * Serialises an object as the API server does: built-in types in the order of the Go struct with sorted maps, custom
 * resources with every key sorted (they are Go maps).
 *
 * @param object the object; `kind` and `apiVersion` are left out
 * @param custom whether it is a custom resource
 */
export function serializeObject(object: KubeObject, custom: boolean): ObjectBody {
  const metadata = JSON.stringify(custom ? sortKeys(object.metadata) : orderMeta(object.metadata));
  const fields = Object.entries(object).filter(([key]) => key !== 'apiVersion' && key !== 'kind' && key !== 'metadata');
  if (custom) fields.sort(([a], [b]) => (a < b ? -1 : 1));
  let body = BODY_PREFIX + metadata;
  for (const [key, value] of fields) {
    if (value !== undefined) body += `,${JSON.stringify(key)}:${JSON.stringify(custom ? sortKeys(value) : value)}`;
  }
  return { body: `${body}}`, metaLength: metadata.length };
}

function orderMeta(metadata: ObjectMeta): Record<string, unknown> {
  const ordered: Record<string, unknown> = {};
  for (const field of META_ORDER) {
    const value = metadata[field];
    if (value === undefined) continue;
    ordered[field] = field === 'labels' || field === 'annotations' ? sortKeys(value) : value;
  }
  return ordered;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
