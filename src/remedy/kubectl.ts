import { rawText } from '../kube/exact-text.ts';
import { escapeYaml, isClean } from '../kube/sanitise.ts';

/**
 * A kubectl command for a POSIX shell, as a tagged template: each value is one word, whatever it holds, since who may
 * name an object must not be able to write a command into what a person copies. A name that would be read as an option
 * stands behind its kind with a slash.
 */
export function kubectl(texts: TemplateStringsArray, ...exact: readonly string[]): string {
  return texts.reduce((command, text, index) => {
    const value = exact[index - 1] ?? '';
    const before = value.startsWith('-') ? command.replace(/ $/, '/') : command;
    return `${before}${shellWord(value)}${text}`;
  }, 'kubectl ');
}

/**
 * What is not safe to show becomes an escape of `$'…'`, which bash, zsh and ksh read.
 *
 * @param exact a name as it is shown
 */
export function shellWord(exact: string): string {
  if (/^[\w.:@%+=,/-]*$/.test(exact)) return exact;
  const raw = rawText(exact) ?? exact;
  if (isClean(raw)) return `'${raw.replaceAll("'", `'\\''`)}'`;
  return `$'${escapeYaml(raw.replaceAll(/[\\']/g, '\\$&')).replaceAll('\n', '\\n')}'`;
}
