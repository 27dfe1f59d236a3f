import type { Answer, MatchedPod, Principal } from '../analyses/as-of/answer.ts';
import type { PastUnknown } from '../analyses/as-of/timeline.ts';

/** The answer for one instant, which holds until the next; `to` is null where only the instant was asked. */
export interface Step {
  readonly from: number;
  readonly to: number | null;
  readonly answer: Answer;
}

/** Something that was so from one time to another; `to` is null where only an instant was asked. */
export type During<T> = T & { readonly from: number; readonly to: number | null };

export interface PeriodAnswer {
  readonly pods: readonly During<MatchedPod>[];
  readonly principals: readonly During<Principal>[];
  readonly unknown: readonly PastUnknown[];
}

/** Puts the answers of instants that follow each other together: what stays the same becomes one line. */
export function periodOf(steps: readonly Step[]): PeriodAnswer {
  const unknown = new Map<string, PastUnknown>();
  for (const { answer } of steps) {
    for (const one of answer.unknown) {
      const { kind, namespace, name, from, to, reason } = one;
      unknown.set(JSON.stringify([kind, namespace, name, from, to, reason]), one);
    }
  }
  return {
    pods: joined(
      steps,
      ({ pods }) => pods,
      ({ pod, reason, certain }) => JSON.stringify([pod.uid, pod.namespace, pod.name, reason, certain]),
    ),
    principals: joined(
      steps,
      ({ principals }) => principals,
      ({ subject, access, on, grade, via, connection }) =>
        JSON.stringify([subject, access, on, grade, via, connection]),
    ),
    unknown: [...unknown.values()],
  };
}

function joined<T extends object>(
  steps: readonly Step[],
  itemsOf: (answer: Answer) => readonly T[],
  keyOf: (item: T) => string,
): readonly During<T>[] {
  const done: During<T>[] = [];
  let open = new Map<string, During<T>>();
  for (const { from, to, answer } of steps) {
    const still = new Map<string, During<T>>();
    for (const item of itemsOf(answer)) {
      const key = keyOf(item);
      // The last answer knows of all requests so far.
      still.set(key, { ...item, from: open.get(key)?.from ?? from, to });
      open.delete(key);
    }
    done.push(...open.values());
    open = still;
  }
  return [...done, ...open.values()].sort((a, b) => a.from - b.from);
}
