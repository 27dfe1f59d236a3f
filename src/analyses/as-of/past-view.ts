import type { Change } from '../../model/change.ts';
import { apiVersionOf, kindInfo } from '../../model/kind.ts';
import { ACCESS_KINDS, PAST_KINDS, POLICY_KINDS, type PastKind } from '../../model/observation.ts';
import { ClusterStore } from '../../store/cluster-store.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { StoreView } from '../../store/store-view.ts';
import type { PastPresence, PastUnknown, Timeline } from './timeline.ts';

/** A cluster as it was, for the authorizer and every other question that takes a view. */
export interface PastView {
  readonly time: number;
  /** What was so for sure. */
  readonly view: ClusterView;
  /** The same, with what was there for sure as it was later; null where that adds nothing. */
  readonly later: ClusterView | null;
  readonly present: readonly PastPresence[];
  /** Which pods and RBAC objects, and of which of these kinds all, are not known. */
  readonly unknown: readonly PastUnknown[];
  /** What is not known of policies that may decide about pods of a namespace; of the labels that they select it by. */
  readonly unknownPolicies: (namespace: string) => readonly PastUnknown[];
  readonly unknownLabels: (namespace: string) => PastUnknown | null;
}

/**
 * @param time milliseconds since the epoch
 * @param namespaces the namespaces that are asked about; empty: all
 */
export function pastView(timeline: Timeline, time: number, namespaces: readonly string[]): PastView {
  const state = timeline.at(time);
  const incomplete = PAST_KINDS.flatMap((kind) => {
    const isScoped = namespaces.length > 0 && kindInfo(kind).namespaced;
    return (isScoped ? namespaces : ['']).flatMap((namespace) => timeline.incompleteAt(kind, namespace, time) ?? []);
  });
  const store = new ClusterStore();
  store.apply([
    { type: 'facts', facts: { source: 'snapshot', complete: true } },
    ...PAST_KINDS.map((kind): Change => {
      const hole = incomplete.find((one) => one.kind === kind);
      const status = hole === undefined ? 'live' : 'broken';
      const reason = hole === undefined ? '' : unknownText(hole);
      const coverage = {
        kind,
        apiVersion: apiVersionOf(kind),
        status,
        namespaces: 'all',
        reason,
        since: time,
      } as const;
      return { type: 'coverage', coverage };
    }),
    ...state.unknown.map((one): Change => {
      const { kind, namespace, name } = one;
      const problem = { file: null, line: null, kind, namespace, name, field: '', message: one.reason };
      return { type: 'broken', problem };
    }),
    ...state.present.map(({ object }): Change => ({ type: 'upsert', object })),
  ]);
  const unknown = [...incomplete, ...state.unknown].filter(({ kind }) => ACCESS_KINDS.some((one) => one === kind));
  const likely = unknown.flatMap((one) => (one.later === null ? [] : [one.later.object]));
  const laterStore = store.fork();
  laterStore.apply(likely.map((object): Change => ({ type: 'upsert', object })));
  const later = likely.length === 0 ? null : new StoreView(laterStore, time, false);
  const view = new StoreView(store, time, false);
  return {
    time,
    view,
    later,
    present: state.present,
    unknown,
    unknownPolicies: (namespace) => [
      ...POLICY_KINDS.flatMap((kind) => timeline.incompleteAt(kind, namespaceFor(kind, namespace), time) ?? []),
      ...state.unknown.filter((one) => isPolicyOf(one, namespace)),
    ],
    unknownLabels: (namespace) => {
      const own = state.unknown.find((one) => one.kind === 'Namespace' && one.name === namespace);
      const others = timeline.incompleteAt('Namespace', '', time);
      return own ?? others;
    },
  };
}

/** Where objects of a kind that concern a namespace are: in it, or in none. */
function namespaceFor(kind: PastKind, namespace: string): string {
  return kindInfo(kind).namespaced ? namespace : '';
}

function isPolicyOf(one: PastUnknown, namespace: string): boolean {
  return POLICY_KINDS.some((kind) => kind === one.kind) && one.namespace === namespaceFor(one.kind, namespace);
}

/** `Role shop/reader from … to …: it was written, and the log holds no body of it`. */
export function unknownText({ kind, namespace, name, from, to, reason }: PastUnknown): string {
  const what =
    name === null
      ? namespace === ''
        ? pluralOf(kind)
        : `${pluralOf(kind)} of ${namespace}`
      : `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  return `${what} ${intervalText(from, to)}: ${reason}`;
}

function pluralOf(kind: PastKind): string {
  return kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}

export function intervalText(from: number | null, to: number | null): string {
  if (from === null && to === null) return 'at any time';
  if (from === null) return `until ${instant(to ?? 0)}`;
  return to === null ? `since ${instant(from)}` : `from ${instant(from)} to ${instant(to)}`;
}

function instant(time: number): string {
  return new Date(time).toISOString();
}
