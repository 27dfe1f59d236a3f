import type { Form } from './negotiate.ts';
import type { ServedKind } from './served-kinds.ts';
import { groupVersion, metadataJson, parseStored, type StoredObject } from './stored-object.ts';
import { columnsOf } from './table-columns.ts';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** How one request wants its objects written. */
export interface Representation {
  readonly kind: ServedKind;
  readonly version: string;
  readonly form: Form;
  readonly includeObject: IncludeObject;
  readonly now: number;
}

export interface ListMeta {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

const PARTIAL = '"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1"';
const TABLE = '"kind":"Table","apiVersion":"meta.k8s.io/v1"';

/** The whole object, with kind and apiVersion in the order in which the server writes them. */
function fullJson(stored: StoredObject, kind: ServedKind, version: string): string {
  const apiVersion = groupVersion(kind.group, version);
  const types = kind.custom
    ? `"apiVersion":"${apiVersion}","kind":"${kind.kind}"`
    : `"kind":"${kind.kind}","apiVersion":"${apiVersion}"`;
  return `{${types},${stored.body.slice(1)}`;
}

function partialJson(stored: StoredObject): string {
  return `{${PARTIAL},"metadata":${metadataJson(stored)}}`;
}

function rowJson(stored: StoredObject, how: Representation): string {
  const object = parseStored(stored, how.kind);
  const cells = JSON.stringify(columnsOf(how.kind).map((column) => column.cell(object, how.now)));
  return `{"cells":${cells},"object":${rowObjectJson(stored, how)}}`;
}

function rowObjectJson(stored: StoredObject, how: Representation): string {
  switch (how.includeObject) {
    case 'None':
      return 'null';
    case 'Metadata':
      return partialJson(stored);
    case 'Object':
      return fullJson(stored, how.kind, how.version);
  }
}

function columnDefinitions(kind: ServedKind): string {
  return JSON.stringify(
    columnsOf(kind).map(({ name, type, format, priority }) => ({
      name,
      type,
      format: format ?? '',
      description: '',
      priority: priority ?? 0,
    })),
  );
}

/**
 * A list in the asked form. Items of built-in kinds carry no kind and apiVersion, as the server's typed lists.
 *
 * @param objects the page
 * @param meta the list's own metadata
 */
export function listJson(objects: readonly StoredObject[], meta: ListMeta, how: Representation): string {
  const metadata = JSON.stringify(meta);
  const { kind, version } = how;
  switch (how.form) {
    case 'table': {
      const rows = objects.map((stored) => rowJson(stored, how)).join(',');
      return `{${TABLE},"metadata":${metadata},"columnDefinitions":${columnDefinitions(kind)},"rows":[${rows}]}`;
    }
    case 'partial-list': {
      const types = '"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1"';
      return `{${types},"metadata":${metadata},"items":[${objects.map(partialJson).join(',')}]}`;
    }
    case 'partial':
    case 'json': {
      const apiVersion = groupVersion(kind.group, version);
      const items = objects.map((stored) => (kind.custom ? fullJson(stored, kind, version) : stored.body)).join(',');
      return kind.custom
        ? `{"apiVersion":"${apiVersion}","items":[${items}],"kind":"${kind.kind}List","metadata":${metadata}}`
        : `{"kind":"${kind.kind}List","apiVersion":"${apiVersion}","metadata":${metadata},"items":[${items}]}`;
    }
  }
}

/** One object in the asked form. */
export function objectJson(stored: StoredObject, how: Representation): string {
  switch (how.form) {
    case 'table':
      return tableOf(stored.rv, rowJson(stored, how), columnDefinitions(how.kind));
    case 'partial':
    case 'partial-list':
      return partialJson(stored);
    case 'json':
      return fullJson(stored, how.kind, how.version);
  }
}

function tableOf(rv: number, row: string, columns: string): string {
  return `{${TABLE},"metadata":{"resourceVersion":"${rv}"},"columnDefinitions":${columns},"rows":[${row}]}`;
}

/**
 * One watch event's object. Tables bring their column definitions only once.
 *
 * @param withColumns whether it is the first event of the watch
 */
export function eventObjectJson(stored: StoredObject, how: Representation, withColumns: boolean): string {
  if (how.form !== 'table') return objectJson(stored, how);
  return tableOf(stored.rv, rowJson(stored, how), withColumns ? columnDefinitions(how.kind) : 'null');
}

/**
 * A bookmark's object: nothing but a resourceVersion, and at the end of initial events an annotation. In a Table it is
 * a row of empty cells, whose object is there even with includeObject=None when it carries the annotation.
 */
export function bookmarkJson(
  rv: number,
  endsInitialEvents: boolean,
  how: Representation,
  withColumns: boolean,
): string {
  const annotations = endsInitialEvents ? ',"annotations":{"k8s.io/initial-events-end":"true"}' : '';
  const metadata = `{"resourceVersion":"${rv}"${annotations}}`;
  const partial = `{${PARTIAL},"metadata":${metadata}}`;
  if (how.form === 'table') {
    const cells = columnsOf(how.kind).map(({ name, type }) =>
      name === 'Age' ? '<unknown>' : type === 'integer' ? 0 : '',
    );
    const object = how.includeObject === 'None' && !endsInitialEvents ? 'null' : partial;
    const row = `{"cells":${JSON.stringify(cells)},"object":${object}}`;
    return tableOf(rv, row, withColumns ? columnDefinitions(how.kind) : 'null');
  }
  if (how.form !== 'json') return partial;
  const empty = how.kind.resource === 'pods' ? ',"spec":{"containers":null},"status":{}' : '';
  const apiVersion = groupVersion(how.kind.group, how.version);
  return `{"kind":"${how.kind.kind}","apiVersion":"${apiVersion}","metadata":${metadata}${empty}}`;
}
