import { exactText } from '../../kube/exact-text.ts';
import { removedApi } from '../../kube/removed-apis.ts';
import { sanitise } from '../../kube/sanitise.ts';
import { kindInfo, type Kind } from '../../model/kind.ts';
import type { FileLocation, ManagerEntry, Meta, OwnerReference } from '../../model/objects.ts';
import { MANAGED_KINDS } from '../../model/written-kinds.ts';
import { keptAnnotations } from './annotations.ts';
import type { Interner } from './interner.ts';
import { isObject, object, objects, text, timeOrNull, type JsonObject } from './json-reading.ts';
import { ofLast } from './of-last.ts';
import { createRecentCache, type RecentCache } from './recent-cache.ts';

/** Kinds whose last writer a rule reads. ReplicaSets and pods are written by controllers, so their entries are cut. */
const WITH_MANAGERS: ReadonlySet<Kind> = new Set<Kind>(MANAGED_KINDS);

const NO_OWNERS: readonly OwnerReference[] = Object.freeze([]);
const NO_MANAGERS: readonly ManagerEntry[] = Object.freeze([]);
const CACHED_OWNERS = 16_384;

export interface MetaReader {
  /** The metadata of one object. Never throws; what is missing reads as '' or empty. */
  read(raw: JsonObject, kind: Kind, location: FileLocation | null): Meta;
}

/**
 * @param defaultNamespace the namespace of namespaced objects that name none (files)
 */
export function createMetaReader(interner: Interner, defaultNamespace: string): MetaReader {
  const ownerCache = createRecentCache<readonly OwnerReference[]>(CACHED_OWNERS);
  const labels = ofLast((raw) => interner.labels(raw));
  const annotations = ofLast((raw) => keptAnnotations(raw, interner));
  const owners = ofLast((raw) => ownersOf(raw, interner, ownerCache));
  return {
    read(raw, kind, location) {
      const metadata = object(raw['metadata']);
      return {
        namespace: kindInfo(kind).namespaced ? interner.string(metadata['namespace']) || defaultNamespace : '',
        name: nameOf(metadata),
        uid: sanitise(text(metadata['uid'])),
        labels: labels(metadata['labels']),
        annotations: annotations(metadata['annotations']),
        created: timeOrNull(metadata['creationTimestamp']),
        owners: owners(metadata['ownerReferences']),
        deleting: text(metadata['deletionTimestamp']) !== '',
        managers: WITH_MANAGERS.has(kind) ? managersOf(metadata['managedFields'], kind, interner) : NO_MANAGERS,
        location,
      };
    },
  };
}

/** The name; `prefix*` for a manifest that lets the server choose the rest (generateName). */
export function nameOf(metadata: JsonObject): string {
  const name = text(metadata['name']);
  if (name !== '') return exactText(name);
  const prefix = text(metadata['generateName']);
  return prefix === '' ? '' : `${exactText(prefix)}*`;
}

function ownersOf(
  value: unknown,
  interner: Interner,
  cache: RecentCache<readonly OwnerReference[]>,
): readonly OwnerReference[] {
  if (!Array.isArray(value) || value.length === 0) return NO_OWNERS;
  const key = JSON.stringify(value);
  const hit = cache.get(key);
  if (hit !== undefined) return hit;
  const owners = objects(value).map((owner) => ({
    apiVersion: interner.string(owner['apiVersion']),
    kind: interner.string(owner['kind']),
    name: interner.string(owner['name']),
    controller: owner['controller'] === true,
  }));
  cache.set(key, owners);
  return owners;
}

/** managedFields reduced to who, when, in which old API version, and which `data` keys: never more than names. */
function managersOf(value: unknown, kind: Kind, interner: Interner): readonly ManagerEntry[] {
  const entries = objects(value);
  if (entries.length === 0) return NO_MANAGERS;
  return entries.map((entry) => {
    const fields = object(entry['fieldsV1']);
    const data = fields['f:data'];
    return {
      manager: interner.string(entry['manager']),
      operation: interner.string(entry['operation']),
      time: timeOrNull(entry['time']),
      ownsData: isObject(data) || isObject(fields['f:stringData']),
      dataKeys: Object.keys(object(data))
        .filter((field) => field.startsWith('f:'))
        .map((field) => interner.string(field.slice(2))),
      ...(removedApi(text(entry['apiVersion']), kindInfo(kind).kind) === undefined
        ? {}
        : { removedApi: interner.string(entry['apiVersion']) }),
    };
  });
}
