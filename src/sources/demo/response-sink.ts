import type { ServerResponse } from 'node:http';
import type { FaultRule } from './faults.ts';
import { between, type Random } from './random.ts';

/** Where a body goes; faults of the transport live behind it. */
export interface ResponseSink {
  readonly closed: boolean;
  /** Resolves when more may be written: at once, or when the client has read enough. */
  write(chunk: string | Buffer): Promise<void>;
  /** Ends the body cleanly. */
  end(): void;
}

class PlainSink implements ResponseSink {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get closed(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  write(chunk: string | Buffer): Promise<void> {
    if (this.closed || this.#response.write(chunk)) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#response.off('drain', done);
        this.#response.off('close', done);
        resolve();
      };
      this.#response.on('drain', done);
      this.#response.on('close', done);
    });
  }

  end(): void {
    if (!this.closed) this.#response.end();
  }
}

const RESET_DELAY_MS = 10;

type Cut = 'reset' | 'stall' | 'truncated';

/** Passes a number of bytes on and then cuts the body off in one of three ways. */
class CuttingSink implements ResponseSink {
  readonly #inner: PlainSink;
  readonly #response: ServerResponse;
  readonly #cut: Cut;
  #left: number;
  #done = false;

  constructor(response: ServerResponse, cut: Cut, bytes: number) {
    this.#inner = new PlainSink(response);
    this.#response = response;
    this.#cut = cut;
    this.#left = bytes;
  }

  get closed(): boolean {
    return this.#done || this.#inner.closed;
  }

  write(chunk: string | Buffer): Promise<void> {
    if (this.closed) return Promise.resolve();
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (bytes.length < this.#left) {
      this.#left -= bytes.length;
      return this.#inner.write(bytes);
    }
    this.#strike(bytes.subarray(0, this.#left));
    return Promise.resolve();
  }

  end(): void {
    if (!this.closed) this.#strike(Buffer.alloc(0));
  }

  #strike(rest: Buffer): void {
    this.#done = true;
    const response = this.#response;
    switch (this.#cut) {
      case 'truncated':
        response.end(rest);
        return;
      case 'stall':
        response.write(rest);
        return;
      case 'reset':
        // A reset discards what the client has received but not read yet; without a moment to read, every reset would
        // look like one before the first byte.
        response.write(rest.length === 0 ? ' ' : rest, () => {
          setTimeout(() => response.socket?.resetAndDestroy(), RESET_DELAY_MS);
        });
        return;
    }
  }
}

/** Lets the body dribble. */
class SlowSink implements ResponseSink {
  readonly #inner: PlainSink;
  readonly #chunkBytes: number;
  readonly #everyMs: number;
  #queue = Promise.resolve();

  constructor(response: ServerResponse, chunkBytes: number, everyMs: number) {
    this.#inner = new PlainSink(response);
    this.#chunkBytes = chunkBytes;
    this.#everyMs = everyMs;
  }

  get closed(): boolean {
    return this.#inner.closed;
  }

  write(chunk: string | Buffer): Promise<void> {
    this.#queue = this.#queue.then(() => this.#dribble(Buffer.from(chunk)));
    return this.#queue;
  }

  end(): void {
    void this.#queue.then(() => this.#inner.end());
  }

  async #dribble(bytes: Buffer): Promise<void> {
    for (let start = 0; start < bytes.length && !this.closed; start += this.#chunkBytes) {
      await this.#inner.write(bytes.subarray(start, start + this.#chunkBytes));
      await new Promise((resolve) => setTimeout(resolve, this.#everyMs));
    }
  }
}

/**
 * The sink of one response.
 *
 * @param fault what strikes this response; faults that are no matter of bytes change nothing here
 * @param expectedBytes how long the body will be, for faults that strike at a random place
 */
export function sinkFor(
  response: ServerResponse,
  fault: FaultRule | undefined,
  expectedBytes: number,
  random: Random,
): ResponseSink {
  switch (fault?.fault) {
    case 'reset':
    case 'stall':
    case 'truncated':
      return new CuttingSink(
        response,
        fault.fault,
        fault.afterBytes ?? between(random, 1, Math.max(1, expectedBytes - 1)),
      );
    case 'slow':
      return new SlowSink(response, fault.chunkBytes, fault.everyMs);
    default:
      return new PlainSink(response);
  }
}
