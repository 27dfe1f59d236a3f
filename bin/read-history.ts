import type { AuditEvent } from '../src/model/audit-event.ts';
import type { AuditNotes } from '../src/model/change.ts';
import { openHistory } from '../src/sources/history/history-database.ts';
import { HistoryReader, type EventQuery } from '../src/sources/history/history-reader.ts';

interface HistorySink {
  /** @param count events so far, with these */
  onEvents(events: readonly AuditEvent[], count: number): void;
  /** What was counted of one log. */
  onNotes(notes: AuditNotes): void;
}

/**
 * Reads the events of a history in the order of its logs.
 *
 * @throws HistoryError where it cannot be used; AbortError when the signal fires
 */
export async function readHistory(
  path: string,
  query: EventQuery,
  sink: HistorySink,
  signal?: AbortSignal,
): Promise<void> {
  const database = await openHistory(path, 'read');
  try {
    const reader = new HistoryReader(database);
    let count = 0;
    for await (const events of reader.events(query)) {
      signal?.throwIfAborted();
      count += events.length;
      sink.onEvents(events, count);
    }
    for (const { notes } of await reader.sources()) sink.onNotes(notes);
  } finally {
    database.close();
  }
}
