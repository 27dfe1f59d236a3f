import Output from '../node_modules/ink/build/output.js';
import { remembered } from './remembered.ts';

/**
 * Stands for Ink's `Output` in the bundle (see bin/faster-ink.ts). Ink draws every character of every frame into a grid of
 * cells and reads it out again, although a key changes two lines of fifty. Our screen is whole lines, one `Text` each:
 * such a frame is the sum of its lines, and each of them is remembered as Ink itself drew it alone. Any other frame is
 * drawn by Ink.
 */

type WriteOptions = Parameters<Output['write']>[3];
type Clip = Parameters<Output['clip']>[0];

type Operation =
  | {
      readonly type: 'write';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly options: WriteOptions;
    }
  | { readonly type: 'clip'; readonly clip: Clip }
  | { readonly type: 'unclip' };

/** Lines as Ink draws them alone, for the present width. */
let draw = (_text: string): string => '';
let drawnWidth = 0;

export default class LineOutput {
  readonly width: number;
  readonly height: number;
  readonly #operations: Operation[] = [];

  constructor({ width, height }: { readonly width: number; readonly height: number }) {
    this.width = width;
    this.height = height;
  }

  write(x: number, y: number, text: string, options: WriteOptions): void {
    if (text !== '') this.#operations.push({ type: 'write', x, y, text, options });
  }

  clip(clip: Clip): void {
    this.#operations.push({ type: 'clip', clip });
  }

  unclip(): void {
    this.#operations.push({ type: 'unclip' });
  }

  get(): { readonly output: string; readonly height: number } {
    const lines = this.#lines();
    return lines === undefined ? this.#drawn() : { output: lines.join('\n'), height: this.height };
  }

  /** The frame as lines; undefined where it is not made of whole lines. */
  #lines(): readonly string[] | undefined {
    const lines = Array.from({ length: this.height }, () => '');
    const taken = new Set<number>();
    for (const operation of this.#operations) {
      if (operation.type !== 'write') return undefined;
      const { x, y, text, options } = operation;
      const isWhole = x === 0 && Number.isInteger(y) && y >= 0 && y < this.height && !taken.has(y);
      if (!isWhole || text.includes('\n') || !isUnstyled(text, options)) return undefined;
      taken.add(y);
      lines[y] = drawnLine(text, this.width);
    }
    return lines;
  }

  #drawn(): { readonly output: string; readonly height: number } {
    const output = new Output({ width: this.width, height: this.height });
    for (const operation of this.#operations) {
      if (operation.type === 'write') output.write(operation.x, operation.y, operation.text, operation.options);
      else if (operation.type === 'clip') output.clip(operation.clip);
      else output.unclip();
    }
    return output.get();
  }
}

/** Every `Text` has a transformer for its style properties; without any of them it returns the text as it is. */
function isUnstyled(text: string, { transformers }: WriteOptions): boolean {
  return transformers.every((transform) => transform(text, 0) === text);
}

/** One line as Ink draws it alone, remembered. */
function drawnLine(text: string, width: number): string {
  if (width !== drawnWidth) {
    drawnWidth = width;
    draw = remembered((line) => {
      const output = new Output({ width, height: 1 });
      output.write(0, 0, line, { transformers: [] });
      return output.get().output;
    });
  }
  return draw(text);
}
