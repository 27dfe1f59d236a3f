import { ALL_KINDS, apiVersionOf, kindInfo, kindOf } from '../model/kind.ts';
import type { Finding, ObjectRef, PaneName } from '../model/finding.ts';
import type { Row } from '../panes/pane.ts';
import { currentItem } from './body-lines.ts';
import type { RelatedPlace } from './place.ts';
import { relatedKey, type RelatedThing } from './related.ts';
import type { EarlierChange } from './session-model.ts';
import { pathsQuestion, reachQuestion, type TreeQuestion } from './row-tree.ts';
import { here, openPane, openTable, presentRow, type SessionState } from './state.ts';
import { chosenRows, cursorRow } from './table-state.ts';

/** Accounts of a binding that are drawn; more would be no tree to read. */
const MAX_ACCOUNTS = 8;

/** The row that keys such as `y` are about: under the cursor, or the one whose detail is open. */
export function actionRow(state: SessionState): Row | undefined {
  const { place } = here(state);
  if (place.type === 'detail') return presentRow(state, place.pane, place.row.key) ?? place.row;
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
  const shown = actionRow(state);
  const rows = table !== undefined ? chosenRows(table) : shown !== undefined ? [shown] : [];
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
  const { place } = here(state);
  if (place.type === 'related') return readable(relatedItem(currentItem(state), place)?.object);
  if (place.type !== 'overview') return undefined;
  const subject = itemFinding(currentItem(state), state)?.subject;
  return readable(subject ?? earlierItem(currentItem(state), state)?.object);
}

/** The object whose relations `u` opens: also accounts and actors, which are no objects of the API. */
export function relatedObject(state: SessionState): ObjectRef | undefined {
  const { place } = here(state);
  if (place.type === 'related') return relatedItem(currentItem(state), place)?.object;
  const row = actionRow(state);
  if (row?.kind === 'Actor') return { apiVersion: 'k8sec/v1', kind: 'Actor', namespace: null, name: row.name };
  if (place.type !== 'overview') return actionObject(state);
  const item = currentItem(state);
  const subject = itemFinding(item, state)?.subject;
  return subject?.kind === 'Cluster' ? undefined : (subject ?? earlierItem(item, state)?.object);
}

/** The thing of an item of a list of relations. */
export function relatedItem(item: string | null, { groups }: RelatedPlace): RelatedThing | undefined {
  return groups?.flatMap(({ title, things }) => things.find((one) => relatedKey(title, one) === item) ?? [])[0];
}

/** The change before this session of an item of the overview. */
export function earlierItem(item: string | null, state: SessionState): EarlierChange | undefined {
  return item?.startsWith('earlier:') === true
    ? state.snapshot.earlier[Number(item.slice('earlier:'.length))]
    : undefined;
}

/** What the API server has, and may show. */
function readable(object: ObjectRef | undefined): ObjectRef | undefined {
  return object === undefined || kindOf(object.apiVersion, object.kind) === undefined ? undefined : object;
}

/** What draws the row as a tree: who reaches it, or where its rights lead. */
export function treeQuestion(state: SessionState): TreeQuestion | undefined {
  const { place } = here(state);
  const pane: PaneName | null = place.type === 'detail' ? place.pane : openPane(state);
  const row = actionRow(state);
  if (row === undefined) return undefined;
  // Only workloads have pods to connect to; rows of policies, namespaces and the cluster have none.
  if (pane === 'network') {
    const hasPods = row.cells['PODS'] !== undefined && row.cells['PODS'].text !== '-';
    return hasPods ? reachQuestion(row.kind, row.namespace, row.name) : undefined;
  }
  if (pane !== 'rbac') return undefined;
  const { accounts, total } = accountsOf(row, state);
  if (accounts.length === 0) return undefined;
  const some = total > accounts.length ? `: ${accounts.length} of its ${total} subjects` : '';
  return pathsQuestion(`${row.kind} ${row.name}${some}`, accounts);
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
    case 'detail':
      return true;
    case 'overview':
    case 'related':
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

/** The accounts that a row of the rbac pane names, as the questions do, and how many it has. */
function accountsOf(row: Row, state: SessionState): { readonly accounts: readonly string[]; readonly total: number } {
  const own = accountOf(row);
  if (own !== undefined) return { accounts: [own], total: 1 };
  const { type, name, more } =
    /^(?<type>sa|user|group) (?<name>.+?)(?: \+(?<more>\d+))?$/.exec(row.cells['SUBJECTS']?.text ?? '')?.groups ?? {};
  const first = type === undefined || name === undefined ? [] : [`${type}:${name}`];
  const others = row.findings
    .flatMap((id) => state.snapshot.findings.get(id)?.evidence ?? [])
    .flatMap(({ object }) => (object === undefined ? [] : (accountOf(object) ?? [])));
  const accounts = [...new Set([...first, ...others])].slice(0, MAX_ACCOUNTS);
  return { accounts, total: Math.max(accounts.length, 1 + Number(more ?? 0)) };
}

function accountOf({
  kind,
  namespace,
  name,
}: {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
}): string | undefined {
  switch (kind) {
    case 'ServiceAccount':
      return `sa:${namespace === null || namespace === '' ? 'default' : namespace}/${name}`;
    case 'User':
    case 'Group':
      return `${kind.toLowerCase()}:${name}`;
    default:
      return undefined;
  }
}
