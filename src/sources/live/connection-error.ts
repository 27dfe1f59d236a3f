import { sanitise } from '../../kube/sanitise.ts';

/** No connection can be made with what was given: a message for people, which says what to do. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** The message of anything thrown, on one safe line. */
export function reasonOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error));
}

/** Text of several lines as one safe line. */
export function oneLine(text: string, maxLength?: number): string {
  return sanitise(text.replaceAll(/\s*\n\s*/g, ' ').trim(), maxLength);
}
