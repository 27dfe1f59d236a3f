import type { Change } from '../../model/change.ts';
import { apiVersionOf } from '../../model/kind.ts';
import { PAST_KINDS } from '../../model/observation.ts';
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
  /** Which objects, and of which kinds all, are not known. */
  readonly unknown: readonly PastUnknown[];
}

/**
 * @param time milliseconds since the epoch
 * @param namespaces the namespaces that are asked about; empty: all
 */
export function pastView(timeline: Timeline, time: number, namespaces: readonly string[]): PastView {
  const state = timeline.at(time);
  const incomplete = PAST_KINDS.flatMap((kind) => {
    const isScoped = namespaces.length > 0 && kind !== 'ClusterRole' && kind !== 'ClusterRoleBinding';
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
  const unknown = [...incomplete, ...state.unknown];
  const likely = state.unknown.flatMap((one) => (one.later === null ? [] : [one.later.object]));
  const laterStore = store.fork();
  laterStore.apply(likely.map((object): Change => ({ type: 'upsert', object })));
  const later = likely.length === 0 ? null : new StoreView(laterStore, time, false);
  return { time, view: new StoreView(store, time, false), later, present: state.present, unknown };
}

/** `Role shop/reader from … to …: it was written, and the log holds no body of it`. */
export function unknownText({ kind, namespace, name, from, to, reason }: PastUnknown): string {
  const what =
    name === null
      ? namespace === ''
        ? `${kind}s`
        : `${kind}s of ${namespace}`
      : `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  return `${what} ${intervalText(from, to)}: ${reason}`;
}

export function intervalText(from: number | null, to: number | null): string {
  if (from === null && to === null) return 'at any time';
  if (from === null) return `until ${instant(to ?? 0)}`;
  return to === null ? `since ${instant(from)}` : `from ${instant(from)} to ${instant(to)}`;
}

function instant(time: number): string {
  return new Date(time).toISOString();
}
