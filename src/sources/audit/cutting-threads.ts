import { Worker } from 'node:worker_threads';
import { AuditSourceError } from './audit-files.ts';
import type { BodyReaders } from './body-cutter.ts';
import { cuttingCode } from './cutting-code.ts';

/** What is handed over at once, in bytes, and how many of these may be on their way for each file. */
const BLOCK = 256 << 10;
const BLOCKS = 6;
/** They cut and keep nothing: more would only make collections rarer. */
const LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 64 };

export interface ThreadOptions {
  /** The file of `cutting-thread.ts`. */
  readonly script: string;
  readonly count: number;
  /** Fewer, of all files as they are stored, are read before a thread has begun. */
  readonly leastBytes: number;
}

export interface ThreadData {
  readonly code: WebAssembly.Module;
  readonly readers: BodyReaders;
  /** Of the longest line that is cut. */
  readonly mostBytes: number;
  readonly block: number;
  readonly blocks: number;
}

export type ToThread =
  | { readonly type: 'read'; readonly id: number; readonly path: string }
  /** A block that was read can be filled again. */
  | { readonly type: 'free'; readonly id: number; readonly bytes: ArrayBuffer }
  | { readonly type: 'close'; readonly id: number };

interface Block {
  readonly type: 'block';
  readonly id: number;
  readonly bytes: ArrayBuffer;
  /** Of the bytes that are filled. */
  readonly length: number;
  /** How much of the file was read by then, as it is stored. */
  readonly stored: number;
}

/** Why a file could not be read, or not to its end. */
export interface Failure {
  readonly message: string;
  /** Of the system, such as ENOENT. */
  readonly code: string | null;
}

interface End {
  readonly type: 'end';
  readonly id: number;
  readonly stored: number;
  readonly error: Failure | null;
}

export type FromThread = Block | End;

/** A thread that reads files is gone; there is nothing wrong with the files. */
export class ThreadError extends AuditSourceError {}

/** What came of a file. */
class Inbox {
  readonly thread: Thread;
  readonly #messages: FromThread[] = [];
  #wake: (() => void) | null = null;

  constructor(thread: Thread) {
    this.thread = thread;
  }

  put(message: FromThread): void {
    this.#messages.push(message);
    this.wake();
  }

  wake(): void {
    this.#wake?.();
  }

  /** @throws ThreadError where nothing more can come */
  async next(): Promise<FromThread> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      if (this.thread.failure !== null) throw this.thread.failure;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

interface Thread {
  readonly worker: Worker;
  files: number;
  failure: ThreadError | null;
}

/**
 * Threads that read files of audit logs, unpack them, and cut what nobody reads out of long lines: for logs with bodies that
 * is most of the work.
 */
export class CuttingThreads {
  readonly #threads: Thread[];
  readonly #inboxes = new Map<number, Inbox>();
  #ids = 0;

  /** @param mostBytes of the longest line that is cut */
  constructor({ script, count }: Pick<ThreadOptions, 'script' | 'count'>, readers: BodyReaders, mostBytes: number) {
    const workerData: ThreadData = { code: cuttingCode(), readers, mostBytes, block: BLOCK, blocks: BLOCKS };
    this.#threads = Array.from({ length: count }, () =>
      this.#start(new Worker(script, { workerData, resourceLimits: LIMITS })),
    );
  }

  get count(): number {
    return this.#threads.length;
  }

  /**
   * A file with shorter lines, unpacked.
   *
   * @param onStored gets how many bytes of the file were read
   * @returns chunks, each only until the next is asked for
   * @throws what reading it throws, with its code; ThreadError
   */
  async *read(path: string, onStored: (bytes: number) => void): AsyncGenerator<Buffer, void> {
    const id = (this.#ids += 1);
    const thread = this.#threads.reduce((least, one) => (one.files < least.files ? one : least));
    const inbox = new Inbox(thread);
    const tell = (message: ToThread, transfer: readonly ArrayBuffer[] = []): void =>
      thread.worker.postMessage(message, transfer);
    this.#inboxes.set(id, inbox);
    thread.files += 1;
    tell({ type: 'read', id, path });
    try {
      for (let message = await inbox.next(); ; message = await inbox.next()) {
        onStored(message.stored);
        if (message.type === 'end') {
          if (message.error === null) return;
          throw Object.assign(new Error(message.error.message), { code: message.error.code });
        }
        const { bytes, length } = message;
        yield Buffer.from(bytes, 0, length);
        tell({ type: 'free', id, bytes }, [bytes]);
      }
    } finally {
      tell({ type: 'close', id });
      thread.files -= 1;
      this.#inboxes.delete(id);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #start(worker: Worker): Thread {
    const thread: Thread = { worker, files: 0, failure: null };
    const fail = (reason: string): void => {
      thread.failure ??= new ThreadError(`a thread that reads audit logs ended: ${reason}`);
      for (const inbox of this.#inboxes.values()) if (inbox.thread === thread) inbox.wake();
    };
    worker.on('message', (message: FromThread) => this.#inboxes.get(message.id)?.put(message));
    worker.on('error', (error) => fail(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => fail(`exit code ${code}`));
    return thread;
  }
}
