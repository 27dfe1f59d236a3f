import { CUT_MARK, holdsCopy } from '../slim/annotations.ts';
import { listOf, objectOf, textOf, type JsonObject } from './json-shape.ts';

/**
 * Turns rows of a Secret Table into objects `{metadata, type, keyCount}`, without any value. Column definitions come
 * only in the first Table of a watch, so one reader belongs to one stream.
 */
export class TableReader {
  readonly #namespace: string | null;
  #type = -1;
  #data = -1;
  #name = 0;

  /**
   * @param namespace the namespace asked for, for tables without metadata (includeObject=None)
   */
  constructor(namespace: string | null) {
    this.#namespace = namespace;
  }

  /** @returns one object a row; rows that name nothing (bookmarks) are left out */
  read(table: JsonObject): JsonObject[] {
    const columns = listOf(table['columnDefinitions']).map((column) => textOf(objectOf(column)['name']));
    if (columns.length > 0) {
      this.#type = columns.indexOf('Type');
      this.#data = columns.indexOf('Data');
      this.#name = Math.max(0, columns.indexOf('Name'));
    }
    const version = textOf(objectOf(table['metadata'])['resourceVersion']);
    return listOf(table['rows']).flatMap((row) => this.#object(objectOf(row), version));
  }

  #object(row: JsonObject, version: string): JsonObject[] {
    const cells = listOf(row['cells']);
    const metadata = objectOf(objectOf(row['object'])['metadata']);
    const name = textOf(metadata['name']) || textOf(cells[this.#name]);
    if (name === '') return [];
    const count = this.#data < 0 ? undefined : cells[this.#data];
    const type = this.#type < 0 ? '' : textOf(cells[this.#type]);
    return [
      {
        metadata:
          metadata['name'] === undefined
            ? { name, namespace: this.#namespace ?? '', resourceVersion: version }
            : withoutCopies(metadata),
        type: type === '' ? null : type,
        keyCount: typeof count === 'number' ? count : null,
      },
    ];
  }
}

/** The bytes were cut before, to nothing where there was no data; what came in another spelling loses its value here. */
export function withoutCopies(metadata: JsonObject): JsonObject {
  const annotations = objectOf(metadata['annotations']);
  if (!Object.keys(annotations).some(holdsCopy)) return metadata;
  const cleaned = Object.entries(annotations).map(([key, value]) => [
    key,
    holdsCopy(key) && value !== '' ? CUT_MARK : value,
  ]);
  return { ...metadata, annotations: Object.fromEntries(cleaned) };
}
