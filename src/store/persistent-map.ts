/** Bits of the hash that choose a child. */
const BITS = 4;
const WIDTH = 2 ** BITS;
const DEEPEST = 32 / BITS;
/** How many entries a leaf holds before it is cut: what a change of one of them copies. */
const LEAF = 32;

interface Leaf<T> {
  readonly keys: readonly string[];
  readonly values: readonly T[];
}

type Node<T> = Leaf<T> | readonly Node<T>[];

const EMPTY: Leaf<never> = { keys: [], values: [] };

/**
 * A map by text that never changes. One that is made from it with some entries changed shares all with it but a few small
 * nodes, so that a change costs no more the larger the map is (a hash trie).
 */
export class PersistentMap<T> {
  readonly size: number;
  #root: Node<T> | undefined;
  /** The entries as they were given, until another map is made from them: most never change. */
  #entries: ReadonlyMap<string, T> | undefined;

  private constructor(size: number, root: Node<T> | undefined, entries?: ReadonlyMap<string, T>) {
    this.size = size;
    this.#root = root;
    this.#entries = entries;
  }

  /** @param entries which become the map's own */
  static of<T>(entries: ReadonlyMap<string, T>): PersistentMap<T> {
    return new PersistentMap(entries.size, undefined, entries);
  }

  #nodes(): Node<T> {
    if (this.#root === undefined) {
      const entries = this.#entries ?? new Map<string, T>();
      this.#root = built([...entries.keys()], [...entries.values()], 0);
      this.#entries = undefined;
    }
    return this.#root;
  }

  get(key: string): T | undefined {
    if (this.#entries !== undefined) return this.#entries.get(key);
    let node = this.#nodes();
    for (let hash = isBranch(node) ? hashOf(key) : 0; isBranch(node); hash >>>= BITS) {
      node = node[hash & (WIDTH - 1)] ?? EMPTY;
    }
    const at = node.keys.indexOf(key);
    return at === -1 ? undefined : node.values[at];
  }

  with(key: string, value: T): PersistentMap<T> {
    const size = this.get(key) === undefined ? this.size + 1 : this.size;
    return new PersistentMap(size, withEntry(this.#nodes(), key, value, hashOf(key), 0));
  }

  without(key: string): PersistentMap<T> {
    if (this.get(key) === undefined) return this;
    return new PersistentMap(this.size - 1, withoutEntry(this.#nodes(), key, hashOf(key)));
  }

  /** In no order that means anything. */
  *keys(): Generator<string, void> {
    if (this.#entries !== undefined) {
      yield* this.#entries.keys();
      return;
    }
    const open: Node<T>[] = [this.#nodes()];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (isBranch(node)) open.push(...node);
      else yield* node.keys;
    }
  }
}

function isBranch<T>(node: Node<T>): node is readonly Node<T>[] {
  return Array.isArray(node);
}

function built<T>(keys: readonly string[], values: readonly T[], depth: number): Node<T> {
  if (keys.length === 0) return EMPTY;
  if (keys.length <= LEAF || depth === DEEPEST) return { keys, values };
  const places = new Uint8Array(keys.length);
  const counts = new Uint32Array(WIDTH);
  for (let at = 0; at < keys.length; at += 1) {
    const place = (hashOf(keys[at] ?? '') >>> (depth * BITS)) & (WIDTH - 1);
    places[at] = place;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const nodes: Node<T>[] = [];
  for (let place = 0; place < WIDTH; place += 1) {
    // Of exactly as many as there are: a list that grew by pushing has room for seventeen, and most hold a few.
    const own = { keys: keys.slice(0, counts[place]), values: values.slice(0, counts[place]) };
    let filled = 0;
    for (let at = 0; at < keys.length; at += 1) {
      if (places[at] !== place) continue;
      own.keys[filled] = keys[at] ?? '';
      own.values[filled] = values[at] as T;
      filled += 1;
    }
    nodes.push(built(own.keys, own.values, depth + 1));
  }
  return nodes;
}

function withEntry<T>(node: Node<T>, key: string, value: T, hash: number, depth: number): Node<T> {
  if (isBranch(node)) {
    const at = hash & (WIDTH - 1);
    return node.with(at, withEntry(node[at] ?? EMPTY, key, value, hash >>> BITS, depth + 1));
  }
  const at = node.keys.indexOf(key);
  if (at !== -1) return { keys: node.keys, values: node.values.with(at, value) };
  return built([...node.keys, key], [...node.values, value], depth);
}

function withoutEntry<T>(node: Node<T>, key: string, hash: number): Node<T> {
  if (isBranch(node)) {
    const at = hash & (WIDTH - 1);
    return node.with(at, withoutEntry(node[at] ?? EMPTY, key, hash >>> BITS));
  }
  const at = node.keys.indexOf(key);
  return { keys: node.keys.toSpliced(at, 1), values: node.values.toSpliced(at, 1) };
}

/** Of 31 bits, which V8 keeps without an object. */
function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
}
