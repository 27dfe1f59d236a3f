import type { ClusterFacts } from '../../../src/model/change.ts';
import type { Coverage } from '../../../src/model/coverage.ts';
import type { Kind } from '../../../src/model/kind.ts';
import type { JsonObject } from '../../../src/sources/live/json-shape.ts';
import { keyOfRaw, type LiveSink } from '../../../src/sources/live/sink.ts';

/** A sink that keeps what a store would keep, and everything that was said of each kind. */
export class MirrorSink implements LiveSink {
  readonly objects = new Map<Kind, Map<string, JsonObject>>();
  readonly history: Coverage[] = [];
  known: Partial<ClusterFacts> = {};
  pages = 0;
  removed = 0;

  of(kind: Kind): Map<string, JsonObject> {
    let map = this.objects.get(kind);
    if (map === undefined) this.objects.set(kind, (map = new Map()));
    return map;
  }

  /** `status` or `status: reason`, of the last coverage of a kind. */
  statusOf(kind: Kind): string {
    return this.coverageOf(kind)?.status ?? 'unknown';
  }

  coverageOf(kind: Kind): Coverage | undefined {
    return this.history.findLast((coverage) => coverage.kind === kind);
  }

  page(kind: Kind, objects: readonly JsonObject[]): void {
    this.pages += 1;
    for (const object of objects) this.of(kind).set(keyOfRaw(object), object);
  }

  replaceDone(kind: Kind, namespaces: 'all' | readonly string[], seen: ReadonlySet<string>): void {
    for (const key of this.of(kind).keys()) {
      const isInScope = namespaces === 'all' || namespaces.includes(key.slice(0, key.indexOf('/')));
      if (isInScope && !seen.has(key)) this.of(kind).delete(key);
    }
  }

  upsert(kind: Kind, object: JsonObject): void {
    this.of(kind).set(keyOfRaw(object), object);
  }

  remove(kind: Kind, namespace: string, name: string): void {
    this.removed += 1;
    this.of(kind).delete(`${namespace}/${name}`);
  }

  status(coverage: Coverage): void {
    this.history.push(coverage);
  }

  facts(facts: Partial<ClusterFacts>): void {
    this.known = { ...this.known, ...facts };
  }
}
