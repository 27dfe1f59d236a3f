import { canDraw } from './glyphs.ts';
import { parseCommandLine, type CommandLine } from './command-line.ts';
import { parseFilter } from './filter.ts';
import { changeTable } from './move-actions.ts';
import { open, openBelow, stay, type Step } from './navigation.ts';
import { columnsNamed, columnWord } from './table-columns.ts';
import type { GroupKey } from './group-rows.ts';
import { questionRef } from './question-list.ts';
import { ask, handOver, showRelatedOf, showTree, showWaiver } from './row-actions.ts';
import { mapTables, openPaneStep, scopeOf, setNamespace } from './scope.ts';
import { switchDrawing } from './text-place.ts';
import { currentFindings, treeQuestion } from './selection.ts';
import { here, openPane, type SessionState } from './state.ts';
import { resort } from './table-state.ts';

/** Runs a line that was typed after `:`. */
export function runCommand(state: SessionState, text: string): Step {
  const command = parseCommandLine(text);
  switch (command.type) {
    case 'nothing':
      return stay(state);
    case 'problem':
      return stay({ ...state, message: { text: command.text, tone: 'bad' } });
    case 'overview':
      return here(state).place.type === 'overview' ? stay(state) : openBelow(state, { type: 'overview' }, undefined);
    case 'pane':
      return paneStep(state, command);
    case 'namespace':
      return namespaceStep(state, command.namespace);
    case 'context':
      return contextStep(state, command.name);
    case 'theme':
      return stay({ ...state, theme: command.name, message: { text: `theme ${command.name}`, tone: 'plain' } });
    case 'hand-over':
      return handOver(state, command.to);
    case 'group':
      return groupStep(state, command.by);
    case 'columns':
      return columnsStep(state, command.names);
    case 'ask':
      return ask(state, command.words);
    case 'list':
      return showRelatedOf(state, questionRef(command.question));
    case 'graph':
      return graphStep(state);
    case 'waive':
      return showWaiver(state, currentFindings(state));
    case 'help':
      return stay({ ...state, help: 0, message: null });
    case 'suspend':
      return stay(state, { type: 'suspend' });
    case 'quit':
      return stay(state, { type: 'quit' });
  }
}

function paneStep(state: SessionState, command: Extract<CommandLine, { type: 'pane' }>): Step {
  const { namespace, filter, context } = command;
  const opened = openPaneStep(namespace === null ? state : withNamespace(state, namespace), command.pane);
  const filtered =
    filter === null
      ? opened.state
      : changeTable(opened.state, (table) => resort({ ...table, filter: parseFilter(filter) }, scopeOf(opened.state)));
  const effects = context === null ? [] : [{ type: 'find-context', name: context, keeps: true } as const];
  return stay(filtered, ...opened.effects, ...effects);
}

function graphStep(state: SessionState): Step {
  const { place } = here(state);
  if (!canDraw(state.glyphs)) {
    const text = 'nothing is drawn for a screen reader: t on a row tells the same as a tree';
    return stay({ ...state, message: { text, tone: 'warning' } });
  }
  if (place.type === 'text' && place.drawing !== undefined)
    return stay(place.drawing.shown ? state : switchDrawing(state));
  if (treeQuestion(state) !== undefined) return showTree(state, true);
  const text = 'nothing to draw here: choose a workload of the network pane, or a row of the rbac pane';
  return stay({ ...state, message: { text, tone: 'warning' } });
}

function groupStep(state: SessionState, group: GroupKey | null): Step {
  const changed = { ...state, group };
  const tables = mapTables(changed, (table) => resort(table, scopeOf(changed)));
  const text = group === null ? 'not grouped' : `grouped by ${group}; :group none ends it`;
  return stay({ ...changed, tables, message: { text, tone: 'plain' } });
}

function columnsStep(state: SessionState, names: readonly string[] | null): Step {
  const pane = state.snapshot.panes.find((one) => one.name === openPane(state));
  const problem = (text: string): Step => stay({ ...state, message: { text, tone: 'bad' } });
  if (pane === undefined) return problem('columns are those of a table: open a pane first');
  const chosen = names === null ? null : columnsNamed(pane.columns, names);
  if (typeof chosen === 'string') {
    return problem(`no column "${chosen}" here: ${pane.columns.map(columnWord).join(', ')}`);
  }
  const text = chosen === null ? 'the usual columns' : 'columns chosen; :columns shows the usual ones again';
  const changed = changeTable(state, (table) => ({ ...table, columns: chosen?.map((one) => one.name) ?? null }));
  return stay({ ...changed, message: { text, tone: 'plain' } });
}

function namespaceStep(state: SessionState, namespace: string | null): Step {
  return namespace === null ? open(state, { type: 'namespaces' }) : stay(withNamespace(state, namespace));
}

function withNamespace(state: SessionState, namespace: string): SessionState {
  const all = namespace === 'all' || namespace === '*';
  const changed = setNamespace(state, all ? null : namespace);
  const known = state.snapshot.namespaces;
  if (all || known.length === 0 || known.includes(namespace)) return changed;
  return {
    ...changed,
    message: { text: `nothing was read from a namespace "${namespace}"; 0 shows all`, tone: 'warning' },
  };
}

function contextStep(state: SessionState, name: string | null): Step {
  if (name !== null) return stay(state, { type: 'find-context', name, keeps: false });
  const opened = open(state, { type: 'contexts', contexts: null });
  return stay(opened.state, ...opened.effects, { type: 'contexts' });
}
