import { parseAllDocuments, isMap, type Document } from 'yaml';
import { UsageError } from './command.ts';

/** Objects read from text, and how the answered ones are written: same form, same order. */
export interface ObjectStream {
  readonly objects: readonly unknown[];
  /** @param answered as many as `objects`, in the same order */
  write(answered: readonly Readonly<Record<string, unknown>>[]): string;
}

/**
 * Reads objects from NDJSON, JSON values one after another, a JSON array, a List (JSON or YAML) or a YAML stream.
 *
 * @throws UsageError for text that is none of these
 */
export function readObjectStream(text: string): ObjectStream {
  const trimmed = text.trim();
  if (trimmed === '') return { objects: [], write: () => '' };
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) {
    const values = jsonValues(trimmed);
    if (values !== undefined) return joined(values.map(jsonPart));
  }
  return yamlStream(text);
}

/** One value of the stream: the objects in it, and how it is written with their answers. */
interface Part {
  readonly objects: readonly unknown[];
  readonly write: (answered: readonly Readonly<Record<string, unknown>>[]) => string;
}

function joined(parts: readonly Part[], separator = ''): ObjectStream {
  return {
    objects: parts.flatMap((part) => part.objects),
    write: (answered) => {
      let from = 0;
      return parts
        .map((part) => {
          const own = answered.slice(from, from + part.objects.length);
          from += part.objects.length;
          return part.write(own);
        })
        .join(separator);
    },
  };
}

function jsonPart({ value, source }: { readonly value: unknown; readonly source: string }): Part {
  const indent = source.includes('\n') ? 2 : undefined;
  const print = (one: unknown): string => `${JSON.stringify(one, null, indent)}\n`;
  if (Array.isArray(value)) return { objects: value, write: print };
  const items = itemsOf(value);
  if (items === undefined) return { objects: [value], write: ([answered]) => print(answered) };
  return { objects: items, write: (answered) => print({ ...(value as object), items: answered }) };
}

/** The items of a List or a typed list; undefined for a single object. */
function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, items } = value as { readonly kind?: unknown; readonly items?: unknown };
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : undefined;
}

/** JSON values one after another, whatever white space is between them; undefined where the text is no JSON. */
function jsonValues(text: string): readonly { readonly value: unknown; readonly source: string }[] | undefined {
  const values: { value: unknown; source: string }[] = [];
  for (const source of topLevelValues(text)) {
    try {
      values.push({ value: JSON.parse(source) as unknown, source });
    } catch {
      return undefined;
    }
  }
  return values;
}

function topLevelValues(text: string): readonly string[] {
  const values: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    if (character === '{' || character === '[') depth += 1;
    if (character !== '}' && character !== ']') continue;
    depth -= 1;
    if (depth > 0) continue;
    values.push(text.slice(start, at + 1).trim());
    start = at + 1;
  }
  const rest = text.slice(start).trim();
  return rest === '' ? values : [...values, rest];
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

function yamlStream(text: string): ObjectStream {
  const parsed = parseAllDocuments(text);
  const documents = Array.isArray(parsed) ? (parsed as readonly Document.Parsed[]) : [];
  const error = documents.flatMap((one) => one.errors)[0];
  if (error !== undefined) throw new UsageError(`standard input is neither JSON nor YAML: ${error.message}`);
  const filled = documents.filter((one) => one.contents !== null && one.toJS() !== null);
  return joined(filled.map(yamlPart), '---\n');
}

function yamlPart(document: Document.Parsed): Part {
  const value: unknown = document.toJS();
  const print = (): string => withoutMarker(document.toString({ lineWidth: 0 }));
  if (Array.isArray(value)) {
    return {
      objects: value,
      write: (answered) => {
        for (const [at, one] of answered.entries()) document.setIn([at, 'status'], one['status']);
        return print();
      },
    };
  }
  const items = itemsOf(value);
  if (items !== undefined) {
    return {
      objects: items,
      write: (answered) => {
        for (const [at, one] of answered.entries()) document.setIn(['items', at, 'status'], one['status']);
        return print();
      },
    };
  }
  return {
    objects: [value],
    write: ([answered]) => {
      if (isMap(document.contents)) document.set('status', answered?.['status']);
      return print();
    },
  };
}

function withoutMarker(text: string): string {
  return text.startsWith('---\n') ? text.slice(4) : text;
}
