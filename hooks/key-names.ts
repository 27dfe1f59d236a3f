import type { Key } from 'ink';

/** Control characters as they come inside longer input (key repeat, a slow terminal). */
const CONTROLS: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u001b': 'escape',
  ' ': 'space',
};

type Flag = 'upArrow' | 'downArrow' | 'leftArrow' | 'rightArrow' | 'pageUp' | 'pageDown' | 'home' | 'end';

const ARROWS: readonly (readonly [flag: Flag, name: string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
];

/**
 * The keys of one call of Ink's `useInput`, by the names of the key table. Several keys that arrive in one read come as
 * one text; an `esc` directly before a key comes as `meta`.
 */
export function keyNames(input: string, key: Key): readonly string[] {
  if (key.eventType === 'release') return [];
  const before = key.meta && !key.escape ? ['escape'] : [];
  for (const [flag, name] of ARROWS) if (key[flag]) return [name];
  if (key.return) return [...before, 'enter'];
  if (key.escape) return ['escape'];
  if (key.tab) return [...before, key.shift ? 'shift-tab' : 'tab'];
  if (key.backspace) return [...before, 'backspace'];
  if (key.delete) return [...before, 'delete'];
  if (key.ctrl) return input === '' ? [] : [`ctrl-${input === ' ' ? 'space' : input.toLowerCase()}`];
  return [...before, ...Array.from(input).flatMap(characterName)];
}

function characterName(character: string): readonly string[] {
  const control = CONTROLS[character];
  if (control !== undefined) return [control];
  const code = character.charCodeAt(0);
  if (code < 0x20) return [`ctrl-${String.fromCharCode(code + 0x60)}`];
  return [character];
}
