/** Entry of a thread that reads files of audit logs, unpacks them, and shortens their lines (`cutting-threads.ts`). */
import { parentPort, workerData, type Transferable } from 'node:worker_threads';
import { MACHINE_FILES } from './audit-files.ts';
import { BodyCutter } from './body-cutter.ts';
import { CutLines } from './cut-lines.ts';
import type { Failure, FromThread, ThreadData, ToThread } from './cutting-threads.ts';
import { unpacked } from './unpacked.ts';

const { code, readers, mostBytes, block, blocks } = workerData as ThreadData;
const cutter = new BodyCutter(code);
const files = new Map<number, CutFile>();
/** Blocks of files that were read. */
const spare: ArrayBuffer[] = [];

/** A file, of which at most so many blocks are on their way to whoever reads it. */
class CutFile {
  readonly #id: number;
  /** That can be filled. */
  readonly #free: ArrayBuffer[] = [];
  #made = 0;
  #block: Buffer | null = null;
  #filled = 0;
  #stored = 0;
  #isClosed = false;
  #wake: () => void = () => undefined;
  /** What did not fit into a block yet. */
  #waiting: Buffer[] = [];

  constructor(id: number) {
    this.#id = id;
  }

  async read(path: string): Promise<void> {
    const lines = new CutLines({ cutter, readers, mostBytes, write: (bytes) => this.#write(bytes) });
    let error: Failure | null = null;
    try {
      for await (const chunk of unpacked(MACHINE_FILES.stream(path), ({ length }) => void (this.#stored += length))) {
        lines.push(chunk);
        await this.#sent();
        if (this.#isClosed) return;
      }
    } catch (caught) {
      error = failureOf(caught);
    }
    lines.end();
    await this.#sent();
    this.#send();
    post({ type: 'end', id: this.#id, stored: this.#stored, error });
  }

  /** A block was read. */
  take(bytes: ArrayBuffer): void {
    this.#free.push(bytes);
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #write(bytes: Buffer): void {
    let from = 0;
    while (from < bytes.length && this.#waiting.length === 0 && this.#hasRoom()) {
      from += this.#fill(bytes.subarray(from));
    }
    if (from < bytes.length) this.#waiting.push(Buffer.from(bytes.subarray(from)));
  }

  #hasRoom(): boolean {
    if (this.#block !== null) return true;
    let free = this.#free.pop();
    if (free === undefined && this.#made < blocks) {
      this.#made += 1;
      free = spare.pop() ?? new ArrayBuffer(block);
    }
    if (free !== undefined) this.#block = Buffer.from(free);
    return free !== undefined;
  }

  #fill(bytes: Buffer): number {
    const length = Math.min(bytes.length, block - this.#filled);
    this.#block?.set(bytes.subarray(0, length), this.#filled);
    this.#filled += length;
    if (this.#filled === block) this.#send();
    return length;
  }

  #send(): void {
    if (this.#block === null) return;
    const bytes = this.#block.buffer as ArrayBuffer;
    post({ type: 'block', id: this.#id, bytes, length: this.#filled, stored: this.#stored }, [bytes]);
    this.#block = null;
    this.#filled = 0;
  }

  /** Until all that was written is in blocks. */
  async #sent(): Promise<void> {
    for (let first = this.#waiting[0]; first !== undefined && !this.#isClosed; first = this.#waiting[0]) {
      if (!this.#hasRoom()) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      const length = this.#fill(first);
      if (length === first.length) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(length);
    }
  }
}

/** An error loses its code on the way to another thread. */
function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), code: null };
  return { message: error.message, code: (error as NodeJS.ErrnoException).code ?? null };
}

function post(message: FromThread, transfer: readonly Transferable[] = []): void {
  parentPort?.postMessage(message, transfer);
}

parentPort?.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'read': {
      const file = new CutFile(message.id);
      files.set(message.id, file);
      void file.read(message.path).finally(() => files.delete(message.id));
      return;
    }
    case 'free': {
      const file = files.get(message.id);
      if (file !== undefined) file.take(message.bytes);
      else if (spare.length < blocks) spare.push(message.bytes);
      return;
    }
    case 'close':
      files.get(message.id)?.close();
  }
});
