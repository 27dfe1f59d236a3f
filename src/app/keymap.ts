import { PANES } from '../model/finding.ts';
import { currentItem } from './body-lines.ts';
import { hasRemedies } from './finding-help.ts';
import type { KeyBinding } from './key-binding.ts';
import { actionObject, actionRow, currentFindings, isSavable, relatedObject, treeQuestion } from './selection.ts';
import { here, openPane, openTable, type SessionState } from './state.ts';
import { isFiltered, openFilter } from './open-filter.ts';
import { sidewaysWidth } from './text-place.ts';
import { cursorRow } from './table-state.ts';

type Works = (state: SessionState) => boolean;

const always: Works = () => true;
const inTable: Works = (state) => openTable(state) !== undefined;
const onRow: Works = (state) => actionRow(state) !== undefined;
const inRemedy: Works = (state) => here(state).place.type === 'remedy';
const inAudit: Works = (state) => openPane(state) === 'audit';
const withPanes: Works = (state) => !inRemedy(state);
const hasParent: Works = (state) => here(state).parent !== undefined;

/** The whole keyboard. The first binding of a key that works here is the one that counts. */
export const KEYS: readonly KeyBinding[] = [
  {
    keys: ['enter'],
    action: 'enter',
    group: 'rows',
    label: 'open',
    help: 'what, why, evidence, references, remedy',
    footer: 1,
    works: canEnter,
  },
  {
    keys: ['f'],
    action: 'remedy',
    group: 'rows',
    label: 'fix',
    help: 'remediation YAML for the row, or the marked rows',
    footer: 2,
    works: (state) => canFix(state) === true,
  },
  {
    keys: ['f'],
    action: 'remedy',
    group: 'rows',
    label: 'no fix: why',
    help: 'why there is no remediation YAML, and what to do',
    footer: 0,
    works: (state) => canFix(state) === false,
  },
  {
    keys: ['v'],
    action: 'validate',
    group: 'remedy',
    label: 'validate on server',
    help: 'validate by a server-side dry run',
    footer: 12,
    works: hasRemedy,
  },
  {
    keys: ['tab'],
    action: 'next-tab',
    group: 'remedy',
    label: 'what changes',
    help: 'YAML, diff, what changes',
    footer: 3,
    works: inRemedy,
  },
  {
    keys: ['right'],
    action: 'next-remedy',
    group: 'remedy',
    label: 'next',
    help: 'next remedy',
    footer: 5,
    works: severalRemedies,
  },
  {
    keys: ['left'],
    action: 'previous-remedy',
    group: 'remedy',
    label: 'previous',
    help: 'previous remedy',
    footer: 0,
    works: severalRemedies,
  },
  {
    keys: ['ctrl-s'],
    action: 'save',
    group: 'rows',
    label: 'save',
    help: 'save the table or the text to a new file',
    footer: 10,
    works: isSavable,
  },
  {
    keys: ['c'],
    action: 'copy',
    group: 'rows',
    label: 'copy',
    help: 'copy the name, marked rows (CSV), or the text',
    footer: 11,
    works: (state) => onRow(state) || isSavable(state),
  },
  {
    keys: ['n'],
    action: 'copy-namespace',
    group: 'rows',
    label: 'copy namespace',
    help: 'copy the namespace',
    footer: 0,
    works: (state) => (actionRow(state)?.namespace ?? '') !== '',
  },
  {
    keys: ['space'],
    action: 'mark',
    group: 'rows',
    label: 'mark',
    help: 'mark the row; f then remedies all marked',
    footer: 9,
    works: (state) => cursorRowOf(state),
  },
  {
    keys: ['y'],
    action: 'yaml',
    group: 'rows',
    label: 'yaml',
    help: "the object's YAML (no secret value)",
    footer: 6,
    works: (state) => actionObject(state) !== undefined,
  },
  {
    keys: ['d'],
    action: 'describe',
    group: 'rows',
    label: 'describe',
    help: 'what k8sec knows of the object',
    footer: 7,
    works: (state) => actionObject(state) !== undefined,
  },
  {
    keys: ['t'],
    action: 'tree',
    group: 'rows',
    label: 'tree',
    help: 'reach or path as a tree',
    footer: 8,
    works: (state) => treeQuestion(state) !== undefined,
  },
  {
    keys: ['t'],
    action: 'drawing',
    group: 'rows',
    label: 'graph or tree',
    help: 'the tree as boxes and arrows, and back',
    footer: 1,
    works: inDrawing,
  },
  {
    keys: ['right'],
    action: 'look-right',
    group: 'moving',
    label: 'right',
    help: 'further right, where a graph or an answer is wider than the screen',
    footer: 2,
    works: isWide,
  },
  {
    keys: ['left'],
    action: 'look-left',
    group: 'moving',
    label: 'left',
    help: 'further left',
    footer: 3,
    works: isWide,
  },
  {
    keys: ['u'],
    action: 'related',
    group: 'rows',
    label: 'related',
    help: 'policies, accounts, bindings and users that it has to do with',
    footer: 8,
    works: (state) => relatedObject(state) !== undefined,
  },

  { keys: ['j', 'down'], action: 'down', group: 'moving', label: 'down', help: 'down', footer: 0, works: always },
  { keys: ['k', 'up'], action: 'up', group: 'moving', label: 'up', help: 'up', footer: 0, works: always },
  { keys: ['g', 'home'], action: 'top', group: 'moving', label: 'top', help: 'to the top', footer: 0, works: always },
  {
    keys: ['G', 'end'],
    action: 'bottom',
    group: 'moving',
    label: 'bottom',
    help: 'to the bottom',
    footer: 0,
    works: always,
  },
  {
    keys: ['ctrl-d'],
    action: 'half-down',
    group: 'moving',
    label: 'half down',
    help: 'half a page down',
    footer: 0,
    works: always,
  },
  {
    keys: ['ctrl-u'],
    action: 'half-up',
    group: 'moving',
    label: 'half up',
    help: 'half a page up',
    footer: 0,
    works: always,
  },
  {
    keys: ['pagedown', 'ctrl-f'],
    action: 'page-down',
    group: 'moving',
    label: 'page down',
    help: 'a page down',
    footer: 0,
    works: always,
  },
  {
    keys: ['pageup', 'ctrl-b'],
    action: 'page-up',
    group: 'moving',
    label: 'page up',
    help: 'a page up',
    footer: 0,
    works: always,
  },

  {
    keys: ['N'],
    action: 'sort-name',
    group: 'order',
    label: 'by name',
    help: 'sort by name; again: reversed',
    footer: 0,
    works: inTable,
  },
  {
    keys: ['P'],
    action: 'sort-namespace',
    group: 'order',
    label: 'by namespace',
    help: 'sort by namespace',
    footer: 0,
    works: inTable,
  },
  {
    keys: ['S'],
    action: 'sort-severity',
    group: 'order',
    label: 'by severity',
    help: 'sort by severity',
    footer: 0,
    works: inTable,
  },
  { keys: ['A'], action: 'sort-age', group: 'order', label: 'by age', help: 'sort by age', footer: 0, works: inTable },
  {
    keys: ['ctrl-z'],
    action: 'only-failing',
    group: 'order',
    label: 'only failing',
    help: 'only failing rows, or all again',
    footer: 12,
    works: inTable,
  },
  {
    keys: ['ctrl-w'],
    action: 'wide',
    group: 'order',
    label: 'wide',
    help: 'more columns, or fewer again',
    footer: 0,
    works: hasWideColumns,
  },
  {
    keys: ['/'],
    action: 'filter',
    group: 'order',
    label: 'filter',
    help: 'filter: regex, !x inverse, -l labels, -f letters',
    footer: 5,
    works: (state) => openFilter(state) !== undefined,
  },
  {
    keys: ['<'],
    action: 'earlier',
    group: 'order',
    label: 'earlier',
    help: 'ten minutes back in time',
    footer: 8,
    works: inAudit,
  },
  {
    keys: ['>'],
    action: 'later',
    group: 'order',
    label: 'later',
    help: 'ten minutes forward, at the end: now',
    footer: 8,
    works: (state) => openTable(state)?.asOf !== null && inAudit(state),
  },

  {
    keys: ['tab'],
    action: 'next-pane',
    group: 'places',
    label: 'pane',
    help: 'next pane',
    footer: 0,
    works: withPanes,
  },
  {
    keys: ['shift-tab'],
    action: 'previous-pane',
    group: 'places',
    label: 'pane',
    help: 'previous pane',
    footer: 0,
    works: withPanes,
  },
  {
    keys: PANES.map((_, at) => String(at + 1)),
    action: 'choose-pane',
    group: 'places',
    label: 'pane',
    help: 'open that pane',
    footer: 0,
    works: always,
  },
  {
    keys: ['0'],
    action: 'all-namespaces',
    group: 'places',
    label: 'all namespaces',
    help: 'all namespaces',
    footer: 15,
    works: (state) => state.namespace !== null,
  },
  {
    keys: ['['],
    action: 'back',
    group: 'places',
    label: 'back',
    help: 'back in the history',
    footer: 0,
    works: (state) => state.at > 0,
  },
  {
    keys: [']'],
    action: 'forward',
    group: 'places',
    label: 'forward',
    help: 'forward in the history',
    footer: 0,
    works: (state) => state.at < state.visits.length - 1,
  },
  {
    keys: ['-'],
    action: 'swap',
    group: 'places',
    label: 'last view',
    help: 'the view before this one',
    footer: 0,
    works: (state) => state.last !== undefined,
  },
  {
    keys: ['escape'],
    action: 'leave',
    group: 'places',
    label: 'back',
    help: 'close, then clear the filter, then back',
    footer: 4,
    works: (state) => hasParent(state) || isFiltered(state),
  },
  { keys: ['q'], action: 'leave', group: 'places', label: 'back', help: 'like esc', footer: 0, works: always },

  {
    keys: [':'],
    action: 'command',
    group: 'session',
    label: 'command',
    help: 'command: a pane, ns X, ctx X, a question',
    footer: 15,
    works: always,
  },
  { keys: ['?'], action: 'help', group: 'session', label: 'help', help: 'these keys', footer: 16, works: always },
  {
    keys: ['ctrl-r'],
    action: 'refresh',
    group: 'session',
    label: 'refresh',
    help: 'sort again, and read again what is stale',
    footer: 0,
    works: always,
  },
  {
    keys: ['ctrl-l'],
    action: 'repaint',
    group: 'session',
    label: 'repaint',
    help: 'paint the screen again',
    footer: 0,
    works: always,
  },
  {
    keys: ['ctrl-c'],
    action: 'quit',
    group: 'session',
    label: 'quit',
    help: 'quit, as :q does',
    footer: 17,
    works: always,
  },
];

