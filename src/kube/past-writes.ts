import type { AuditObjectRef } from '../model/audit-event.ts';
import { kindInfo } from '../model/kind.ts';
import { PAST_KINDS, type PastKind } from '../model/observation.ts';

const KIND_OF_RESOURCE = new Map(PAST_KINDS.map((kind) => [resourceKey(kindInfo(kind)), kind] as const));

const WRITES = new Set(['create', 'update', 'patch', 'apply', 'delete', 'deletecollection']);

/** Subresources whose writes may change an object's labels, what a pod holds, or whether it is there. */
const SUBRESOURCES: Readonly<Partial<Record<PastKind, ReadonlySet<string>>>> = {
  Pod: new Set(['status', 'ephemeralcontainers', 'eviction']),
  Namespace: new Set(['status', 'finalize']),
};

/** The kind of object whose past a request would change; null for all other requests. */
export function pastKindWritten(verb: string, object: AuditObjectRef): PastKind | null {
  if (!WRITES.has(verb)) return null;
  // Without Calico's own API server its objects are served by the definitions below it.
  const group = object.apiGroup === 'crd.projectcalico.org' ? 'projectcalico.org' : object.apiGroup;
  const kind = KIND_OF_RESOURCE.get(resourceKey({ group, resource: object.resource }));
  if (kind === undefined) return null;
  return object.subresource === '' || SUBRESOURCES[kind]?.has(object.subresource) === true ? kind : null;
}

function resourceKey({ group, resource }: { readonly group: string; readonly resource: string }): string {
  return `${resource}.${group}`;
}
