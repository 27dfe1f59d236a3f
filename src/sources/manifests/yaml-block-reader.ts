import type { YamlChunk } from './yaml-document.ts';
import { UNUSUAL, type ScalarReader } from './yaml-block-scalar.ts';

/**
 * Reads the YAML that kubectl, helm and kustomize write: block maps and lists, scalars on one line, literal blocks.
 * Ten times faster than the full parser, which matters for a dump of a whole cluster. Whatever looks unusual makes it
 * give up, and the full parser reads the document: a property test holds the two against each other.
 */
export interface BlockDocument {
  readonly value: unknown;
  readonly line: number;
  /** Lines of the elements of a root key `items`. */
  readonly itemLines: readonly number[];
}

const KEY = /^([A-Za-z_$][\w./$-]*|"[^"\\]*"|'[^']*'):(?: +(.*))?$/;
const AMBIGUOUS_KEY = /^(?:null|true|false|yes|no|on|off|y|n|__proto__)$/i;
/** Tabs are legal inside text only; other controls and odd line ends are for the full parser to judge. */
const STRANGE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/;
const MAX_DEPTH = 100;

export function readBlockYaml({ text, line: firstLine }: YamlChunk, readScalar: ScalarReader): BlockDocument | null {
  if (STRANGE.test(text) || !text.endsWith('\n')) return null;
  const reader = createReader(text.split('\n'), firstLine, readScalar);
  return reader.document();
}

function createReader(lines: string[], firstLine: number, readScalar: ScalarReader) {
  let at = /^---[ ]*(?:#.*)?$/.test(lines[0] ?? '') ? 1 : 0;
  let indent = -1;
  let content = '';
  const itemLines: number[] = [];

  /** Moves to the next line with content; indent -1 at the end. */
  const settle = (): void => {
    for (; at < lines.length; at += 1) {
      const line = lines[at] ?? '';
      let spaces = 0;
      while (line.charCodeAt(spaces) === 0x20) spaces += 1;
      if (spaces === line.length || line.charCodeAt(spaces) === 0x23) continue;
      indent = spaces;
      content = line.slice(spaces);
      return;
    }
    indent = -1;
    content = '';
  };
  const advance = (): void => {
    at += 1;
    settle();
  };
  const isAtEnd = (): boolean => indent < 0;
  const isItemAt = (own: number): boolean => indent === own && isItem();
  const isEntryAt = (own: number): boolean => indent === own && !isItem();
  const isItem = (): boolean => content === '-' || content.startsWith('- ');

  const map = (own: number, depth: number): unknown => {
    if (depth > MAX_DEPTH) return UNUSUAL;
    const result: Record<string, unknown> = {};
    while (isEntryAt(own)) {
      const match = KEY.exec(content);
      if (match === null) return UNUSUAL;
      const written = match[1] ?? '';
      if (AMBIGUOUS_KEY.test(written)) return UNUSUAL;
      const key = written.startsWith('"') || written.startsWith("'") ? written.slice(1, -1) : written;
      if (key === '__proto__') return UNUSUAL;
      const value = valueBehind(match[2] ?? '', own, depth, depth === 0 && key === 'items');
      if (value === UNUSUAL) return UNUSUAL;
      result[key] = value;
    }
    return result;
  };

  const valueBehind = (text: string, own: number, depth: number, isItems: boolean): unknown => {
    if (text === '' || text.startsWith('#')) {
      advance();
      if (indent > own) return isItem() ? list(indent, depth + 1, isItems) : map(indent, depth + 1);
      return indent === own && isItem() ? list(own, depth + 1, isItems) : null;
    }
    return scalar(text, own);
  };

  /** A value on its own line, or a literal block; nothing may be nested below it. */
  const scalar = (text: string, own: number): unknown => {
    if (text.startsWith('|')) return text === '|' || text === '|-' ? literal(own, text === '|') : UNUSUAL;
    const value = readScalar(text);
    advance();
    return indent > own ? UNUSUAL : value;
  };

  const list = (own: number, depth: number, isItems: boolean): unknown => {
    if (depth > MAX_DEPTH) return UNUSUAL;
    const result: unknown[] = [];
    while (isItemAt(own)) {
      if (isItems) itemLines.push(firstLine + at);
      const value = element(own, depth);
      if (value === UNUSUAL) return UNUSUAL;
      result.push(value);
    }
    // A line between the levels belongs to neither.
    return indent > own ? UNUSUAL : result;
  };

  const element = (own: number, depth: number): unknown => {
    const text = content.slice(1).trimStart();
    if (text === '' || text.startsWith('#')) {
      advance();
      if (indent <= own) return null;
      return isItem() ? UNUSUAL : map(indent, depth + 1);
    }
    if (text.startsWith('- ') || text === '-') return UNUSUAL;
    if (!KEY.test(text)) return scalar(text, own);
    indent = own + content.length - text.length;
    content = text;
    const value = map(indent, depth + 1);
    return indent > own ? UNUSUAL : value;
  };

  /** `|` keeps one line end, `|-` none. */
  const literal = (own: number, keepsLineEnd: boolean): unknown => {
    const parts: string[] = [];
    let margin = -1;
    for (at += 1; at < lines.length; at += 1) {
      const line = lines[at] ?? '';
      const spaces = line.length - line.replace(/^ +/, '').length;
      const blank = spaces === line.length;
      if (margin < 0 && blank && line !== '') return UNUSUAL;
      if (margin < 0 && !blank) margin = spaces;
      if (!blank && (spaces < margin || margin <= own)) break;
      parts.push(margin < 0 ? '' : line.slice(margin));
    }
    settle();
    if (margin <= own || indent > own) return UNUSUAL;
    while (parts.at(-1) === '') parts.pop();
    return parts.length === 0 ? UNUSUAL : parts.join('\n') + (keepsLineEnd ? '\n' : '');
  };

  return {
    document(): BlockDocument | null {
      settle();
      const line = firstLine + at;
      if (indent !== 0 || isItem()) return null;
      const value = map(0, 0);
      return value === UNUSUAL || !isAtEnd() ? null : { value, line, itemLines };
    },
  };
}
