import { completions, type CompletionWorld } from './complete-command.ts';
import { parseFilter, type RowFilter } from './filter.ts';
import { editKey, lineEdit } from './line-edit.ts';
import { stay, type Step } from './navigation.ts';
import { withOpenFilter } from './open-filter.ts';
import { runCommand } from './run-command.ts';
import { openPane, type Prompt, type SessionState } from './state.ts';
import { columnWord } from './table-columns.ts';

const MAX_HISTORY = 100;

/** A key while a line is typed at the bottom. */
export function promptKey(state: SessionState, prompt: Prompt, key: string): Step {
  if (key === 'ctrl-c') return stay(state, { type: 'quit' });
  if (key === 'escape') return stay(cancel(state, prompt));
  if (key === 'enter') return accept(state, prompt);
  if (key === 'backspace' && prompt.edit.text === '') return stay(cancel(state, prompt));
  if (prompt.type === 'command') {
    if (key === 'tab' || key === 'shift-tab') return stay(complete(state, prompt, key === 'tab' ? 1 : -1));
    if (key === 'up' || key === 'ctrl-p') return stay(recall(state, prompt, 1));
    if (key === 'down' || key === 'ctrl-n') return stay(recall(state, prompt, -1));
  }
  const edit = editKey(prompt.edit, key);
  return stay(edit === undefined ? state : edited(state, { ...prompt, edit, choice: -1, completing: '' }));
}

/** Puts a changed prompt in place; a filter works while it is typed. */
export function edited(state: SessionState, prompt: Prompt): SessionState {
  const typed = { ...state, prompt };
  return prompt.type === 'filter' ? withFilter(typed, prompt.edit.text) : typed;
}

/** What completion knows. */
function completionWorld(state: SessionState): CompletionWorld {
  return {
    namespaces: state.snapshot.namespaces,
    contexts: state.contexts.map((one) => one.name),
    columns: state.snapshot.panes.find((one) => one.name === openPane(state))?.columns.map(columnWord) ?? [],
    history: state.commands,
  };
}

/** The completions of what is typed, for display: candidates, and which of them was chosen. */
export function promptCompletions(state: SessionState, prompt: Prompt): readonly string[] {
  if (prompt.type !== 'command') return [];
  return completions(prompt.choice < 0 ? prompt.edit.text : prompt.completing, completionWorld(state));
}

function complete(state: SessionState, prompt: Prompt, by: 1 | -1): SessionState {
  const candidates = promptCompletions(state, prompt);
  if (candidates.length === 0) return nextWord(state, prompt);
  const completing = prompt.choice < 0 ? prompt.edit.text : prompt.completing;
  const from = prompt.choice < 0 && by < 0 ? 0 : prompt.choice;
  const choice = (from + by + candidates.length) % candidates.length;
  const edit = lineEdit(candidates[choice] ?? '');
  // With one candidate it is done; a further tab completes the next word.
  if (candidates.length === 1) {
    return { ...state, prompt: { ...prompt, edit: lineEdit(`${edit.text} `), choice: -1, completing: '' } };
  }
  return { ...state, prompt: { ...prompt, edit, choice, completing } };
}

/** After a whole word that more can follow, a tab begins the next one. */
function nextWord(state: SessionState, prompt: Prompt): SessionState {
  const text = `${prompt.edit.text} `;
  if (completions(text, { ...completionWorld(state), history: [] }).length === 0) return state;
  return { ...state, prompt: { ...prompt, edit: lineEdit(text), choice: -1, completing: '' } };
}

function recall(state: SessionState, prompt: Prompt, by: 1 | -1): SessionState {
  const back = Math.max(0, Math.min(prompt.back + by, state.commands.length));
  if (back === prompt.back) return state;
  const before = prompt.back === 0 ? prompt.edit.text : prompt.before;
  const text = back === 0 ? before : (state.commands[state.commands.length - back] ?? '');
  return { ...state, prompt: { ...prompt, before, back, edit: lineEdit(text), choice: -1, completing: '' } };
}

function cancel(state: SessionState, prompt: Prompt): SessionState {
  const closed = { ...state, prompt: null };
  return prompt.type === 'filter' ? withFilter(closed, prompt.before) : closed;
}

function accept(state: SessionState, prompt: Prompt): Step {
  const closed = { ...state, prompt: null };
  if (prompt.type === 'filter') return stay(acceptFilter(closed, prompt.edit.text));
  const text = prompt.edit.text.trim();
  const commands = text === '' ? state.commands : [...state.commands.filter((one) => one !== text), text];
  return runCommand({ ...closed, commands: commands.slice(-MAX_HISTORY) }, text);
}

/** What is no selector when it is entered filters nothing, and says so. */
function acceptFilter(state: SessionState, text: string): SessionState {
  const filter = parseFilter(text);
  const filtered = withFilter(state, text);
  return isNoSelector(filter) ? { ...filtered, message: { text: filter.problem, tone: 'warning' } } : filtered;
}

function isNoSelector({ problem, text }: RowFilter): boolean {
  return problem !== '' && text.startsWith('-l');
}

function withFilter(state: SessionState, text: string): SessionState {
  const filter = parseFilter(text);
  // While a selector is half typed the rows stay as they are.
  return isNoSelector(filter) ? state : withOpenFilter(state, filter);
}
