import { finished, type Readable } from 'node:stream';

/** So many bytes are handed on without waiting. */
const ENOUGH = 256 * 1024;

/**
 * The chunks of a body, several at a time.
 *
 * @param call told when the first of them has come; it calls back when they shall be handed on
 * @throws what the body failed with, after all that came before
 */
export async function* gatheredChunks(
  body: Readable,
  call: (back: () => void) => void,
): AsyncGenerator<readonly Buffer[]> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let isOver = false;
  let failure: Error | null | undefined;
  let bell = Promise.withResolvers<void>();
  body.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= ENOUGH) {
      body.pause();
      bell.resolve();
    } else if (chunks.length === 1) call(bell.resolve);
  });
  finished(body, { writable: false }, (error) => {
    isOver = true;
    failure = error;
    bell.resolve();
  });
  try {
    for (;;) {
      if (!isOver) await bell.promise;
      bell = Promise.withResolvers();
      const gathered = chunks;
      chunks = [];
      bytes = 0;
      if (gathered.length > 0) yield gathered;
      else if (isOver) break;
      body.resume();
    }
    if (failure) throw failure;
  } finally {
    body.destroy();
  }
}
