/** Arrays at the top of an export whose elements are delivered one by one. */
const LISTS = new Set(['items', 'records', 'logEvents', 'events', 'Records', 'value', 'entries']);
const LONGEST_KEY = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export interface JsonItemsOptions {
  readonly onItem: (text: string) => void;
  /** An element over the cap, dropped unseen. */
  readonly onTooLong: () => void;
  /** Longest element, in UTF-16 units. */
  readonly mostLength: number;
}

/**
 * Cuts a JSON document that may spread over lines (EventList, `[…]` of `gcloud logging read`, `{"events": […]}`) into
 * the texts of its elements, so that a document of any size needs the memory of one element. A top-level object without
 * such a list is one element; several documents may follow each other.
 */
export class JsonItems {
  readonly #options: JsonItemsOptions;
  #depth = 0;
  /** Depth of the brackets around elements; -1 while unknown: then the top-level object itself is collected. */
  #listDepth = -1;
  /** Depth outside the element that is being collected; -1 between elements. */
  #itemDepth = -1;
  #item = '';
  #isTooLong = false;
  #inString = false;
  #escaped = false;
  /** The last string directly inside the top-level object. */
  #key = '';

  constructor(options: JsonItemsOptions) {
    this.#options = options;
  }

  push(text: string): void {
    let from = 0;
    let at = 0;
    while (at < text.length) {
      if (this.#inString) {
        at = this.#skipString(text, at);
        continue;
      }
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.#inString = true;
        if (this.#depth === 1) this.#key = '';
      } else if (code === 0x5b || code === 0x7b) {
        if (this.#open(code === 0x5b)) from = at;
      } else if (code === 0x5d || code === 0x7d) {
        this.#depth -= 1;
        if (this.#depth === this.#itemDepth) {
          this.#append(text, from, at + 1);
          this.#deliver();
        }
        if (this.#depth <= 0) this.#reset();
        else if (this.#depth < this.#listDepth) this.#listDepth = Number.MAX_SAFE_INTEGER;
      }
      at += 1;
    }
    if (this.#itemDepth >= 0) this.#append(text, from, text.length);
  }

  /** @returns whether the document ended where its brackets do */
  end(): boolean {
    return this.#depth === 0 && !this.#inString;
  }

  /** @returns where to go on: behind the string's end, or at the end of the text */
  #skipString(text: string, start: number): number {
    let at = start;
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (this.#escaped) this.#escaped = false;
      else if (code === BACKSLASH) this.#escaped = true;
      else if (code === QUOTE) {
        this.#inString = false;
        break;
      }
    }
    if (this.#depth === 1 && this.#key.length < LONGEST_KEY) this.#key += text.slice(start, Math.min(at, start + 64));
    return at + 1;
  }

  /** @returns whether an element begins here */
  #open(isArray: boolean): boolean {
    const depth = this.#depth;
    this.#depth += 1;
    if (depth === 0) {
      this.#listDepth = isArray ? 1 : -1;
      if (isArray) return false;
      this.#itemDepth = 0;
      return true;
    }
    if (depth === 1 && this.#listDepth === -1 && isArray && LISTS.has(this.#key)) {
      // The object is a wrapper: what was collected of it so far is no element.
      this.#listDepth = 2;
      this.#itemDepth = -1;
      this.#item = '';
      this.#isTooLong = false;
      return false;
    }
    if (depth !== this.#listDepth || this.#itemDepth >= 0) return false;
    this.#itemDepth = depth;
    return true;
  }

  #append(text: string, from: number, to: number): void {
    if (this.#isTooLong) return;
    if (this.#item.length + to - from > this.#options.mostLength) {
      this.#isTooLong = true;
      this.#item = '';
      return;
    }
    this.#item += text.slice(from, to);
  }

  #deliver(): void {
    if (this.#isTooLong) this.#options.onTooLong();
    else this.#options.onItem(this.#item);
    this.#item = '';
    this.#isTooLong = false;
    this.#itemDepth = -1;
  }

  #reset(): void {
    this.#depth = 0;
    this.#listDepth = -1;
    this.#itemDepth = -1;
  }
}
