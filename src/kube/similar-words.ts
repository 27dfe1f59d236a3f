import { editDistance } from './nearest-name.ts';

/** Words of which one differs from another in numbers only: `shard-1` and `shard-2` are two things. */
interface Family {
  readonly letters: string;
  readonly mask: number;
  readonly words: string[];
}

interface Slip {
  readonly word: string;
  /** As `slipDistance` counts it. */
  readonly distance: number;
}

/**
 * Words that can be asked for those that a typing error turns into a given one. Most are passed over by length and by
 * which characters they hold, so that asking costs far less than comparing with each.
 */
export class SimilarWords {
  readonly #words: () => Iterable<string>;
  #set: ReadonlySet<string> | undefined;
  #families: readonly Family[] | undefined;
  /** What was found before. Words without a slip are asked for by everybody, and not kept. */
  readonly #found = new Map<string, readonly Slip[]>();
  #byLowerCase: ReadonlyMap<string, readonly string[]> | undefined;

  /** @param words called when something is asked for the first time; each word once */
  constructor(words: () => Iterable<string>) {
    this.#words = words;
  }

  has(word: string): boolean {
    this.#set ??= new Set(this.#words());
    return this.#set.has(word);
  }

  /** The words that differ from this one by case only. */
  sameButCase(word: string): readonly string[] {
    this.#byLowerCase ??= Map.groupBy(this.#words(), (one) => one.toLowerCase());
    return (this.#byLowerCase.get(word.toLowerCase()) ?? []).filter((one) => one !== word);
  }

  /** The words that are a slip of this one (`slipDistance`), with how far they are. */
  slipsOf(word: string): readonly Slip[] {
    const known = this.#found.get(word);
    if (known !== undefined) return known;
    const found = this.#findSlips(word);
    if (found.length > 0) this.#found.set(word, found);
    return found;
  }

  #findSlips(word: string): readonly Slip[] {
    this.#families ??= familiesOf(this.#words());
    const letters = lettersOf(word);
    const mask = maskOf(letters);
    const found: Slip[] = [];
    for (const family of this.#families) {
      // An edit of the words is at most one of their letters, and changes at most two bits.
      if (Math.abs(family.letters.length - letters.length) > MOST_SLIPS) continue;
      if (bitsIn(family.mask ^ mask) > 2 * MOST_SLIPS || family.letters === letters) continue;
      for (const one of family.words) {
        const distance = slipDistance(word, one);
        if (distance !== undefined) found.push({ word: one, distance });
      }
    }
    return found;
  }
}

const MOST_SLIPS = 2;

/**
 * How many typing errors lie between two words, where they may be one: at most two in long words and one in short ones.
 * undefined where they are two words; a different number is a different thing, not an error.
 */
export function slipDistance(a: string, b: string): number | undefined {
  const length = Math.min(a.length, b.length);
  const limit = length >= 6 ? MOST_SLIPS : length >= 3 ? 1 : 0;
  if (Math.abs(a.length - b.length) > limit || bitsIn(maskOf(a) ^ maskOf(b)) > 2 * limit) return undefined;
  const distance = editDistance(a, b);
  return distance <= limit && lettersOf(a) !== lettersOf(b) ? distance : undefined;
}

function familiesOf(words: Iterable<string>): readonly Family[] {
  return [...Map.groupBy(words, lettersOf)].map(([letters, members]) => ({
    letters,
    mask: maskOf(letters),
    words: members,
  }));
}

function lettersOf(word: string): string {
  return /\d/.test(word) ? word.replaceAll(/\d/g, '') : word;
}

/** One bit for each character that a word holds; some characters share one. */
function maskOf(word: string): number {
  let mask = 0;
  for (let at = 0; at < word.length; at += 1) mask |= 1 << (word.charCodeAt(at) & 31);
  return mask;
}

function bitsIn(mask: number): number {
  let rest = mask;
  let count = 0;
  while (rest !== 0) {
    rest &= rest - 1;
    count += 1;
  }
  return count;
}
