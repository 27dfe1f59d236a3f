import type { Glyphs } from './glyphs.ts';
import type { SessionState } from './state.ts';

export type KeyGroup = 'places' | 'moving' | 'rows' | 'order' | 'remedy' | 'session';

/** One line of the key table: dispatch, footer, help and README are made from it. */
export interface KeyBinding {
  /** Keys by name, such as `j`, `ctrl-d`, `N` (shift-n), `escape`. */
  readonly keys: readonly string[];
  readonly action: ActionName;
  readonly group: KeyGroup;
  /** One or two words for the footer. */
  readonly label: string;
  /** One line for the help. */
  readonly help: string;
  /** Order in the footer, the most important first; 0 keeps it out. */
  readonly footer: number;
  /** Whether the key does something here and now. */
  works(state: SessionState): boolean;
}

export type ActionName =
  | 'down'
  | 'up'
  | 'top'
  | 'bottom'
  | 'half-down'
  | 'half-up'
  | 'page-down'
  | 'page-up'
  | 'next-pane'
  | 'previous-pane'
  | 'choose-pane'
  | 'enter'
  | 'leave'
  | 'back'
  | 'forward'
  | 'swap'
  | 'command'
  | 'filter'
  | 'all-namespaces'
  | 'mark'
  | 'remedy'
  | 'yaml'
  | 'describe'
  | 'tree'
  | 'drawing'
  | 'look-right'
  | 'look-left'
  | 'related'
  | 'copy'
  | 'copy-namespace'
  | 'save'
  | 'sort-name'
  | 'sort-namespace'
  | 'sort-severity'
  | 'sort-age'
  | 'only-failing'
  | 'wide'
  | 'refresh'
  | 'earlier'
  | 'later'
  | 'validate'
  | 'next-remedy'
  | 'previous-remedy'
  | 'next-tab'
  | 'help'
  | 'repaint'
  | 'quit';

/** A key as a person reads it: `shift-n`, `↑`, `esc`. */
export function keyText(key: string, glyphs: Glyphs): string {
  if (/^[A-Z]$/.test(key)) return key === 'G' ? key : `shift-${key.toLowerCase()}`;
  if (key === 'up' || key === 'down' || key === 'left' || key === 'right') return glyphs[key];
  return KEY_TEXTS[key] ?? key;
}

const KEY_TEXTS: Readonly<Record<string, string>> = {
  escape: 'esc',
  pageup: 'pgup',
  pagedown: 'pgdn',
};
