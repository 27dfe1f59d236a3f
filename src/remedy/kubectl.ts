import { shellWord } from '../kube/shell-word.ts';

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
