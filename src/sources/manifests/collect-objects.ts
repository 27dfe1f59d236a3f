import { ALL_KINDS, kindInfo, kindOf, type Kind } from '../../model/kind.ts';
import type { BrokenObject, WrittenObject } from '../../model/change.ts';
import type { KubeObject } from '../../model/objects.ts';
import { exactText } from '../../kube/exact-text.ts';
import { removedApi } from '../../kube/removed-apis.ts';
import { sanitise } from '../../kube/sanitise.ts';
import { isObject, object, text, type JsonObject } from '../slim/json-reading.ts';
import { nameOf } from '../slim/meta.ts';
import type { Slimmer } from '../slim/slimmer.ts';
import { validateObject } from '../slim/validity/validate-object.ts';
import { asSent } from './as-sent.ts';
import { whatItIsAbout } from './broken-policy.ts';
import { makesPods } from './makes-pods.ts';
import type { DuplicateObject, SkippedCounts } from './manifest-result.ts';
import type { RawDocument } from './raw-document.ts';

/** Takes documents, keeps slim objects. */
export interface ObjectCollector {
  add(document: RawDocument, file: string): void;
  readonly objects: ReadonlyMap<string, KubeObject>;
  readonly broken: BrokenObject[];
  readonly duplicates: readonly DuplicateObject[];
  readonly removedApis: readonly WrittenObject[];
  skipped(): SkippedCounts;
}

/** Lists in lists are legal; a thousand of them are an attack. */
const MAX_LIST_DEPTH = 8;
const MAX_OTHER_KINDS = 500;
const MAX_REMOVED = 10_000;
const MAX_PROBLEMS_OF_ONE = 20;
const TOO_DEEP = `lists more than ${MAX_LIST_DEPTH} deep in each other are not read`;
const NOT_JUDGED = 'makes pods, and k8sec judges no such workload in files: look at its pods on a cluster';

interface Item {
  readonly value: unknown;
  readonly apiVersion: string;
  readonly kind: string;
  readonly path: readonly (string | number)[];
  readonly line: number;
}

const KNOWN_NAMES: ReadonlySet<string> = new Set(ALL_KINDS.map((kind) => kindInfo(kind).kind));

