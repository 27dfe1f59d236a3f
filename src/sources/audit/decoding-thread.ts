/** A thread's program: decodes audit logs ahead of the thread that judges their events. */
import { parentPort, workerData } from 'node:worker_threads';
import type { AuditNotes } from '../../model/change.ts';
import { EventPacker, type PackedEvents } from './packed-events.ts';
import { readAuditLog, type AuditProgress } from './read-audit-log.ts';

/** What the thread is started with. */
export interface DecodingTask {
  /** Files of this machine, as `auditLogFiles` finds them. */
  readonly paths: readonly string[];
  /** How many messages of events the other thread has taken: one number that both see. */
  readonly taken: Int32Array;
}

/** What it tells, file after file. */
export type DecodedMessage =
  | {
      readonly type: 'events';
      readonly events: PackedEvents;
      /** Of the file; its count of events is of all that were decoded. */
      readonly progress: AuditProgress | null;
    }
  | { readonly type: 'end'; readonly notes: AuditNotes }
  /** The message is for the person. */
  | { readonly type: 'error'; readonly message: string };

/** Messages of events that may wait for the other thread: each is of a chunk of the file, a megabyte. */
const MOST_AHEAD = 2;
/** Which of them are new is for the other thread to say. */
const ALL_NEW = { isNew: () => true };

async function decode({ paths, taken }: DecodingTask, tell: (message: DecodedMessage) => void): Promise<void> {
  const packer = new EventPacker();
  let sent = 0;
  for (const path of paths) {
    let progress: AuditProgress | null = null;
    const send = (): void => {
      tell({ type: 'events', events: packer.take(), progress });
      sent += 1;
      let now = Atomics.load(taken, 0);
      while (sent - now >= MOST_AHEAD) {
        Atomics.wait(taken, 0, now);
        now = Atomics.load(taken, 0);
      }
    };
    const [notes] = await readAuditLog([path], {
      seen: ALL_NEW,
      onEvents: (events) => packer.add(events),
      onProgress: (now) => void (progress = now),
      afterChunk: () => Promise.resolve(send()),
    });
    send();
    if (notes !== undefined) tell({ type: 'end', notes });
  }
}

if (parentPort !== null) {
  const port = parentPort;
  const tell = (message: DecodedMessage): void => port.postMessage(message);
  decode(workerData as DecodingTask, tell).catch((error: unknown) => {
    tell({ type: 'error', message: error instanceof Error ? error.message : String(error) });
  });
}
