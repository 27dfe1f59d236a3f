import { createGunzip, constants } from 'node:zlib';

/** The bytes of a stream, unpacked where they begin as gzip does (RFC 1952), whatever the file is called. */
export async function* unpacked(
  stream: AsyncIterable<Buffer | string>,
  onChunk: (chunk: Buffer) => void,
): AsyncGenerator<Buffer> {
  const chunks = stream[Symbol.asyncIterator]();
  const next = async (): Promise<Buffer | null> => {
    const { value, done } = await chunks.next();
    if (done === true) return null;
    const chunk = typeof value === 'string' ? Buffer.from(value) : value;
    onChunk(chunk);
    return chunk;
  };
  async function* all(first: Buffer): AsyncGenerator<Buffer> {
    for (let chunk: Buffer | null = first; chunk !== null; chunk = await next()) yield chunk;
  }
  try {
    let first = await next();
    while (first !== null && first.length < 2) {
      const kept = Buffer.from(first);
      const more = await next();
      if (more === null) break;
      first = Buffer.concat([kept, more]);
    }
    if (first === null) return;
    if (first[0] !== 0x1f || first[1] !== 0x8b) {
      yield* all(first);
      return;
    }
    const gunzip = createGunzip({ chunkSize: 256 << 10, finishFlush: constants.Z_SYNC_FLUSH });
    const feeding = feed(all(first), gunzip);
    feeding.catch(() => undefined);
    for await (const chunk of gunzip) yield chunk as Buffer;
    await feeding;
  } finally {
    await chunks.return?.();
  }
}

/** Writes at the pace of the reader. */
async function feed(source: AsyncIterable<Buffer>, gunzip: ReturnType<typeof createGunzip>): Promise<void> {
  try {
    for await (const chunk of source) {
      if (gunzip.destroyed) return;
      await new Promise<void>((resolve) => {
        // A chunk that waits when the unpacking is ended is never called back.
        const go = (): void => {
          gunzip.off('close', go);
          resolve();
        };
        gunzip.on('close', go);
        gunzip.write(chunk, go);
      });
    }
  } finally {
    // What came before an error is unpacked, too.
    gunzip.end();
  }
}
