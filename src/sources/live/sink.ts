import { exactText } from '../../kube/exact-text.ts';
import type { ClusterFacts } from '../../model/change.ts';
import type { Coverage } from '../../model/coverage.ts';
import type { Kind } from '../../model/kind.ts';
import { objectOf, textOf, type JsonObject } from './json-shape.ts';

/**
 * Where a live source puts what it reads. Everything is called synchronously, in the order in which it happened.
 * Objects are raw: strings are not yet sanitised, and typed lists give items without kind and apiVersion.
 */
export interface LiveSink {
  /** Some objects of a list that is under way, new or again. */
  page(kind: Kind, objects: readonly JsonObject[]): void;
  /**
   * A list is complete: what is in its scope and not in `seen` is gone. Together with the pages before it this replaces
   * the scope without ever showing less than was there. Not called after a list before which nothing was told.
   *
   * @param seen `namespace/name` as the store has them, with an empty namespace for cluster-scoped kinds
   */
  replaceDone(kind: Kind, namespaces: 'all' | readonly string[], seen: ReadonlySet<string>): void;
  upsert(kind: Kind, object: JsonObject): void;
  /** Namespace and name as the store has them. */
  remove(kind: Kind, namespace: string, name: string, uid: string): void;
  /** What can be seen of a kind, whenever it changes. */
  status(coverage: Coverage): void;
  /** What became known of the cluster itself. */
  facts(facts: Partial<ClusterFacts>): void;
}

/** Namespace and name of a raw object as the store has them. */
export function nameOfRaw(object: JsonObject): { readonly namespace: string; readonly name: string } {
  const { namespace, name } = objectOf(object['metadata']);
  return { namespace: exactText(textOf(namespace)), name: exactText(textOf(name)) };
}

/** The key of a raw object in `replaceDone`. */
export function keyOfRaw(object: JsonObject): string {
  const { namespace, name } = nameOfRaw(object);
  return `${namespace}/${name}`;
}
