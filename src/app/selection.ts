import { ALL_KINDS, apiVersionOf, kindInfo } from '../model/kind.ts';
import type { Finding, ObjectRef, PaneName } from '../model/finding.ts';
import type { Row } from '../panes/pane.ts';
import { currentItem } from './body-lines.ts';
import { pathsQuestion, reachQuestion, type TreeQuestion } from './row-tree.ts';
import { here, openPane, openTable, type SessionState } from './state.ts';
import { chosenRows, cursorRow } from './table-state.ts';

/** The row that keys such as `y` are about: under the cursor, or the one whose detail is open. */
export function actionRow(state: SessionState): Row | undefined {
  const { place } = here(state);
  if (place.type === 'detail') return place.row;
  const table = openTable(state);
  return table === undefined ? undefined : cursorRow(table);
}

/** The findings that `f` is about: those of the marked rows, of the row, or the one on the overview. */
export function currentFindings(state: SessionState): readonly Finding[] {
  const { place } = here(state);
  if (place.type === 'overview') {
    const finding = itemFinding(currentItem(state), state);
    return finding === undefined ? [] : [finding];
  }
  const table = openTable(state);
  const rows = table !== undefined ? chosenRows(table) : place.type === 'detail' ? [place.row] : [];
  return rows.flatMap((row) => row.findings.flatMap((id) => state.snapshot.findings.get(id) ?? []));
}

/** The finding of an item of the overview. */
export function itemFinding(item: string | null, state: SessionState): Finding | undefined {
  const id = /^(?:finding|feed):(?<id>.*)$/s.exec(item ?? '')?.groups?.['id'];
  return id === undefined ? undefined : state.snapshot.findings.get(id);
}

/** The Kubernetes object that `y` and `d` are about; undefined where the row is none. */
export function actionObject(state: SessionState): ObjectRef | undefined {
  const row = actionRow(state);
  if (row !== undefined) return objectOfRow(row, state);
  if (here(state).place.type !== 'overview') return undefined;
  const subject = itemFinding(currentItem(state), state)?.subject;
  return subject === undefined || subject.apiVersion.startsWith('k8sec/') ? undefined : subject;
}

/** What draws the row as a tree: who reaches it, or where its rights lead. */
export function treeQuestion(state: SessionState): TreeQuestion | undefined {
  const { place } = here(state);
  const pane: PaneName | null = place.type === 'detail' ? place.pane : openPane(state);
  const row = actionRow(state);
  if (row === undefined) return undefined;
  // Only workloads have pods to connect to; rows of policies, namespaces and the cluster have none.
  if (pane === 'network') {
    return isWorkload(row) ? reachQuestion(row.kind, row.namespace, row.name) : undefined;
  }
  if (pane !== 'rbac') return undefined;
  const finding = row.findings.map((id) => state.snapshot.findings.get(id)).find((one) => one !== undefined);
  const account = accountOf(row, finding);
  return account === undefined ? undefined : pathsQuestion(account);
}

/** Whether there is something to write to a file here. */
export function isSavable(state: SessionState): boolean {
  const { place } = here(state);
  switch (place.type) {
    case 'pane':
      return (openTable(state)?.shown.length ?? 0) > 0;
    case 'remedy':
      return place.remedies?.[place.index]?.refused === null;
    case 'text':
      return place.text !== null && !place.failed;
    case 'overview':
    case 'detail':
    case 'namespaces':
    case 'contexts':
      return false;
  }
}

function objectOfRow(row: Row, state: SessionState): ObjectRef | undefined {
  const subject = row.findings
    .map((id) => state.snapshot.findings.get(id)?.subject)
    .find((one) => one?.kind === row.kind && one.name === row.name);
  if (subject !== undefined) return subject.apiVersion.startsWith('k8sec/') ? undefined : subject;
  const kind = ALL_KINDS.find((one) => kindInfo(one).kind === row.kind);
  if (kind === undefined) return undefined;
  return {
    apiVersion: apiVersionOf(kind),
    kind: row.kind,
    namespace: row.namespace === '' ? null : row.namespace,
    name: row.name,
  };
}

/** An account as the questions name it, from the evidence of a binding's finding. */
function accountOf(row: Row, finding: Finding | undefined): string | undefined {
  if (row.kind === 'ServiceAccount') return `sa:${row.namespace}/${row.name}`;
  for (const { object } of finding?.evidence ?? []) {
    if (object?.kind === 'ServiceAccount') return `sa:${object.namespace ?? 'default'}/${object.name}`;
    if (object?.kind === 'User') return `user:${object.name}`;
    if (object?.kind === 'Group') return `group:${object.name}`;
  }
  return undefined;
}
