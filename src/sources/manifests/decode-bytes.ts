import { isUtf8 } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { MAX_BYTES, TOO_LARGE } from '../file-bytes.ts';

export type Decoded =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly line: number; readonly message: string };

/**
 * Text of a file: gzip is opened (by its first bytes, not its name), byte order marks decide between UTF-8 and UTF-16
 * and are dropped.
 *
 * @returns what is wrong and in which line, for text in another encoding, damaged gzip, or more than 512 MiB
 */
export function decodeBytes(bytes: Uint8Array): Decoded {
  let plain = bytes;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      plain = gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
    } catch (error) {
      const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
      return { ok: false, line: 1, message: tooLarge ? TOO_LARGE : 'damaged gzip data' };
    }
  }
  if (plain.length > MAX_BYTES) return { ok: false, line: 1, message: TOO_LARGE };
  if (plain[0] === 0xff && plain[1] === 0xfe) return { ok: true, text: new TextDecoder('utf-16le').decode(plain) };
  if (plain[0] === 0xfe && plain[1] === 0xff) return { ok: true, text: new TextDecoder('utf-16be').decode(plain) };
  if (!isUtf8(plain)) return { ok: false, line: lineOfBadText(plain), message: 'not UTF-8 text' };
  return { ok: true, text: new TextDecoder('utf-8').decode(plain) };
}

function lineOfBadText(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return line;
    line += 1;
    start = end + 1;
  }
  return line;
}
