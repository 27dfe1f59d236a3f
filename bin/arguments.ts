import meow from 'meow';
import { nearestName } from '../src/kube/nearest-name.ts';
import type { Flag } from './flags.ts';

/** Parsed flags by long name: true, one value, or all values of a repeatable flag. */
export type Options = Readonly<Record<string, string | true | readonly string[]>>;

export interface ParsedArguments {
  readonly words: readonly string[];
  readonly options: Options;
}

/** A command line that cannot be understood; the message is for the person. */
export class ArgumentError extends Error {}

/**
 * Parses a command line as kubectl (pflag) does: `-oVALUE`, `-n VALUE`, `-Aojson`, `--flag=VALUE`, values that start
 * with a dash, `--` ends the flags. meow sees only the normal form `--name=value`.
 *
 * @throws ArgumentError for an unknown flag (with the nearest one), a missing value or a value outside the choices
 */
export function parseArguments(argv: readonly string[], flags: readonly Flag[]): ParsedArguments {
  const { tokens, words } = normalise(argv, flags);
  const given = flagsIn(tokens, flags);
  const { flags: parsed } = meow({
    argv: tokens,
    importMeta: import.meta,
    // Else the package's own is looked for and read.
    pkg: {},
    autoHelp: false,
    autoVersion: false,
    flags: Object.fromEntries(
      given.map((flag) => [
        meowName(flag),
        flag.value === 'none' ? { type: 'boolean' } : { type: 'string', isMultiple: flag.value === 'many' },
      ]),
    ),
  });
  const options: Record<string, string | true | readonly string[]> = {};
  for (const flag of given) {
    const value: unknown = (parsed as Record<string, unknown>)[meowName(flag)];
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) continue;
    options[flag.name] = value as string | true | readonly string[];
    const values = Array.isArray(value) ? (value as readonly string[]) : typeof value === 'string' ? [value] : [];
    for (const one of values) checkChoice(flag, one);
  }
  return { words, options };
}

function normalise(argv: readonly string[], flags: readonly Flag[]): { tokens: string[]; words: string[] } {
  const byName = new Map(flags.flatMap((flag) => [flag.name, ...(flag.aliases ?? [])].map((name) => [name, flag])));
  const byShort = new Map(flags.flatMap((flag) => (flag.short === undefined ? [] : [[flag.short, flag]])));
  const tokens: string[] = [];
  const words: string[] = [];
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      words.push(...rest.splice(0));
    } else if (word.startsWith('--')) {
      tokens.push(longFlag(word, byName, rest));
    } else if (word.startsWith('-') && word !== '-') {
      tokens.push(...shortFlags(word, byShort, rest));
    } else {
      words.push(word);
    }
  }
  return { tokens, words };
}

function longFlag(word: string, byName: ReadonlyMap<string, Flag>, rest: string[]): string {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const flag = byName.get(name);
  if (flag === undefined) {
    const nearest = nearestName(name, byName.keys());
    throw new ArgumentError(`unknown flag: --${name}${nearest === undefined ? '' : `; did you mean --${nearest}?`}`);
  }
  if (equals >= 0) return withValue(flag, word.slice(equals + 1), `--${name}`);
  return next(flag, rest, `--${name}`);
}

function shortFlags(word: string, byShort: ReadonlyMap<string, Flag>, rest: string[]): string[] {
  const tokens: string[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const letter = word.charAt(at);
    const flag = byShort.get(letter);
    if (flag === undefined) throw new ArgumentError(`unknown shorthand flag: '${letter}' in ${word}`);
    const tail = word.slice(at + 1);
    if (tail.startsWith('=')) return [...tokens, withValue(flag, tail.slice(1), `-${letter}`)];
    if (flag.value === 'none' || flag.value === 'optional') {
      tokens.push(withValue(flag, undefined, `-${letter}`));
      continue;
    }
    return [...tokens, tail === '' ? next(flag, rest, `-${letter}`) : withValue(flag, tail, `-${letter}`)];
  }
  return tokens;
}

function next(flag: Flag, rest: string[], written: string): string {
  if (flag.value === 'none' || flag.value === 'optional') return withValue(flag, undefined, written);
  const value = rest.shift();
  if (value === undefined) throw new ArgumentError(`flag needs an argument: ${written}`);
  return withValue(flag, value, written);
}

function withValue(flag: Flag, value: string | undefined, written: string): string {
  if (flag.value === 'none') {
    if (value === undefined || value === 'true') return `--${normalName(flag)}`;
    if (value === 'false') return `--no-${normalName(flag)}`;
    throw new ArgumentError(`invalid argument "${value}" for ${written}: it is true or false`);
  }
  return `--${normalName(flag)}=${value ?? '1'}`;
}

function checkChoice(flag: Flag, value: string): void {
  if (flag.choices === undefined || flag.choices.includes(value)) return;
  const nearest = nearestName(value, flag.choices);
  throw new ArgumentError(
    `invalid value "${value}" for --${flag.name}: it is one of ${flag.choices.join(', ')}` +
      (nearest === undefined ? '' : `; did you mean ${nearest}?`),
  );
}

/** The flags that are given. meow prepares each flag that it is told of before it looks at the first word. */
function flagsIn(tokens: readonly string[], flags: readonly Flag[]): readonly Flag[] {
  const names = new Set(tokens.map((token) => token.replace(/^--(?:no-)?/, '').replace(/=[\s\S]*$/, '')));
  return flags.filter((flag) => names.has(normalName(flag)));
}

/** The long name that meow sees; the prefix keeps it from reading `--no-color` as the negation of `--color`. */
function normalName(flag: Flag): string {
  return `flag-${flag.name}`;
}

function meowName(flag: Flag): string {
  return normalName(flag).replaceAll(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
