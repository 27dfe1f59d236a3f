import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { gatheredChunks } from '../../../src/sources/live/gathered-chunks.ts';
import { Pulse } from '../../../src/sources/live/pulse.ts';
import { noClock } from './quick-clock.ts';

const never = new AbortController().signal;

interface Gathering {
  readonly body: PassThrough;
  /** What calls back, one for each time that something had come. */
  readonly backs: (() => void)[];
  readonly next: () => Promise<string | undefined>;
}

function gathering(): Gathering {
  const body = new PassThrough();
  const backs: (() => void)[] = [];
  const chunks = gatheredChunks(body, (back) => backs.push(back));
  return {
    body,
    backs,
    next: async () => {
      const { value, done } = await chunks.next();
      return done === true ? undefined : value.map(String).join('|');
    },
  };
}

/** Until a stream has told all that was written to it. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('chunks', () => {
  it('that come until somebody calls back are handed on together', async () => {
    const { body, backs, next } = gathering();
    const first = next();
    for (const text of ['a', 'b', 'c']) body.write(text);
    await turn();
    expect(backs).toHaveLength(1);
    backs[0]?.();
    expect(await first).toBe('a|b|c');
    const second = next();
    body.write('d');
    await turn();
    backs[1]?.();
    expect(await second).toBe('d');
  });

  it('are handed on without a call where they are many, and at the end', async () => {
    const { body, next } = gathering();
    const many = 'x'.repeat(300_000);
    const first = next();
    body.write(many);
    expect(await first).toBe(many);
    body.end('rest');
    expect(await next()).toBe('rest');
    expect(await next()).toBeUndefined();
  });

  it('that came before a failure are handed on before it is thrown', async () => {
    const { body, next } = gathering();
    const first = next();
    body.write('a');
    await turn();
    body.destroy(new Error('cut'));
    expect(await first).toBe('a');
    await expect(next()).rejects.toThrow('cut');
  });
});

describe('a pulse', () => {
  it('beats at once after a calm, and then for all that asked in its period', async () => {
    let now = 1000;
    const sleeping: (() => void)[] = [];
    const sleep = (milliseconds: number): Promise<void> =>
      new Promise((resolve) => {
        sleeping.push(() => {
          now += milliseconds;
          resolve();
        });
      });
    const pulse = new Pulse({ now: () => now, random: () => 0, sleep }, never);
    const told: string[] = [];
    pulse.call(() => told.push('first'));
    expect(told).toEqual(['first']);
    pulse.call(() => told.push('second'));
    pulse.call(() => told.push('third'));
    expect(told).toEqual(['first']);
    expect(sleeping).toHaveLength(1);
    sleeping[0]?.();
    await turn();
    expect(told).toEqual(['first', 'second', 'third']);
    now += 10_000;
    pulse.call(() => told.push('after a calm'));
    expect(told.at(-1)).toBe('after a calm');
  });

  it('comes no later for a clock that was set back', async () => {
    const clock = noClock();
    let behind = 0;
    const pulse = new Pulse({ ...clock, now: () => clock.now() - behind }, never);
    pulse.call(() => undefined);
    behind = 3_600_000;
    pulse.call(() => undefined);
    await turn();
    expect(clock.slept).toEqual([200]);
  });
});
