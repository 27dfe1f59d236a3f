import { stretchOf } from './stretch.ts';

/** How many items a piece holds, about: what a change of one item copies. One of more than twice as many is cut. */
const PIECE = 64;

/** Where an item stands in a list: in which piece, and where there. */
export interface Place {
  readonly piece: number;
  readonly at: number;
}

/** What is read of a list, whether it is kept in one piece or in many. */
export interface Items<T> extends Iterable<T> {
  readonly length: number;
  some(test: (item: T) => boolean): boolean;
  filter(test: (item: T) => boolean): readonly T[];
}

/**
 * A list that never changes, in pieces: a changed list shares all pieces with the one before it but those in which
 * something changed, so that a change costs no more the longer the list is.
 */
export class LongList<T> implements Items<T> {
  readonly pieces: readonly (readonly T[])[];
  readonly length: number;
  #items: readonly T[] | undefined;

  /** @param pieces of any length, which stay as they are until something in them changes */
  constructor(pieces: readonly (readonly T[])[]) {
    this.pieces = pieces;
    let length = 0;
    // An iterator makes a small object for each piece, and lists are made with every change.
    for (let at = 0; at < pieces.length; at += 1) length += pieces[at]?.length ?? 0;
    this.length = length;
  }

  static of<T>(items: readonly T[]): LongList<T> {
    return new LongList(inPieces(items));
  }

  /** All items in one list, made when it is first asked for. */
  get items(): readonly T[] {
    return (this.#items ??= this.pieces.length < 2 ? (this.pieces[0] ?? []) : this.pieces.flat());
  }

  *[Symbol.iterator](): Generator<T, void> {
    for (const piece of this.pieces) yield* piece;
  }

  some(test: (item: T) => boolean): boolean {
    return this.pieces.some((piece) => piece.some(test));
  }

  filter(test: (item: T) => boolean): readonly T[] {
    return this.pieces.flatMap((piece) => piece.filter(test));
  }

  /** Where the first item stands that fails a test which all before it meet; behind the last where none does. */
  placeOf(isBefore: (item: T) => boolean): Place {
    const piece = Math.max(0, countWhere(this.pieces, ([first]) => first !== undefined && isBefore(first)) - 1);
    const items = this.pieces[piece];
    const at = items === undefined ? 0 : countWhere(items, isBefore);
    return at === items?.length && piece + 1 < this.pieces.length ? { piece: piece + 1, at: 0 } : { piece, at };
  }

  at({ piece, at }: Place): T | undefined {
    return this.pieces[piece]?.[at];
  }

  /** This list with some items in place of one that it holds. */
  exchanged(item: T, come: readonly T[]): LongList<T> {
    const piece = this.pieces.findIndex((items) => items.includes(item));
    const at = this.pieces[piece]?.indexOf(item);
    return at === undefined ? this : this.replaced(piece, at, 1, come);
  }

  /** This list with some items behind all others. */
  appended(come: readonly T[]): LongList<T> {
    if (come.length === 0) return this;
    const last = Math.max(0, this.pieces.length - 1);
    return this.replaced(last, this.pieces[last]?.length ?? 0, 0, come);
  }

  /** This list with some items in place of others in one piece; of an empty list the piece is 0. */
  replaced(piece: number, at: number, gone: number, come: readonly T[]): LongList<T> {
    const changed = spliced(this.pieces[piece] ?? [], at, gone, come);
    const pieces = changed.length > 2 * PIECE ? inPieces(changed) : changed.length === 0 ? [] : [changed];
    return new LongList(spliced(this.pieces, piece, 1, pieces));
  }
}

/** How many items at the start of a list meet a test that those behind them fail. */
function countWhere<T>(items: readonly T[], test: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `toSpliced`, however many come: those that are spread into a call have to fit on the stack. */
export function spliced<T>(items: readonly T[], at: number, gone: number, come: readonly T[]): readonly T[] {
  if (gone !== come.length) return items.slice(0, at).concat(come, items.slice(at + gone));
  const copy = items.slice();
  for (const [index, item] of come.entries()) copy[at + index] = item;
  return copy;
}

function inPieces<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length === 0) return [];
  if (items.length <= PIECE) return [items];
  const pieces: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += PIECE) pieces.push(items.slice(at, at + PIECE));
  return pieces;
}

/** The items that are in one of two lists only, by identity and in order. */
export interface Difference<T> {
  readonly gone: readonly T[];
  readonly come: readonly T[];
}

/** How two lists differ. What both share costs nothing where it stands in the same pieces. */
export function differenceOf<T>(before: LongList<T>, after: LongList<T>): Difference<T> {
  const pieces = difference(before.pieces, after.pieces);
  return difference(joined(pieces.gone), joined(pieces.come));
}

/** The same of lists of lists: the items that differ, not the lists that hold them. */
export function innerDifferenceOf<T>(before: LongList<readonly T[]>, after: LongList<readonly T[]>): Difference<T> {
  const lists = differenceOf(before, after);
  return difference(joined(lists.gone), joined(lists.come));
}

/** An item in the place of another. */
export interface Exchange<T> {
  readonly was: T;
  readonly is: T;
}

/**
 * The items of a list that stand in the place of others, in order; undefined where items came or went. What both share
 * costs nothing where it stands in the same pieces.
 */
export function exchangesIn<T>(before: LongList<T>, after: LongList<T>): readonly Exchange<T>[] | undefined {
  if (before.length !== after.length) return undefined;
  if (!isCutAlike(before, after)) return exchangesAmong(before.items, after.items, []);
  const found: Exchange<T>[] = [];
  for (let at = 0; at < after.pieces.length; at += 1) {
    const was = before.pieces[at];
    const is = after.pieces[at];
    if (was !== undefined && is !== undefined && was !== is) exchangesAmong(was, is, found);
  }
  return found;
}

function isCutAlike<T>(a: LongList<T>, b: LongList<T>): boolean {
  return a.pieces.length === b.pieces.length && a.pieces.every((piece, at) => piece.length === b.pieces[at]?.length);
}

/** @param found to which they are added */
function exchangesAmong<T>(before: readonly T[], after: readonly T[], found: Exchange<T>[]): readonly Exchange<T>[] {
  for (let at = 0; at < after.length; at += 1) {
    if (before[at] !== after[at]) found.push({ was: before[at] as T, is: after[at] as T });
  }
  return found;
}

/** Whether two lists hold the same items in the same order, by identity. */
export function sameLongList<T>(a: LongList<T>, b: LongList<T>): boolean {
  return a === b || exchangesIn(a, b)?.length === 0;
}

function joined<T>(pieces: readonly (readonly T[])[]): readonly T[] {
  return pieces.length === 1 ? (pieces[0] ?? []) : pieces.flat();
}

function difference<T>(before: readonly T[], after: readonly T[]): Difference<T> {
  const stretch = stretchOf(before, after);
  const gone = before.slice(stretch.start, stretch.before);
  const come = after.slice(stretch.start, stretch.after);
  if (gone.length === 0 || come.length === 0 || (gone.length === 1 && come.length === 1)) return { gone, come };
  const [was, is] = [new Set(gone), new Set(come)];
  return { gone: gone.filter((one) => !is.has(one)), come: come.filter((one) => !was.has(one)) };
}
