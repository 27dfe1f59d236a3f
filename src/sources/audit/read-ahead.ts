import { Worker } from 'node:worker_threads';
import type { AuditEvent } from '../../model/audit-event.ts';
import type { AuditNotes } from '../../model/change.ts';
import { AuditSourceError } from './audit-files.ts';
import type { DecodedMessage, DecodingTask } from './decoding-thread.ts';
import { EventSelection, type SelectionOptions } from './event-selection.ts';
import { EventUnpacker } from './packed-events.ts';
import type { AuditProgress } from './read-audit-log.ts';

/** Events handed on at once. */
const BATCH = 100;
/** Of the decoding thread, in MB: what it makes is soon thrown away. */
const YOUNG_GENERATION = 12;

export interface ReadAheadOptions extends SelectionOptions {
  /** Never more than 100 events; the array is the receiver's. */
  onEvents(events: readonly AuditEvent[]): void;
  onProgress?(progress: AuditProgress): void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads files of this machine as `readAuditLog` does, with the decoding in a thread of its own: two cores share the work,
 * and the events come in the same order.
 *
 * @param program the file of `decoding-thread.ts` as it can be run
 * @returns one note per file
 * @throws AuditSourceError where one cannot be read; AbortError when the signal fires
 */
export async function readAhead(
  paths: readonly string[],
  program: string,
  options: ReadAheadOptions,
): Promise<readonly AuditNotes[]> {
  const taken = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const task: DecodingTask = { paths, taken };
  const worker = new Worker(program, {
    workerData: task,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION },
  });
  try {
    const unpacker = new EventUnpacker();
    const notes: AuditNotes[] = [];
    let selection = new EventSelection(options);
    let events = 0;
    for await (const message of messagesOf(worker, options.signal)) {
      switch (message.type) {
        case 'events': {
          const selected = unpacker.unpack(message.events).filter((event) => selection.takes(event));
          Atomics.add(taken, 0, 1);
          Atomics.notify(taken, 0);
          for (let at = 0; at < selected.length; at += BATCH) options.onEvents(selected.slice(at, at + BATCH));
          events += selected.length;
          if (message.progress !== null) options.onProgress?.({ ...message.progress, events });
          break;
        }
        case 'end':
          notes.push({ ...message.notes, ...selection.counts });
          selection = new EventSelection(options);
          events = 0;
          break;
        case 'error':
          throw new AuditSourceError(message.message);
      }
    }
    if (notes.length < paths.length) throw new Error('the thread that decodes audit logs ended early');
    return notes;
  } finally {
    await worker.terminate();
  }
}

/** What a thread tells until it ends, in order. */
async function* messagesOf(worker: Worker, signal: AbortSignal | undefined): AsyncGenerator<DecodedMessage> {
  const waiting: DecodedMessage[] = [];
  let failure: Error | null = null;
  let isEnded = false;
  let wake = (): void => undefined;
  worker
    .on('message', (message: DecodedMessage) => {
      waiting.push(message);
      wake();
    })
    .on('error', (error) => {
      failure = error instanceof Error ? error : new Error(String(error));
      wake();
    })
    .on('exit', () => {
      isEnded = true;
      wake();
    });
  const onAbort = (): void => wake();
  signal?.addEventListener('abort', onAbort);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const message = waiting.shift();
      if (message !== undefined) yield message;
      else if (failure !== null) throw failure;
      else if (isEnded) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}
