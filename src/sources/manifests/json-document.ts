import { createLineFinder, type ParsedDocument, type RawDocument } from './raw-document.ts';
import { lineOfPath } from './yaml-document.ts';

/** Where a value stands in a JSON text. */
interface Span {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Longer texts are not parsed a second time only to name a line. */
const MAX_LOCATED = 4 * 1024 * 1024;

/**
 * Parses text that starts like JSON: one value, NDJSON, or values one after another.
 *
 * @param surely the file says that it is JSON: what does not parse is broken. Else null is the answer to text that
 *   is not JSON throughout, and YAML (whose flow style looks alike) is to be tried
 */
export function parseJsonText(text: string, surely: boolean): readonly ParsedDocument[] | null {
  const whole = attempt(text);
  if (whole !== undefined)
    return [{ ok: true, document: rawDocument(whole.value, text, { start: 0, end: text.length }) }];
  const spans = spansOfValues(text);
  const lineAt = createLineFinder(text);
  const parsed: ParsedDocument[] = [];
  for (const span of spans) {
    const part = attempt(text.slice(span.start, span.end));
    if (part === undefined && !surely) return null;
    parsed.push(
      part === undefined
        ? { ok: false, broken: { line: lineAt(span.start), message: 'not valid JSON' } }
        : { ok: true, document: rawDocument(part.value, text, span) },
    );
  }
  return parsed;
}

/** The value, boxed because null is one; undefined where the text is no JSON. V8's own message may quote a secret. */
function attempt(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function rawDocument(value: unknown, text: string, span: Span): RawDocument {
  const lineAt = createLineFinder(text);
  let items: readonly Span[] | null = null;
  const spans = (): readonly Span[] => (items ??= elementSpans(text, span));
  const located = (part: Span, path: readonly (string | number)[]): number => {
    const line = lineAt(part.start);
    if (part.end - part.start > MAX_LOCATED || path.length === 0) return line;
    return lineOfPath({ text: text.slice(part.start, part.end), line }, path);
  };
  const start = skipSpace(text, span.start);
  return {
    value,
    line: lineAt(start),
    itemLines() {
      const lines = createLineFinder(text);
      return spans().map((element) => lines(element.start));
    },
    lineOf(path) {
      const inItem = path[0] === 'items' && typeof path[1] === 'number' ? spans()[path[1]] : undefined;
      if (inItem !== undefined) return located(inItem, path.slice(2));
      const inArray = typeof path[0] === 'number' ? spans()[path[0]] : undefined;
      return inArray === undefined ? located({ start, end: span.end }, path) : located(inArray, path.slice(1));
    },
  };
}

/** NDJSON by lines (so that one cut line breaks alone), else values by their brackets. */
function spansOfValues(text: string): readonly Span[] {
  const firstEnd = text.indexOf('\n', skipSpace(text, 0));
  if (firstEnd > 0 && attempt(text.slice(0, firstEnd)) !== undefined) return lineSpans(text);
  const spans: Span[] = [];
  for (let at = skipSpace(text, 0); at < text.length;) {
    const end = endOfValue(text, at);
    spans.push({ start: at, end });
    at = skipSpace(text, end);
  }
  return spans;
}

function lineSpans(text: string): readonly Span[] {
  const spans: Span[] = [];
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (skipSpace(text, start) < end) spans.push({ start: skipSpace(text, start), end });
    start = end + 1;
  }
  return spans;
}

/** Elements of the root array, or of the array at the root's `items`. The text is known to be JSON. */
function elementSpans(text: string, span: Span): readonly Span[] {
  const root = skipSpace(text, span.start);
  if (text[root] === '[') return elementsOf(text, root);
  let at = skipSpace(text, root + 1);
  while (at < span.end && text.charCodeAt(at) === QUOTE) {
    const keyEnd = endOfString(text, at);
    const key = text.slice(at + 1, keyEnd - 1);
    const value = skipSpace(text, skipSpace(text, keyEnd) + 1);
    if (key === 'items' && text[value] === '[') return elementsOf(text, value);
    const next = skipSpace(text, endOfValue(text, value));
    if (text[next] !== ',') return [];
    at = skipSpace(text, next + 1);
  }
  return [];
}

function elementsOf(text: string, bracket: number): readonly Span[] {
  const spans: Span[] = [];
  for (let at = skipSpace(text, bracket + 1); at < text.length && text[at] !== ']';) {
    const end = endOfValue(text, at);
    spans.push({ start: at, end });
    const next = skipSpace(text, end);
    at = text[next] === ',' ? skipSpace(text, next + 1) : next;
    if (at === end && text[at] !== ']') break;
  }
  return spans;
}

/** The offset behind the value or stray sign that starts here; the text's end for a value that never closes. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at) - 1;
      if (depth === 0) return at + 1;
    } else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
      if (depth <= 0) return depth < 0 ? Math.max(at, start + 1) : at + 1;
    } else if (depth === 0 && (code === 0x2c || code <= 0x20)) return Math.max(at, start + 1);
  }
  return text.length;
}

function endOfString(text: string, quote: number): number {
  for (let at = text.indexOf('"', quote + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}
