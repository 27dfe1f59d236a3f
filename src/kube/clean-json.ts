import { isClean, sanitise } from './sanitise.ts';

/** Only escapes can bring in what does not stand in the text itself. */
const ESCAPES = /\\[bfnrtu]/;

/**
 * JSON that k8sec wrote, from a file that others may have had in hand: every key and text of it is safe to show. Of what
 * k8sec wrote nothing changes.
 *
 * @throws SyntaxError
 */
export function parseCleanJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return isClean(text) && !ESCAPES.test(text) ? value : cleaned(value);
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return sanitise(value, Number.MAX_SAFE_INTEGER);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleaned(key), cleaned(inner)]));
}
