import { PANES } from '../model/finding.ts';
import type { ActionName } from './key-binding.ts';
import { currentItem } from './body-lines.ts';
import { changeTable, moveBy, pageBy } from './move-actions.ts';
import { stay, swap, travel, up, type Step } from './navigation.ts';
import { enterItem, openRow } from './open-actions.ts';
import { nextRemedy, nextTab, validate } from './remedy-actions.ts';
import { copyShown, saveShown, showObject, showRelatedOf, showRemedies, showTree } from './row-actions.ts';
import { currentFindings, actionRow, relatedObject } from './selection.ts';
import { lookSideways, switchDrawing } from './text-place.ts';
import type { SortKey } from './sort-rows.ts';
import { lineEdit } from './line-edit.ts';
import { activePane, NO_PROMPT, openPane, type SessionState } from './state.ts';
import { scopeOf, openPaneStep, setNamespace } from './scope.ts';
import { pin, resort, toggleMark } from './table-state.ts';
import { NO_FILTER } from './filter.ts';
import { isFiltered, openFilter, withOpenFilter } from './open-filter.ts';

/** Ten minutes: one step of `<` and `>`. */
const TIME_STEP = 600_000;

/** What each action of the key table does. */
export const ACTIONS: Readonly<Record<ActionName, (state: SessionState, key: string) => Step>> = {
  down: (state) => stay(moveBy(state, 1)),
  up: (state) => stay(moveBy(state, -1)),
  top: (state) => stay(moveBy(state, -Number.MAX_SAFE_INTEGER)),
  bottom: (state) => stay(moveBy(state, Number.MAX_SAFE_INTEGER)),
  'half-down': (state) => stay(pageBy(state, 0.5)),
  'half-up': (state) => stay(pageBy(state, -0.5)),
  'page-down': (state) => stay(pageBy(state, 1)),
  'page-up': (state) => stay(pageBy(state, -1)),
  'next-pane': (state) => stepPane(state, 1),
  'previous-pane': (state) => stepPane(state, -1),
  'choose-pane': (state, key) => openPaneStep(state, PANES[Number(key) - 1] ?? 'network'),
  enter: (state) =>
    openPane(state) === null ? enterItem(state, currentItem(state)) : openRow(changeTable(state, pin)),
  leave,
  back: (state) => travel(state, -1) ?? stay(state),
  forward: (state) => travel(state, 1) ?? stay(state),
  swap: (state) => swap(state) ?? stay(state),
  command: (state) => stay({ ...state, message: null, prompt: { ...NO_PROMPT, type: 'command' } }),
  filter: (state) => {
    const text = openFilter(state)?.text ?? '';
    return stay({
      ...state,
      message: null,
      prompt: { ...NO_PROMPT, type: 'filter', edit: lineEdit(text), before: text },
    });
  },
  'all-namespaces': (state) => stay(setNamespace(state, null)),
  mark: (state) => stay(changeTable(state, toggleMark)),
  remedy: (state) => showRemedies(changeTable(state, pin), currentFindings(state)),
  yaml: (state) => showObject(changeTable(state, pin), 'yaml'),
  describe: (state) => showObject(changeTable(state, pin), 'describe'),
  tree: (state) => showTree(changeTable(state, pin)),
  drawing: (state) => stay(switchDrawing(state)),
  'look-right': (state) => stay(lookSideways(state, 1)),
  'look-left': (state) => stay(lookSideways(state, -1)),
  related: (state) => showRelatedOf(changeTable(state, pin), relatedObject(state)),
  copy: copyShown,
  'copy-namespace': (state) => {
    const namespace = actionRow(state)?.namespace ?? '';
    return stay(state, { type: 'copy', text: namespace, what: `namespace ${namespace}` });
  },
  save: saveShown,
  'sort-name': (state) => sortBy(state, 'name'),
  'sort-namespace': (state) => sortBy(state, 'namespace'),
  'sort-severity': (state) => sortBy(state, 'severity'),
  'sort-age': (state) => sortBy(state, 'age'),
  'only-failing': (state) => {
    const changed = { ...state, onlyFailing: !state.onlyFailing };
    return stay(resortOpen(changed));
  },
  wide: (state) => stay({ ...state, wide: !state.wide }),
  refresh: (state) => stay(resortOpen(state), { type: 'refresh' }),
  earlier: (state) => moveInTime(state, -TIME_STEP),
  later: (state) => moveInTime(state, TIME_STEP),
  validate,
  'next-remedy': (state) => stay(nextRemedy(state, 1)),
  'previous-remedy': (state) => stay(nextRemedy(state, -1)),
  'next-tab': (state) => stay(nextTab(state)),
  help: (state) => stay({ ...state, help: 0, message: null }),
  repaint: (state) => stay(state, { type: 'repaint' }),
  quit: (state) => stay(state, { type: 'quit' }),
};

function leave(state: SessionState, key: string): Step {
  if (isFiltered(state)) return stay(withOpenFilter(state, NO_FILTER));
  const above = up(state);
  if (above !== undefined) return above;
  if (key !== 'q') return stay(state);
  return stay({ ...state, message: { text: ':q or ctrl-c quits', tone: 'plain' } });
}

function stepPane(state: SessionState, by: 1 | -1): Step {
  const pane = activePane(state);
  const now = pane !== null ? PANES.indexOf(pane) : by > 0 ? -1 : 0;
  const next = PANES[(now + by + PANES.length) % PANES.length] ?? 'network';
  return openPaneStep(state, next);
}

function sortBy(state: SessionState, by: SortKey): Step {
  return stay(
    changeTable(state, (table) => {
      const reversed = table.sort.by === by && !table.sort.reversed;
      return resort({ ...table, sort: { by, reversed } }, scopeOf(state));
    }),
  );
}

function resortOpen(state: SessionState): SessionState {
  return changeTable(state, (table) => resort(table, scopeOf(state)));
}

function moveInTime(state: SessionState, by: number): Step {
  const now = state.snapshot.now;
  return stay(
    changeTable(state, (table) => {
      const time = (table.asOf ?? now) + by;
      return resort({ ...table, asOf: time >= now ? null : time }, scopeOf(state));
    }),
  );
}
