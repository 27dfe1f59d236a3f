import { parseJsonText } from './json-document.ts';
import type { ParsedDocument, RawDocument } from './raw-document.ts';
import { readBlockYaml, type BlockDocument } from './yaml-block-reader.ts';
import { createScalarReader, type ScalarReader } from './yaml-block-scalar.ts';
import { lineOfPath, parseYaml, splitYaml, type YamlChunk } from './yaml-document.ts';

/**
 * The documents of a manifest text, YAML or JSON, in order. A document that does not parse is named by its line; the
 * others are still there.
 *
 * @param name the file's name; `.json` says what it is, everything else is recognised by its first character
 */
export function* parseText(text: string, name: string): Generator<ParsedDocument> {
  if (/^\s*[{[]/.test(text)) {
    const documents = parseJsonText(text, /\.json(?:\.gz)?$/i.test(name));
    if (documents !== null) {
      yield* documents;
      return;
    }
  }
  const readScalar = createScalarReader();
  for (const chunk of splitYaml(text)) yield parseChunk(chunk, readScalar);
}

/** A stream may hold JSON between its markers; JSON.parse is far faster than any YAML reader. */
function parseChunk(chunk: YamlChunk, readScalar: ScalarReader): ParsedDocument {
  const body = /^---[ \t]*\r?\n/.exec(chunk.text)?.[0] ?? '';
  if (/^\s*\{/.test(chunk.text.slice(body.length, body.length + 256))) {
    const padded = body === '' ? chunk.text : `\n${chunk.text.slice(body.length)}`;
    const [only, ...others] = parseJsonText(padded, false) ?? [];
    if (only?.ok === true && others.length === 0) return movedDown(only, chunk.line - 1);
  }
  const block = readBlockYaml(chunk, readScalar);
  return block === null ? parseYaml(chunk) : { ok: true, document: blockDocument(block, chunk) };
}

function blockDocument({ value, line, itemLines }: BlockDocument, chunk: YamlChunk): RawDocument {
  return {
    // The copy shares no text with the file: see parseYaml.
    value: JSON.parse(JSON.stringify(value)),
    line,
    itemLines: () => itemLines,
    lineOf: (path) => (path.length === 0 ? line : lineOfPath(chunk, path)),
  };
}

function movedDown(parsed: ParsedDocument & { readonly ok: true }, lines: number): ParsedDocument {
  const { document } = parsed;
  return {
    ok: true,
    document: {
      value: document.value,
      line: document.line + lines,
      itemLines: () => document.itemLines().map((line) => line + lines),
      lineOf: (path) => document.lineOf(path) + lines,
    },
  };
}
