import type { SessionSource } from '../src/app/session-source.ts';
import type { Change } from '../src/model/change.ts';
import { noteText } from '../src/remedy/network/observed-effects.ts';
import { readFlows } from '../src/sources/flows/read-flows.ts';
import type { Settings } from './settings.ts';

/**
 * Reads the flow logs of `--flows` to their end; none where none was named.
 *
 * @param tell gets one line about each log that could not be used whole
 * @throws AuditSourceError where a log cannot be opened
 */
export async function loadFlows(settings: Settings, tell: (text: string) => void): Promise<readonly Change[]> {
  if (settings.flows.length === 0) return [];
  const flows = await readFlows(settings.flows, { stdin: process.stdin });
  for (const text of flows.notes.flatMap(noteText)) tell(text);
  return [{ type: 'flows', flows }];
}

/** The same for a session: what goes wrong is a note, and costs nothing else. */
export function followFlows(settings: Settings, sink: Parameters<SessionSource['start']>[0]): void {
  loadFlows(settings, (text) => sink.note(text)).then(
    (changes) => sink.apply(changes),
    (error: unknown) => sink.note(`flow log: ${error instanceof Error ? error.message : String(error)}`),
  );
}
