import { expect, it } from 'vitest';
import { BodyPool, giveBackChunk } from '../../../src/sources/live/body-buffer.ts';

it('frees the memory of a chunk, and leaves what is part of a larger memory', () => {
  const whole = Buffer.from(new ArrayBuffer(8));
  const part = Buffer.from(new ArrayBuffer(8), 0, 4);
  giveBackChunk(whole);
  giveBackChunk(part);
  expect([whole.length, part.length]).toEqual([0, 4]);
});

it('keeps what was appended when the chunk is freed', () => {
  const body = new BodyPool().take();
  for (const text of ['{"a":', '1}']) {
    const chunk = Buffer.from(new TextEncoder().encode(text).buffer);
    body.append(chunk);
    giveBackChunk(chunk);
  }
  expect(body.bytes().toString()).toBe('{"a":1}');
});
