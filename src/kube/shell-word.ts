import { rawText } from './exact-text.ts';
import { escapeYaml, isClean } from './sanitise.ts';

/**
 * One word of a POSIX shell, whatever the value holds. What is not safe to show becomes an escape of `$'…'`, which bash,
 * zsh and ksh read.
 *
 * @param exact a name as it is shown
 */
export function shellWord(exact: string): string {
  if (/^[\w.:@%+=,/-]*$/.test(exact)) return exact;
  const raw = rawText(exact) ?? exact;
  if (isClean(raw)) return `'${raw.replaceAll("'", `'\\''`)}'`;
  return `$'${escapeYaml(raw.replaceAll(/[\\']/g, '\\$&')).replaceAll('\n', '\\n')}'`;
}
