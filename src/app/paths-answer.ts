import type { ResourceAttributes } from '../kube/rbac-rule.ts';
import { unitText } from './number-text.ts';

export interface Name {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
}

export interface Hop {
  readonly from: Name;
  readonly to: Name;
  readonly via: { readonly binding: Name; readonly role: Name };
  readonly condition: string;
  readonly request: {
    readonly resourceAttributes?: Omit<ResourceAttributes, 'type'>;
  };
}

export interface Path {
  readonly from: Name;
  readonly to: string;
  /** Of `namespace-admin`: of which; null: of every one. */
  readonly namespace: string | null;
  readonly hops: readonly Hop[];
}

/** The part of the answer of `paths SUBJECT -o json` that trees and graphs are made of. */
export interface PathsAnswer {
  readonly paths: readonly Path[];
  readonly cuts: readonly { readonly bindings: readonly Name[]; readonly closes: number }[];
  readonly holes?: readonly string[];
}

/** Bindings that would close paths, and what could not be read: a line each. */
export function pathNotes({ paths, cuts, holes = [] }: PathsAnswer): readonly string[] {
  return [
    ...cuts.map((cut) => `removing ${cut.bindings.map(nameText).join(', ')} closes ${cutText(cut.closes, paths)}`),
    ...holes.map((hole) => `not judged: ${hole}`),
  ];
}

/** What is said where there is no path. */
export const NO_PATH = 'leads to no cluster-admin, node, all Secrets or all of a namespace by RBAC';

/** What a path ends in. */
export function targetText({ to, namespace }: Pick<Path, 'to' | 'namespace'>): string {
  if (to === 'namespace-admin') return `all of ${namespace ?? 'every namespace'}`;
  return to === 'secrets' ? 'all Secrets' : to;
}

/** What is done in a hop: `create pods/exec in ci`. */
export function requestText({ request }: Hop): string {
  const asked = request.resourceAttributes;
  if (asked === undefined) return 'act';
  if (asked.verb === '*' && asked.resource === '*') return 'do everything';
  const resource = [asked.resource, asked.subresource].filter((part) => part !== '').join('/');
  const named = asked.name === '' ? '' : ` ${asked.name}`;
  return `${asked.verb} ${resource}${named}${asked.namespace === '' ? '' : ` in ${asked.namespace}`}`;
}

/** An object by kind and name. */
export function nameText({ kind, namespace, name }: Name): string {
  return `${kind} ${namespace === null || namespace === '' ? name : `${namespace}/${name}`}`;
}

function cutText(closes: number, paths: readonly unknown[]): string {
  return closes === paths.length ? unitText(closes, 'paths') : `${closes} of ${unitText(paths.length, 'paths')}`;
}
