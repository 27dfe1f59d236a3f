import type { DiffLine } from './built-remedy.ts';

/** Longest texts that are compared line by line; beyond that everything goes and everything comes. */
const MOST_LINES = 2_000;

/** Line differences by longest common subsequence. */
export function lineDiff(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  if (before.length > MOST_LINES || after.length > MOST_LINES) {
    return [
      ...before.map((text) => ({ type: 'remove', text }) as const),
      ...after.map((text) => ({ type: 'add', text }) as const),
    ];
  }
  const width = after.length + 1;
  const lengths = new Uint16Array((before.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const old = before[i];
    const fresh = after[j];
    if (old !== undefined && old === fresh) {
      lines.push({ type: 'same', text: old });
      i += 1;
      j += 1;
    } else if (old !== undefined && (fresh === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ type: 'remove', text: old });
      i += 1;
    } else if (fresh !== undefined) {
      lines.push({ type: 'add', text: fresh });
      j += 1;
    }
  }
  return lines;
}
