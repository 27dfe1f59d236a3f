import { findCredentials, judgeCredential } from './credential-detector.ts';
import { sanitise, sanitiseBlock } from './sanitise.ts';

/** Annotations that hold a copy of the whole object. */
const COPIES = /\/last-applied-configuration$|^kapp\.k14s\.io\/original$/;

/**
 * An object as it may be shown to a person: without managedFields and copies of itself, every string sanitised, and every
 * literal that looks like a credential replaced by what it looks like.
 *
 * @param raw an object as the API server sends it; a Secret must come without its data
 */
export function maskObject(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { metadata, ...rest } = raw;
  const { managedFields: _cut, ...shown } = (metadata ?? {}) as Record<string, unknown>;
  return masked('', { apiVersion: rest['apiVersion'], kind: rest['kind'], metadata: shown, ...rest }) as Record<
    string,
    unknown
  >;
}

function masked(key: string, value: unknown): unknown {
  if (typeof value === 'string') return maskedText(key, value);
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => masked(flagName(value[index - 1]) ?? key, item));
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  // An environment variable: the value belongs to the name beside it.
  const name = typeof fields['name'] === 'string' ? fields['name'] : undefined;
  return Object.fromEntries(
    Object.entries(fields).map(([inner, content]) => [
      sanitise(inner),
      COPIES.test(inner)
        ? '(a copy of the object, not shown)'
        : masked(inner === 'value' ? (name ?? inner) : inner, content),
    ]),
  );
}

/** `token` of the argument `--token`, whose value is the next argument. */
function flagName(argument: unknown): string | undefined {
  return typeof argument === 'string' ? /^--?([a-zA-Z][\w.-]*)$/.exec(argument)?.[1] : undefined;
}

function maskedText(key: string, value: string): string {
  // Of an annotation or label the name after the prefix tells.
  const verdict = judgeCredential(key.slice(key.lastIndexOf('/') + 1), value) ?? findCredentials(value)[0];
  if (verdict !== undefined) return `(masked: looks like a ${verdict.rule}, ${verdict.lengthClass} characters)`;
  return value.includes('\n') ? sanitiseBlock(value) : sanitise(value, Number.MAX_SAFE_INTEGER);
}
