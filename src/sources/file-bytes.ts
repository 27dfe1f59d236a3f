import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

/** The longest text that one string can hold is 2^29 - 24 characters. */
export const MAX_BYTES = 2 ** 29 - 24;
export const TOO_LARGE = 'larger than 512 MiB; split it, or read the cluster instead';

/** What came out of pipes: they give their bytes once, and several ask what a file is before one reads it. */
const PIPES = new Map<string, Promise<Buffer>>();

/**
 * The bytes of a file, or of a pipe (`--from <(helm template .)`), however often they are asked for.
 *
 * @throws the file system's error, or an Error that says so for more than 512 MiB
 */
export async function fileBytes(path: string): Promise<Buffer> {
  const entry = await stat(path);
  if (entry.size > MAX_BYTES) throw new Error(TOO_LARGE);
  if (entry.isFile() || entry.isDirectory()) return readFile(path);
  const known = PIPES.get(path) ?? streamed(path);
  PIPES.set(path, known);
  return known;
}

async function streamed(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(TOO_LARGE);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
