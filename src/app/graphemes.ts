/**
 * Characters that are a grapheme of one column whatever stands beside them: printable ASCII and Latin-1, general
 * punctuation, arrows, mathematical operators, box drawing, blocks and shapes (UAX 29: Grapheme_Cluster_Break Other; UAX 11:
 * neither wide nor fullwidth). Without the soft hyphen, joiners, spaces that are formats, and what may be an emoji.
 */
const PLAIN =
  '\\x20-\\x7e\\xa1-\\xac\\xae-\\xff\\u2010-\\u2027\\u2030-\\u205e\\u2190-\\u21ff\\u2200-\\u22ff\\u2500-\\u25fa';

/** Text of which every character is one grapheme and one column. */
export const PLAIN_TEXT = new RegExp(`^[${PLAIN}]*$`);
/** The same with what styles a line and ends it, which are graphemes, but no columns. */
const PLAIN_LINES = new RegExp(`^[${PLAIN}\\x1b\\n]*$`);

/**
 * `Intl.Segmenter` for graphemes, which is made only for text that needs it: making one takes 20 ms of the start. In the
 * bundle the packages use it too (bin/lighter-packages.ts).
 */
export class GraphemeSegmenter {
  /** @throws RangeError for another granularity than graphemes, which is not what this does */
  constructor(_locale?: string, options: Intl.SegmenterOptions = {}) {
    if (options.granularity !== undefined && options.granularity !== 'grapheme')
      throw new RangeError(`there is no segmenter for ${options.granularity}s here`);
  }

  /** The graphemes of a text, as `Intl.Segmenter` gives them. */
  segment(text: string): Pick<Intl.Segments, 'containing'> & Iterable<Intl.SegmentData> {
    return PLAIN_LINES.test(text) ? new PlainSegments(text) : real().segment(text);
  }
}

class PlainSegments {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  containing(index = 0): Intl.SegmentData {
    return { segment: this.#text.charAt(index), index, input: this.#text };
  }

  *[Symbol.iterator](): Generator<Intl.SegmentData> {
    for (let index = 0; index < this.#text.length; index += 1) yield this.containing(index);
  }
}

let segmenter: Intl.Segmenter | undefined;

function real(): Intl.Segmenter {
  return (segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' }));
}
