import type { Kind } from '../../model/kind.ts';
import type { JsonObject } from './json-shape.ts';
import { keyOfRaw, type LiveSink } from './sink.ts';

/** Gathers the initial events of a watch list into pages, and remembers what was there. */
export class InitialEvents {
  readonly seen = new Set<string>();
  readonly #kind: Kind;
  readonly #sink: LiveSink;
  #page: JsonObject[] = [];

  constructor(kind: Kind, sink: LiveSink) {
    this.#kind = kind;
    this.#sink = sink;
  }

  add(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: JsonObject): void {
    if (type === 'DELETED') {
      this.seen.delete(keyOfRaw(object));
      return;
    }
    this.seen.add(keyOfRaw(object));
    this.#page.push(object);
  }

  /** Hands over what was gathered since the last time. */
  flush(): void {
    if (this.#page.length > 0) this.#sink.page(this.#kind, this.#page);
    this.#page = [];
  }
}