/** @param asIs whether what objects say of their uid, status and owners is so; else only of those that a server had */
export function createObjectCollector(slimmer: Slimmer, defaultNamespace: string, asIs: boolean): ObjectCollector {
  const objects = new Map<string, KubeObject>();
  const broken: BrokenObject[] = [];
  const duplicates: DuplicateObject[] = [];
  const removedApis: WrittenObject[] = [];
  const otherObjects = new Map<string, number>();
  let notKubernetes = 0;
  let unnamed = 0;

  const addItem = (item: Item, document: RawDocument, file: string): void => {
    const raw = item.value;
    if (isList(raw)) {
      report(item, document, file, null, [{ field: 'items', message: TOO_DEEP, path: ['items'] }]);
      return;
    }
    if (!isObject(raw) || item.kind === '' || item.apiVersion === '') {
      if (isObject(raw) && KNOWN_NAMES.has(item.kind) && isObject(raw['metadata'])) {
        report(item, document, file, null, [{ field: 'apiVersion', message: 'is required', path: [] }]);
      } else notKubernetes += 1;
      return;
    }
    const kind = kindOf(item.apiVersion, item.kind);
    const isRemoved = removedApi(item.apiVersion, item.kind) !== undefined && removedApis.length < MAX_REMOVED;
    if (isRemoved) removedApis.push(written(item, kind, file));
    if (kind === undefined && makesPods(raw)) {
      report(item, document, file, null, [
        {
          field: 'kind',
          message: `${sanitise(`${item.kind} of ${item.apiVersion}`, 200)} ${NOT_JUDGED}`,
          path: ['kind'],
        },
      ]);
      return;
    }
    if (kind === undefined) {
      // Its finding is what there is to say of it.
      if (isRemoved) return;
      const other = sanitise(`${item.apiVersion}/${item.kind}`, 200);
      if (otherObjects.has(other) || otherObjects.size < MAX_OTHER_KINDS) {
        otherObjects.set(other, (otherObjects.get(other) ?? 0) + 1);
      }
      return;
    }
    const problems = validateObject(raw, kind);
    if (problems.length > 0) report(item, document, file, kind, problems);
    else keep(slimmer.slim(asIs ? raw : asSent(raw), kind, { file, line: item.line }));
  };

  const written = ({ value, apiVersion, kind, line }: Item, known: Kind | undefined, file: string): WrittenObject => {
    const metadata = object(object(value)['metadata']);
    const home = sanitise(text(metadata['namespace'])) || (known === undefined ? '' : defaultNamespace);
    const isNamespaced = home !== '' && (known === undefined || kindInfo(known).namespaced);
    return {
      apiVersion,
      kind,
      namespace: isNamespaced ? home : null,
      name: nameOf(metadata),
      location: { file, line },
    };
  };

  const report = (
    item: Item,
    document: RawDocument,
    file: string,
    kind: Kind | null,
    problems: ReturnType<typeof validateObject>,
  ): void => {
    const metadata = object(object(item.value)['metadata']);
    const namespaced = kind !== null && kindInfo(kind).namespaced;
    const about =
      kind === 'NetworkPolicy' && isObject(item.value) ? whatItIsAbout(item.value, problems, slimmer) : undefined;
    for (const { field, message, path } of problems.slice(0, MAX_PROBLEMS_OF_ONE)) {
      broken.push({
        file,
        line: document.lineOf([...item.path, ...path]),
        kind,
        namespace: namespaced ? exactText(text(metadata['namespace'])) || defaultNamespace : null,
        name: nameOf(metadata) || null,
        field,
        message,
        ...(about === undefined ? {} : { about }),
      });
    }
  };

  const keep = (found: KubeObject): void => {
    // Objects whose name the server makes up are as many as there are manifests of them.
    const generated = found.name.endsWith('*');
    const one = generated ? { ...found, name: `${found.name}${(unnamed += 1)}` } : found;
    const key = `${one.kind}/${one.namespace}/${one.name}`;
    const before = objects.get(key);
    if (before?.location && one.location) {
      const { kind, namespace, name } = one;
      duplicates.push({ kind, namespace, name, dropped: before.location, kept: one.location });
    }
    objects.set(key, one);
  };

  return {
    objects,
    broken,
    duplicates,
    removedApis,
    add(document, file) {
      for (const item of itemsOf(document)) addItem(item, document, file);
    },
    skipped: () => ({
      notKubernetes,
      otherObjects: Object.fromEntries([...otherObjects].sort(([left], [right]) => (left < right ? -1 : 1))),
    }),
  };
}

/** The objects of a document: itself, the elements of an array, or the items of a (typed) list, to the bottom. */
function* itemsOf(document: RawDocument): Generator<Item> {
  const lines = Array.isArray(document.value) || isList(document.value) ? document.itemLines() : [];
  yield* expand(document.value, { apiVersion: '', kind: '' }, [], document.line, lines, 0);
}

function* expand(
  value: unknown,
  given: { readonly apiVersion: string; readonly kind: string },
  path: readonly (string | number)[],
  line: number,
  lines: readonly number[],
  depth: number,
): Generator<Item> {
  if (depth === 0 && Array.isArray(value)) {
    for (const [index, element] of value.entries()) {
      yield* expand(element, given, [index], lines[index] ?? line, [], depth + 1);
    }
    return;
  }
  if (isList(value) && depth <= MAX_LIST_DEPTH) {
    const items = Array.isArray(value['items']) ? value['items'] : [];
    const ofItems = itemType(value);
    for (const [index, element] of items.entries()) {
      yield* expand(element, ofItems, [...path, 'items', index], lines[index] ?? line, [], depth + 1);
    }
    return;
  }
  const own = object(value);
  yield {
    value,
    apiVersion: text(own['apiVersion']) || given.apiVersion,
    kind: text(own['kind']) || given.kind,
    path,
    line,
  };
}

/** `List`, `PodList` … with items; also an answer of the API whose kind somebody cut. */
function isList(value: unknown): value is JsonObject {
  if (!isObject(value)) return false;
  const kind = text(value['kind']);
  const items = value['items'];
  if (kind === '') return Array.isArray(items) && items.some((item) => isObject(item) && text(item['kind']) !== '');
  return kind.endsWith('List') && (Array.isArray(items) || items === null);
}

/** Items of a typed list need not repeat what they are. */
function itemType(list: JsonObject): { readonly apiVersion: string; readonly kind: string } {
  const kind = text(list['kind']);
  const typed = kind !== 'List' && kind.endsWith('List');
  return typed
    ? { apiVersion: text(list['apiVersion']), kind: kind.slice(0, -'List'.length) }
    : { apiVersion: '', kind: '' };
}
