/**
 * The candidate that a misspelt word most likely means: the smallest Damerau-Levenshtein distance (optimal string
 * alignment), at most a third of the word's length and at most 3; undefined where none is that near.
 */
export function nearestName(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.max(1, Math.floor(word.length / 3))) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Three rows of a table of distances, used again and again: nearest names are looked for among thousands. */
let rows = rowsOf(64);

function rowsOf(length: number): [Uint32Array, Uint32Array, Uint32Array] {
  return [new Uint32Array(length), new Uint32Array(length), new Uint32Array(length)];
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a.charCodeAt(start) === b.charCodeAt(start)) start += 1;
  let end = 0;
  while (end < shorter - start && a.charCodeAt(a.length - 1 - end) === b.charCodeAt(b.length - 1 - end)) end += 1;
  // What both begin and end with stays as it is in one of the shortest ways.
  return distanceBetween(a, b, start, a.length - end - start, b.length - end - start);
}

/** The same of as many characters of both as are given, from a place on. */
function distanceBetween(a: string, b: string, start: number, ofA: number, ofB: number): number {
  if (ofA === 0 || ofB === 0) return ofA + ofB;
  if (ofB >= rows[0].length) rows = rowsOf(2 * ofB);
  let [beforeLast, last, row] = rows;
  for (let j = 0; j <= ofB; j += 1) last[j] = j;
  for (let i = 1; i <= ofA; i += 1) {
    row[0] = i;
    const letter = a.charCodeAt(start + i - 1);
    for (let j = 1; j <= ofB; j += 1) {
      const same = letter === b.charCodeAt(start + j - 1);
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const isTurned = i > 1 && j > 1 && letter === b.charCodeAt(start + j - 2);
      if (isTurned && a.charCodeAt(start + i - 2) === b.charCodeAt(start + j - 1)) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row[j] = cost;
    }
    const free = beforeLast;
    beforeLast = last;
    last = row;
    row = free;
  }
  return last[ofB] ?? 0;
}
