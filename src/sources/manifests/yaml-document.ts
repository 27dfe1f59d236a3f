import { isMap, isNode, isSeq, parseDocument, type Document, type Tags } from 'yaml';
import { sanitise } from '../../kube/sanitise.ts';
import { createLineFinder, type ParsedDocument, type RawDocument } from './raw-document.ts';

/** Aliases that a document may expand to, nested ones multiplied: a defence against "billion laughs". */
const MAX_ALIASES = 1000;

/**
 * Kubernetes reads YAML with go-yaml v2 (sigs.k8s.io/yaml): YAML 1.1 with `yes` and `on` as booleans, but with times
 * and base-60 numbers as text.
 */
const NOT_IN_GO_YAML = new Set(['TIME']);
const PARSE_OPTIONS = {
  schema: 'yaml-1.1',
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
  customTags: (tags: Tags): Tags =>
    tags.filter(
      (tag) =>
        typeof tag === 'string' || !(NOT_IN_GO_YAML.has(tag.format ?? '') || tag.tag === 'tag:yaml.org,2002:timestamp'),
    ),
} as const;

const HELM_TEMPLATE = '; it looks like a Helm template, which helm template CHART renders';

/** A piece of a YAML stream: one document, with the line on which it starts. */
export interface YamlChunk {
  readonly text: string;
  readonly line: number;
}

const MARKER = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;
const WITHOUT_CONTENT = /^(?:---)?[ \t]*(?:(?:#|%).*)?(?:\r?\n[ \t]*(?:(?:#|%).*)?)*$/;

/**
 * Splits a stream at its document markers, so that a broken document can't take the others along. A marker at the start
 * of a line is one wherever it stands (YAML 1.2 §9.1.2, c-forbidden), so this needs no parser.
 */
export function splitYaml(text: string): readonly YamlChunk[] {
  const chunks: YamlChunk[] = [];
  const lineOf = createLineFinder(text);
  let start = 0;
  const add = (end: number): void => {
    const part = text.slice(start, end);
    if (!isWithoutContent(part)) chunks.push({ text: part, line: lineOf(start) });
  };
  for (const match of text.matchAll(MARKER)) {
    add(match.index);
    // `---` stays with what follows it (a document may start on the same line), `...` belongs to nothing.
    start = match[0] === '---' ? match.index : match.index + 3;
  }
  add(text.length);
  return chunks;
}

function isWithoutContent(part: string): boolean {
  return part.length < 4096 ? WITHOUT_CONTENT.test(part) : part.split('\n').every((line) => WITHOUT_CONTENT.test(line));
}

/** Parses one document as Kubernetes would; the last of repeated keys wins. */
export function parseYaml({ text, line }: YamlChunk): ParsedDocument {
  const lineAt = createLineFinder(text, line);
  try {
    const parsed = parseDocument(text, PARSE_OPTIONS);
    const error = parsed.errors[0];
    if (error !== undefined) {
      const message = `${sanitise(error.message, 200)}${text.includes('{{') ? HELM_TEMPLATE : ''}`;
      return { ok: false, broken: { line: lineAt(error.pos[0]), message } };
    }
    // The copy shares no text with the file: a Secret's values must not stay in memory behind a name cut from it.
    const value: unknown = JSON.parse(JSON.stringify(parsed.toJS({ maxAliasCount: MAX_ALIASES }) ?? null));
    return { ok: true, document: rawDocument(value, parsed, lineAt) };
  } catch (error) {
    return { ok: false, broken: { line, message: failureOf(error) } };
  }
}

/** Line of a path in a text that is known to parse. JSON is YAML, so this serves both. */
export function lineOfPath(chunk: YamlChunk, path: readonly (string | number)[]): number {
  const parsed = parseDocument(chunk.text, PARSE_OPTIONS);
  return nearestLine(parsed, path, createLineFinder(chunk.text, chunk.line));
}

function rawDocument(value: unknown, parsed: Document.Parsed, lineAt: (offset: number) => number): RawDocument {
  return {
    value,
    line: nearestLine(parsed, [], lineAt),
    itemLines() {
      const root: unknown = parsed.contents;
      const items: unknown = isMap(root) ? root.get('items', true) : root;
      return isSeq(items) ? items.items.map((item) => (isNode(item) && item.range ? lineAt(item.range[0]) : 1)) : [];
    },
    lineOf: (path) => nearestLine(parsed, path, lineAt),
  };
}

function nearestLine(
  parsed: Document.Parsed,
  path: readonly (string | number)[],
  lineAt: (offset: number) => number,
): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? parsed.contents : parsed.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lineAt(node.range[0]);
  }
  return lineAt(0);
}

function failureOf(error: unknown): string {
  if (error instanceof RangeError) return 'nested too deeply';
  if (error instanceof TypeError) return 'an alias that refers to itself';
  return error instanceof ReferenceError ? 'too many aliases' : 'not readable as YAML';
}
