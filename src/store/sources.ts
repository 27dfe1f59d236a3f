import { Bucket, Cell, EntryGroup, type Entry, type Source } from './cell.ts';
import { withMember, withoutMember } from './few.ts';

/** All that cells read besides cells, by name. */
export class Sources<C> {
  readonly #buckets = new Map<string, Bucket<C>>();
  /** Buckets of which there are many, such as one for each object. */
  readonly #bucketGroups = new Map<string, EntryGroup<C>>();
  readonly #entryGroups = new Map<string, EntryGroup<C>>();

  /** The bucket of a name, made where it is not there. */
  bucket(name: string): Bucket<C> {
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) this.#buckets.set(name, (bucket = new Bucket(name)));
    return bucket;
  }

  /** The bucket `group/id`, for those of which there are many. */
  bucketIn(group: string, id: string): Entry<C> {
    let all = this.#bucketGroups.get(group);
    if (all === undefined) this.#bucketGroups.set(group, (all = new EntryGroup(group, undefined)));
    return all.of(id);
  }

  /** What is read under the name of a bucket: on its own, and in a group. */
  named(name: string): readonly Source<C>[] {
    const found: Source<C>[] = [];
    const bucket = this.#buckets.get(name);
    if (bucket !== undefined) found.push(bucket);
    for (let slash = name.indexOf('/'); slash !== -1; slash = name.indexOf('/', slash + 1)) {
      const entry = this.#bucketGroups.get(name.slice(0, slash))?.entries.get(name.slice(slash + 1));
      if (entry !== undefined) found.push(entry);
    }
    return found;
  }

  /** The entries of that name; undefined where none is read. */
  entries(name: string): EntryGroup<C> | undefined {
    return this.#entryGroups.get(name);
  }

  /** Notes that entries of a cell's value are read. */
  addEntries(name: string, whole: Cell<C>): EntryGroup<C> {
    const group = new EntryGroup<C>(name, whole);
    this.#entryGroups.set(name, group);
    whole.readers = withMember<Cell<C> | EntryGroup<C>>(whole.readers, group);
    return group;
  }

  /** Forgets what nothing reads any more, unless it is a cell: that stays for those that ask for it again. */
  forget(source: Source<C>): void {
    if (source instanceof Cell) return;
    if (source instanceof Bucket) this.#buckets.delete(source.name);
    else {
      const { group, id } = source;
      group.entries.delete(id);
      if (group.entries.size === 0) this.forgetGroup(group);
    }
  }

  forgetGroup(group: EntryGroup<C>): void {
    const { name, whole } = group;
    if (whole === undefined) this.#bucketGroups.delete(name);
    else {
      if (this.#entryGroups.get(name) === group) this.#entryGroups.delete(name);
      whole.readers = withoutMember<Cell<C> | EntryGroup<C>>(whole.readers, group);
    }
  }
}

/** The name of a bucket that stands in a group. */
export function bucketName<C>({ group, id }: Entry<C>): string {
  return `${group.name}/${id}`;
}
