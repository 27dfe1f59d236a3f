import { writeSync } from 'node:fs';

/** Standard output. */
const OUT = 1;
/** Texts up to a third of this are encoded into the same memory again and again. */
const SCRATCH_BYTES = 256 * 1024;
/** Of a UTF-16 unit in UTF-8. */
const MOST_BYTES = 3;

/**
 * Writes to standard output and waits where its reader is slow: a stream would keep all that was not read yet, which for
 * a large report into a pipe is tens of megabytes.
 *
 * @returns a function that writes text
 * @throws its errors: as a stream does, EPIPE where the reader has gone
 */
export function printer(): (text: string) => void {
  let isStream = false;
  let scratch: Buffer | undefined;
  return (text) => {
    const isShort = text.length * MOST_BYTES <= SCRATCH_BYTES;
    if (isShort) scratch ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES);
    const bytes = isShort && scratch !== undefined ? scratch.subarray(0, scratch.write(text)) : Buffer.from(text);
    let written = 0;
    while (!isStream && written < bytes.length) {
      try {
        written += writeSync(OUT, bytes, written);
      } catch (error) {
        // Whoever started the program made the pipe non-blocking: only an event loop can wait for it.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        isStream = true;
      }
    }
    if (written < bytes.length) process.stdout.write(Buffer.from(bytes.subarray(written)));
  };
}
