/** One document of a file, parsed. */
export interface RawDocument {
  readonly value: unknown;
  /** Line of the document's first value, from 1. */
  readonly line: number;
  /** Lines of the elements of `items` (or of the document itself, where that is an array), asked for at most once. */
  itemLines(): readonly number[];
  /** Line of the value at a path, or of the nearest value around it. Parses again: only for what is reported. */
  lineOf(path: readonly (string | number)[]): number;
}

/** A document that could not be parsed. */
interface BrokenDocument {
  readonly line: number;
  readonly message: string;
}

export type ParsedDocument =
  { readonly ok: true; readonly document: RawDocument } | { readonly ok: false; readonly broken: BrokenDocument };

/** Counts lines up to ever larger offsets of a text without starting over. */
export function createLineFinder(text: string, firstLine = 1): (offset: number) => number {
  let line = firstLine;
  let from = 0;
  return (offset) => {
    if (offset < from) {
      line = firstLine;
      from = 0;
    }
    for (let at = text.indexOf('\n', from); at >= 0 && at < offset; at = text.indexOf('\n', from)) {
      line += 1;
      from = at + 1;
    }
    return line;
  };
}
