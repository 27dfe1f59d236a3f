import type { AuditFiles } from './audit-files.ts';
import { LONG_LINE } from './cut-lines.ts';
import { unpacked } from './unpacked.ts';

/** Files that are looked at: a folder of more is long enough. */
const MOST_FILES = 100;
const NEWLINE = 0x0a;

/**
 * Whether the beginning of the first file is mostly lines that are so long that they must hold bodies. A pipe is no such
 * file: what is looked at of it would be gone.
 *
 * @param leastBytes of all files, as they are stored; false where there are fewer
 */
export async function hasBodies(paths: readonly string[], files: AuditFiles, leastBytes: number): Promise<boolean> {
  const some = paths.filter((path) => path !== '-').slice(0, MOST_FILES);
  const sizes = await Promise.all(some.map(async (path) => (await files.stat(path))?.size ?? 0));
  const first = some[sizes.findIndex((size) => size > 0)];
  if (first === undefined || sizes.reduce((sum, size) => sum + size) < leastBytes) return false;
  try {
    for await (const chunk of unpacked(files.stream(first), () => undefined)) return isMostlyLong(chunk);
  } catch {
    // Whoever reads it says what is wrong with it.
  }
  return false;
}

function isMostlyLong(chunk: Buffer): boolean {
  let long = 0;
  let from = 0;
  for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
    if (to - from > LONG_LINE) long += to - from;
    from = to + 1;
  }
  return long * 2 > from;
}
