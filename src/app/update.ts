import { ACTIONS } from './actions.ts';
import type { SessionEvent } from './event.ts';
import { canDraw } from './glyphs.ts';
import { helpEnd, helpHeight } from './help-table.ts';
import { bindingOf } from './keymap.ts';
import { tableHeight } from './layout.ts';
import { insert } from './line-edit.ts';
import { changeVisit, stay, type Step } from './navigation.ts';
import { chooseContext } from './open-actions.ts';
import type { Place } from './place.ts';
import { edited, promptKey } from './prompt.ts';
import { renewed } from './renew.ts';
import { mapTables, scopeOf } from './scope.ts';
import { treeGraph, treeText } from './row-tree.ts';
import type { SessionSnapshot } from './session-model.ts';
import { here, type SessionState } from './state.ts';
import { absorbRows, fitTable, settle, type TableState } from './table-state.ts';
import { withEditedRemedy } from './remedy-actions.ts';

/** The session's reducer: what a thing that happened changes, and what is to be done besides. Pure. */
export function update(state: SessionState, event: SessionEvent): Step {
  const step = changed(state, event);
  const isNews = event.type === 'snapshot' && event.snapshot.revision !== state.snapshot.revision;
  return isNews || here(step.state).id !== here(state).id ? renewed(step) : step;
}

function changed(state: SessionState, event: SessionEvent): Step {
  switch (event.type) {
    case 'key':
      return key(state, event.key);
    case 'paste':
      return state.prompt === null
        ? stay(state)
        : stay(
            edited(state, { ...state.prompt, edit: insert(state.prompt.edit, event.text), choice: -1, completing: '' }),
          );
    case 'resize':
      return stay(resize({ ...state, columns: event.columns, rows: event.rows }));
    case 'snapshot':
      return stay(absorb(state, event.snapshot));
    case 'remedies':
      return stay(
        changePlace(state, event.visit, (place) =>
          place.type === 'remedy' ? { ...place, remedies: event.remedies } : place,
        ),
      );
    case 'refusals':
      return stay(
        changePlace(state, event.visit, (place) =>
          place.type === 'detail' ? { ...place, refusals: event.refusals } : place,
        ),
      );
    case 'edited':
      return stay(
        changePlace(state, event.visit, (place) =>
          place.type === 'remedy' ? withEditedRemedy(place, event.before, event.remedy) : place,
        ),
      );
    case 'text':
      return stay(
        changePlace(state, event.visit, (place) =>
          place.type === 'text' ? { ...place, text: event.text, failed: event.failed, renewing: false } : place,
        ),
      );
    case 'tree': {
      const text = treeText(event.question, event.answers, state.glyphs);
      const graph = canDraw(state.glyphs) ? treeGraph(event.question, event.answers, state.glyphs) : null;
      return stay(
        changePlace(state, event.visit, (place) =>
          place.type === 'text' && place.drawing !== undefined
            ? { ...place, text, failed: false, drawing: { ...place.drawing, graph } }
            : place,
        ),
      );
    }
    case 'related':
      return stay(
        changePlace(state, event.visit, (place) =>
          place.type === 'related'
            ? { ...place, groups: event.groups, renewing: false }
            : place.type === 'detail'
              ? { ...place, groups: event.groups }
              : place,
        ),
      );
    case 'validated':
      return stay(
        changePlace(state, event.visit, (place) =>
          place.type === 'remedy' ? { ...place, validation: { text: event.text, ok: event.ok } } : place,
        ),
      );
    case 'contexts':
      return stay(withContexts(state, event.contexts));
    case 'context-found':
      return event.keeps ? stay(state, { type: 'switch-context', name: event.name }) : chooseContext(state, event.name);
    case 'message':
      return stay({ ...state, message: event.message });
  }
}

function key(state: SessionState, name: string): Step {
  if (state.prompt !== null) return promptKey(state, state.prompt, name);
  if (state.help !== null) return helpKey(state, state.help, name);
  const binding = bindingOf(name, state);
  if (binding === undefined) return stay(state);
  return ACTIONS[binding.action](state.message === null ? state : { ...state, message: null }, name);
}

function helpKey(state: SessionState, top: number, name: string): Step {
  const height = helpHeight(state);
  const last = helpEnd(state);
  const scroll = (by: number): Step => stay({ ...state, help: Math.max(0, Math.min(top + by, last)) });
  switch (name) {
    case 'j':
    case 'down':
      return scroll(1);
    case 'k':
    case 'up':
      return scroll(-1);
    case 'ctrl-d':
    case 'ctrl-f':
    case 'pagedown':
    case 'space':
      return scroll(height - 1);
    case 'ctrl-u':
    case 'ctrl-b':
    case 'pageup':
      return scroll(1 - height);
    case 'g':
    case 'home':
      return scroll(-last);
    case 'G':
    case 'end':
      return scroll(last);
    case 'escape':
    case 'q':
    case '?':
    case 'enter':
      return stay({ ...state, help: null });
    case 'ctrl-c':
      return stay(state, { type: 'quit' });
    case 'ctrl-l':
      return stay(state, { type: 'repaint' });
    default:
      return stay(state);
  }
}

function resize(state: SessionState): SessionState {
  const height = tableHeight(state);
  return { ...state, tables: mapTables(state, (table) => fitTable(table, height)) };
}

/** Takes over a snapshot. Once the first lists are read and judged, every cursor belongs to its row, and rows keep their places. */
function absorb(state: SessionState, snapshot: SessionSnapshot): SessionState {
  const { connection, judging } = snapshot;
  const calm = connection.status !== 'connecting' && connection.status !== 'syncing' && !judging;
  const scope = scopeOf(state);
  const tables = mapTables(state, (table, name): TableState => {
    const rows = snapshot.panes.find((pane) => pane.name === name)?.rows ?? [];
    const changed = rows === table.source ? table : absorbRows(table, rows, scope);
    return calm && changed.shown.length > 0 ? settle(changed) : changed;
  });
  return { ...state, snapshot, tables };
}

function withContexts(state: SessionState, contexts: SessionState['contexts']): SessionState {
  const visits = state.visits.map((visit) =>
    visit.place.type === 'contexts' ? { ...visit, place: { ...visit.place, contexts } } : visit,
  );
  return { ...state, contexts, visits };
}

function changePlace(state: SessionState, id: number, change: (place: Place) => Place): SessionState {
  return changeVisit(state, id, (visit) => ({ ...visit, place: change(visit.place) }));
}
