/** A line of text being typed; `at` counts UTF-16 units. */
export interface LineEdit {
  readonly text: string;
  readonly at: number;
}

export const EMPTY_LINE: LineEdit = { text: '', at: 0 };

/** Longer input than any command or filter: a pasted file must not fill the prompt. */
const MAX_LENGTH = 1000;

/** Text with the cursor at its end. */
export function lineEdit(text: string): LineEdit {
  return { text, at: text.length };
}

/** Inserts text at the cursor; control characters and newlines of a paste are dropped. */
export function insert(edit: LineEdit, text: string): LineEdit {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '').slice(0, MAX_LENGTH - edit.text.length);
  return { text: edit.text.slice(0, edit.at) + clean + edit.text.slice(edit.at), at: edit.at + clean.length };
}

/**
 * Applies an editing key as readline has them.
 *
 * @returns undefined where the key edits nothing
 */
export function editKey(edit: LineEdit, key: string): LineEdit | undefined {
  const { text, at } = edit;
  switch (key) {
    case 'left':
    case 'ctrl-b':
      return { text, at: Math.max(0, at - 1) };
    case 'right':
    case 'ctrl-f':
      return { text, at: Math.min(text.length, at + 1) };
    case 'home':
    case 'ctrl-a':
      return { text, at: 0 };
    case 'end':
    case 'ctrl-e':
      return { text, at: text.length };
    case 'backspace':
    case 'ctrl-h':
      return cut(edit, at - 1, at);
    case 'delete':
    case 'ctrl-d':
      return cut(edit, at, at + 1);
    case 'ctrl-u':
      return cut(edit, 0, at);
    case 'ctrl-k':
      return cut(edit, at, text.length);
    case 'ctrl-w':
      return cut(edit, text.slice(0, at).replace(/\S+\s*$/, '').length, at);
    case 'space':
      return insert(edit, ' ');
    default:
      return Array.from(key).length === 1 ? insert(edit, key) : undefined;
  }
}

function cut({ text, at }: LineEdit, from: number, to: number): LineEdit {
  const start = Math.max(0, from);
  return { text: text.slice(0, start) + text.slice(to), at: at > start ? start : at };
}