/** The binding that a key has here; undefined where it has none. */
export function bindingOf(key: string, state: SessionState): KeyBinding | undefined {
  return KEYS.find((binding) => binding.keys.includes(key) && binding.works(state));
}

/** The bindings that work here, each key once. */
export function workingBindings(state: SessionState): readonly KeyBinding[] {
  return KEYS.filter((binding) => binding.keys.some((key) => bindingOf(key, state) === binding));
}

function canEnter(state: SessionState): boolean {
  const { place } = here(state);
  if (place.type === 'pane') return cursorRowOf(state);
  return currentItem(state) !== null;
}

function inDrawing(state: SessionState): boolean {
  const { place } = here(state);
  return place.type === 'text' && !place.failed && (place.drawing?.graph ?? null) !== null;
}

function isWide(state: SessionState): boolean {
  return sidewaysWidth(state) >= state.columns;
}

/** Whether one of the findings here has a remedy; null where there are none. */
function canFix(state: SessionState): boolean | null {
  const findings = inRemedy(state) ? [] : currentFindings(state);
  return findings.length === 0 ? null : findings.some(hasRemedies);
}

function cursorRowOf(state: SessionState): boolean {
  const table = openTable(state);
  return table !== undefined && cursorRow(table) !== undefined;
}

function hasWideColumns(state: SessionState): boolean {
  const pane = openPane(state);
  return state.snapshot.panes.some((one) => one.name === pane && one.columns.some((column) => column.wide === true));
}

function hasRemedy(state: SessionState): boolean {
  const { place } = here(state);
  return place.type === 'remedy' && place.remedies?.[place.index]?.refused === null;
}

function severalRemedies(state: SessionState): boolean {
  const { place } = here(state);
  return place.type === 'remedy' && (place.remedies?.length ?? 0) > 1;
}
