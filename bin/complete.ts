import type { Flag } from './flags.ts';
import type { CommandLine } from './usage.ts';

/** What completion may have to look up; each answers with nothing where that cannot be read. */
export interface CompletionSources {
  readonly flags: readonly Flag[];
  readonly commands: readonly CommandLine[];
  readonly rules: readonly { readonly id: string; readonly summary: string }[];
  readonly contexts: () => Promise<readonly string[]>;
  readonly namespaces: () => Promise<readonly string[]>;
}

/** One choice and its line of help. */
export interface Choice {
  readonly value: string;
  readonly help: string;
}

/**
 * Completes the last word of a command line, as kubectl asks a plugin's `kubectl_complete-NAME` program.
 *
 * @param words all words after the program's name; the last one may be empty
 */
export async function complete(words: readonly string[], sources: CompletionSources): Promise<readonly Choice[]> {
  const last = words.at(-1) ?? '';
  const before = words.at(-2);
  const asked = before === undefined ? undefined : flagThatWants(before, sources.flags);
  if (asked !== undefined) return startingWith(last, await valuesOf(asked, sources));
  const equals = last.indexOf('=');
  if (last.startsWith('--') && equals > 0) {
    const flag = sources.flags.find((one) => one.name === last.slice(2, equals));
    const values = flag === undefined ? [] : await valuesOf(flag, sources);
    const prefix = last.slice(0, equals + 1);
    return startingWith(
      last,
      values.map((choice) => ({ ...choice, value: `${prefix}${choice.value}` })),
    );
  }
  if (last.startsWith('-')) {
    return startingWith(
      last,
      sources.flags.map((flag) => ({ value: `--${flag.name}`, help: flag.help })),
    );
  }
  if (words.slice(0, -1).some((word, at) => isArgument(word, words[at - 1], sources.flags))) return [];
  return startingWith(
    last,
    sources.commands.map((command) => ({ value: command.name, help: command.summary })),
  );
}

/** Whether a word is neither a flag nor the value of the flag before it, and so the command or what it is given. */
function isArgument(word: string, before: string | undefined, flags: readonly Flag[]): boolean {
  return !word.startsWith('-') && (before === undefined || flagThatWants(before, flags) === undefined);
}

/** The flag that takes the next word as its value. */
function flagThatWants(word: string, flags: readonly Flag[]): Flag | undefined {
  if (!word.startsWith('-') || word.includes('=')) return undefined;
  const flag = word.startsWith('--')
    ? flags.find((one) => one.name === word.slice(2) || one.aliases?.includes(word.slice(2)) === true)
    : flags.find((one) => one.short === word.slice(-1));
  return flag?.value === 'one' || flag?.value === 'many' ? flag : undefined;
}

async function valuesOf(flag: Flag, sources: CompletionSources): Promise<readonly Choice[]> {
  const plain = (values: readonly string[]): readonly Choice[] => values.map((value) => ({ value, help: '' }));
  if (flag.choices !== undefined) return plain(flag.choices);
  switch (flag.name) {
    case 'context':
      return plain(await sources.contexts());
    case 'namespace':
      return plain(await sources.namespaces());
    case 'rule':
      // A rule that judges several kinds is there once for each.
      return [...new Map(sources.rules.map(({ id, summary }) => [id, { value: id, help: summary }])).values()];
    default:
      return [];
  }
}

function startingWith(prefix: string, choices: readonly Choice[]): readonly Choice[] {
  return choices.filter((choice) => choice.value.startsWith(prefix));
}

/** The answer in the form that kubectl and cobra read: `value<TAB>help` lines, then `:4` (no file names). */
export function completionText(choices: readonly Choice[]): string {
  const lines = choices.map(({ value, help }) => (help === '' ? value : `${value}\t${help}`));
  return `${[...lines, ':4'].join('\n')}\n`;
}
