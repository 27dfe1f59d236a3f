import type { ObjectStore } from './object-store.ts';
import type { ServedKind } from './served-kinds.ts';

/** A request for a resource, as its path names it. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

/**
 * Reads `/api/v1/…` and `/apis/<group>/<version>/…` (k8s.io/apiserver pkg/endpoints/request/requestinfo.go).
 *
 * @returns undefined for paths that name no resource, such as `/version` or `/apis/apps/v1`
 */
export function resourcePath(pathname: string): ResourcePath | undefined {
  const parts = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return undefined;
  const group = core ? '' : (parts[1] ?? '');
  const version = parts[core ? 1 : 2] ?? '';
  const rest = parts.slice(core ? 2 : 3);
  const [first, second, third, fourth = '', fifth = ''] = rest;
  if (first === undefined) return undefined;
  if (first === 'namespaces' && second !== undefined && third !== undefined) {
    return { group, version, resource: third, namespace: second, name: fourth, subresource: fifth };
  }
  // A request for a namespace object is a request in that namespace.
  const namespace = first === 'namespaces' && core ? (second ?? '') : '';
  return { group, version, resource: first, namespace, name: second ?? '', subresource: third ?? '' };
}

/** The kind that a path names in this version, or undefined where the server has none. */
export function servedKind(store: ObjectStore, path: ResourcePath): ServedKind | undefined {
  const kind = store.kindOfResource(path.group, path.resource);
  return kind !== undefined && kind.versions.includes(path.version) ? kind : undefined;
}

/** Whether anything is served under a path's group and version; where nothing is, not even the 404 is a Status. */
export function servesGroupVersion(store: ObjectStore, path: ResourcePath): boolean {
  return store.kinds().some((kind) => kind.group === path.group && kind.versions.includes(path.version));
}
