import { ACCESS_KINDS, PAST_KINDS, type PastKind, type Window } from '../../model/observation.ts';
import type { HiddenTime } from './hidden-times.ts';

/** Activity is kept by slices of this length, in milliseconds: a year is three million of them. */
const SLICE = 10_000;
/** A shorter silence is never taken for a hole. */
const LEAST_SILENCE = 30_000;
/** Where this many events would have been expected, silence by chance is e^-20. */
const LEAST_EXPECTED = 20;

/** Slices that follow each other, with silences between them that are too short to be holes; the last one is in it. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** In which time a log was alive, and which kinds it shows being written. */
export interface LogActivity {
  /** In order, apart from each other. */
  readonly runs: readonly Run[];
  readonly events: number;
  /** Times of the first and the last event; meaningless where there is none. */
  readonly first: number;
  readonly last: number;
  readonly kinds: readonly PastKind[];
}

/** The number of the slice that a time is in. */
export function sliceOf(time: number): number {
  return Math.floor(time / SLICE);
}

/** Runs as one list, whatever they were gathered from, without what lies outside of a time. */
export function mergedRuns(
  runs: readonly Run[],
  { from, to }: Run = { from: -Infinity, to: Infinity },
): readonly Run[] {
  const merged: Run[] = [];
  for (const run of runs.toSorted((a, b) => a.from - b.from)) {
    const own = { from: Math.max(run.from, from), to: Math.min(run.to, to) };
    if (own.from > own.to) continue;
    const before = merged.at(-1);
    if (before !== undefined && own.from - before.to <= LEAST_SILENCE / SLICE) {
      merged[merged.length - 1] = { from: before.from, to: Math.max(before.to, own.to) };
    } else merged.push(own);
  }
  return merged;
}

/** The runs of some slices. */
export function runsOf(slices: Iterable<number>): readonly Run[] {
  return mergedRuns(Array.from(slices, (slice) => ({ from: slice, to: slice })));
}

/** Learns from a log's events when it was alive. */
export interface ActivityCounter {
  /** @param written the kind that the event wrote; null for all others */
  add(time: number, written: PastKind | null): void;
  activity(): LogActivity;
}

export function createActivityCounter(): ActivityCounter {
  const slices = new Set<number>();
  const kinds = new Set<PastKind>();
  let first = Infinity;
  let last = -Infinity;
  let events = 0;
  return {
    add(time, written) {
      events += 1;
      slices.add(sliceOf(time));
      if (time < first) first = time;
      if (time > last) last = time;
      if (written !== null) kinds.add(written);
    },
    activity: () => ({
      runs: runsOf(slices),
      events,
      first,
      last,
      kinds: PAST_KINDS.filter((kind) => kinds.has(kind)),
    }),
  };
}

/**
 * A log tells every change of a kind between its first and last event, except where it is silent for longer than chance
 * explains (a rotated file that is missing, a dropped batch), and only of kinds that it shows being written at all: a
 * policy with level None leaves no trace.
 *
 * @param listings times at which the cluster was listed: a log that ends (or begins) as shortly before (after) one as
 *   its events follow each other reaches up to it
 */
export function auditWindows(
  { runs, events, first, last, kinds }: LogActivity,
  listings: readonly number[] = [],
): readonly Window[] {
  if (events === 0) return [];
  const perEvent = (runs.reduce((sum, run) => sum + run.to - run.from + 1, 0) * SLICE) / events;
  const usual = LEAST_EXPECTED * perEvent;
  const longest = Math.max(LEAST_SILENCE, usual);
  const times: { from: number; to: number }[] = [];
  let from = first;
  for (let at = 1; at < runs.length; at += 1) {
    const end = ((runs[at - 1]?.to ?? 0) + 1) * SLICE;
    const next = (runs[at]?.from ?? 0) * SLICE;
    if (next - end < longest) continue;
    // What happened within the last slice before the silence is told only as far as its last event.
    times.push({ from, to: end - SLICE });
    from = next + SLICE;
  }
  const begin = times[0]?.from ?? from;
  const reach = Math.min(usual, LEAST_SILENCE);
  const end = Math.max(last, ...listings.filter((time) => time > last && time - last <= reach));
  times.push({ from, to: end });
  const start = Math.min(begin, ...listings.filter((time) => time < begin && begin - time <= reach));
  if (times[0] !== undefined) times[0].from = start;
  return kinds.flatMap((kind) =>
    times.filter((one) => one.from < one.to).map((one) => ({ kind, namespaces: 'all', ...one })),
  );
}

/** Kinds of every cluster that were never written in a log: its policy may leave them out. */
export function unseenKinds({ kinds }: LogActivity): readonly PastKind[] {
  return [...ACCESS_KINDS, 'Namespace' as const, 'NetworkPolicy' as const].filter((kind) => !kinds.includes(kind));
}

/** Windows without the times in which a log may have told of changes that are not known. */
export function withoutHidden(windows: readonly Window[], hidden: readonly HiddenTime[]): readonly Window[] {
  let left = windows;
  for (const { from, to } of hidden) {
    const first = from ?? -Infinity;
    const last = to ?? Infinity;
    left = left.flatMap((window) => [
      ...(window.from < first ? [{ ...window, to: Math.min(window.to, first) }] : []),
      ...(window.to > last ? [{ ...window, from: Math.max(window.from, last) }] : []),
    ]);
  }
  return left;
}
