import { endOfString, endOfValue, MemberWalk } from './json-bytes.ts';

const NODE_NAME = Buffer.from('nodeName');
/** The volume of the service account's token, whose name the API server ends with five random characters. */
const TOKEN_VOLUME = Buffer.from(':"kube-api-access-');
const RANDOM_LENGTH = 5;
const QUOTE = 0x22;

/** A part of the template that may be another in each pod. */
interface Gap {
  readonly start: number;
  readonly end: number;
  readonly isNode: boolean;
}

/**
 * The bytes of one pod's specification, to be compared with those of the pods after it: replicas differ only in their
 * node and in the name of one volume, which slimming ignores.
 */
export class SpecTemplate {
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;
  readonly #gaps: readonly Gap[];
  /** Of the specification that matched last: the quotes around its nodeName; 0 where it has none. */
  nodeStart = 0;
  nodeEnd = 0;

  constructor(bytes: Buffer, start: number, end: number, gaps: readonly Gap[]) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#gaps = gaps;
  }

  /**
   * Compares with the specification at `at`.
   *
   * @returns the first byte behind it; -1 where it differs in more than the gaps
   */
  match(at: number): number {
    let from = this.#start;
    let to = at;
    this.nodeStart = 0;
    for (const gap of this.#gaps) {
      if (!this.#isSame(from, gap.start, to)) return -1;
      to += gap.start - from;
      from = gap.end;
      if (gap.isNode) {
        this.nodeStart = to - 1;
        to = endOfString(this.#bytes, to);
        this.nodeEnd = to;
      } else {
        if (!isRandomEnd(this.#bytes, to)) return -1;
        to += RANDOM_LENGTH;
      }
    }
    return this.#isSame(from, this.#end, to) ? to + this.#end - from : -1;
  }

  #isSame(start: number, end: number, other: number): boolean {
    const bytes = this.#bytes;
    const otherEnd = other + end - start;
    return otherEnd <= bytes.length && bytes.compare(bytes, start, end, other, otherEnd) === 0;
  }
}

/**
 * Walks over a specification and makes it a template.
 *
 * @returns the first byte behind it, or -1; without a template where it is unusual: a key that is written with escapes
 *   might be a second nodeName
 */
export function readSpec(
  bytes: Buffer,
  at: number,
): { readonly end: number; readonly template: SpecTemplate | undefined } {
  const walk = new MemberWalk(bytes);
  const nodes: Gap[] = [];
  let isUsual = true;
  let end = 0;
  if (!walk.enter(at)) return { end: -1, template: undefined };
  while (end === 0) {
    if (!walk.read()) return { end: -1, template: undefined };
    const valueEnd = endOfValue(bytes, walk.value);
    if (walk.hasEscapedKey()) isUsual = false;
    else if (walk.isKey(NODE_NAME)) {
      if (bytes[walk.value] !== QUOTE) isUsual = false;
      nodes.push({ start: walk.value + 1, end: valueEnd - 1, isNode: true });
    }
    end = walk.leave(valueEnd);
  }
  if (end < 0 || !isUsual || nodes.length > 1) return { end, template: undefined };
  return { end, template: new SpecTemplate(bytes, at, end, gapsOf(bytes, at, end, nodes[0])) };
}

function gapsOf(bytes: Buffer, start: number, end: number, node: Gap | undefined): readonly Gap[] {
  const gaps: Gap[] = node === undefined ? [] : [node];
  const spec = bytes.subarray(start, end);
  for (let found = spec.indexOf(TOKEN_VOLUME); found >= 0; found = spec.indexOf(TOKEN_VOLUME, found + 1)) {
    const at = start + found;
    const random = at + TOKEN_VOLUME.length;
    if (random + RANDOM_LENGTH >= end || bytes[random + RANDOM_LENGTH] !== QUOTE || !isRandomEnd(bytes, random))
      continue;
    // Inside a string the quote before the name would be escaped, so this is a whole string; only nodeName may be it.
    if (node !== undefined && at + 2 === node.start) continue;
    gaps.push({ start: random, end: random + RANDOM_LENGTH, isNode: false });
  }
  return gaps.sort((a, b) => a.start - b.start);
}

/** Five characters of `[a-z0-9]`. */
function isRandomEnd(bytes: Buffer, at: number): boolean {
  for (let index = at; index < at + RANDOM_LENGTH; index += 1) {
    const byte = bytes[index] ?? 0;
    if (!((byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39))) return false;
  }
  return true;
}
