import type { Row } from '../panes/pane.ts';
import { PANES, type Finding, type ObjectRef, type PaneName } from '../model/finding.ts';
import { open, stay, up, type Step } from './navigation.ts';
import { paneOfItem } from './overview-lines.ts';
import { mapTables, openPaneStep, setNamespace } from './scope.ts';
import { showRelatedOf } from './row-actions.ts';
import { earlierItem, itemFinding, relatedItem } from './selection.ts';
import { activePane, here, openPane, openTable, OVERVIEW, type SessionState } from './state.ts';
import { cursorRow, EMPTY_TABLE } from './table-state.ts';

/** Opens the row under the cursor. */
export function openRow(state: SessionState): Step {
  const pane = openPane(state);
  const table = openTable(state);
  const row = table === undefined ? undefined : cursorRow(table);
  return pane === null || row === undefined ? stay(state) : openDetail(state, pane, row);
}

/** Opens a row; it is looked up which remedies can be had, and of a Secret who has to do with it. */
function openDetail(state: SessionState, pane: PaneName, row: Row): Step {
  const visit = state.nextId;
  const { effects, state: opened } = open(state, { type: 'detail', pane, row });
  const findings = row.findings.filter((id) => (state.snapshot.findings.get(id)?.remedies ?? []).length > 0);
  const object = { apiVersion: 'v1', kind: row.kind, namespace: row.namespace, name: row.name };
  return stay(
    opened,
    ...effects,
    ...(findings.length === 0 ? [] : [{ type: 'refusals', visit, findings } as const]),
    ...(row.kind === 'Secret' ? [{ type: 'related', visit, object } as const] : []),
  );
}

/** Opens, or chooses, the item under the cursor of a list. */
export function enterItem(state: SessionState, item: string | null): Step {
  if (item === null) return stay(state);
  const pane = paneOfItem(item);
  if (pane !== undefined) return openPaneStep(state, pane);
  if (item.startsWith('namespace:')) return chooseNamespace(state, item.slice('namespace:'.length));
  if (item.startsWith('context:')) return chooseContext(state, item.slice('context:'.length));
  const { place } = here(state);
  const object = place.type === 'related' ? relatedItem(item, place)?.object : earlierItem(item, state)?.object;
  if (object !== undefined) return openObject(state, object);
  const finding = itemFinding(item, state);
  return finding === undefined ? stay(state) : openDetail(state, finding.pane, rowOf(finding, state));
}

/** Opens the row of an object, of the present pane if it has one; an object that no pane lists by its relations. */
function openObject(state: SessionState, object: ObjectRef): Step {
  const now = activePane(state);
  for (const pane of now === null ? PANES : [now, ...PANES]) {
    const row = paneRows(pane, state).find(
      (one) =>
        one.kind === object.kind &&
        one.name === object.name &&
        (object.kind === 'Actor' || one.namespace === (object.namespace ?? '')),
    );
    if (row !== undefined) return openDetail(state, pane, row);
  }
  return showRelatedOf(state, object);
}

/** Starts over on another context: what was open belongs to the old one. */
export function chooseContext(state: SessionState, name: string): Step {
  const pane = state.visits.findLast((visit) => visit.place.type === 'pane' && visit.id <= here(state).id);
  const visits = pane === undefined || here(state).place.type === 'overview' ? [OVERVIEW] : [OVERVIEW, pane];
  const fresh: SessionState = {
    ...state,
    visits,
    at: visits.length - 1,
    last: undefined,
    namespace: null,
    tables: mapTables(state, (table) => ({ ...EMPTY_TABLE, sort: table.sort })),
    // The header says what becomes of it.
    message: null,
  };
  return stay(fresh, { type: 'switch-context', name });
}

function chooseNamespace(state: SessionState, name: string): Step {
  const { state: above, effects } = up(state) ?? stay(state);
  return stay(setNamespace(above, name === '' ? null : name), ...effects);
}

/** The row that shows a finding; one made of the finding itself where the pane has none. */
function rowOf(finding: Finding, state: SessionState): Row {
  const rows = paneRows(finding.pane, state);
  const there = rows.find((row) => row.findings.includes(finding.id));
  if (there !== undefined) return there;
  const { kind, namespace, name } = finding.subject;
  return {
    key: `finding:${finding.id}`,
    severity: finding.severity,
    namespace: namespace ?? '',
    kind,
    name,
    findings: [finding.id],
    cells: {},
    created: null,
    labels: {},
  };
}

function paneRows(pane: PaneName, state: SessionState): readonly Row[] {
  return state.snapshot.panes.find((one) => one.name === pane)?.rows ?? [];
}
