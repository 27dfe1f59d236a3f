import { WORKLOAD_KINDS, type Kind } from '../model/kind.ts';
import type { ClusterView } from '../store/cluster-view.ts';

/** Which of some kinds could not wholly be read or judged, and why: `Role: forbidden`. */
export function holesIn(view: ClusterView, kinds: readonly Kind[]): readonly string[] {
  const unread = kinds.flatMap((kind) => {
    const readability = view.readable(kind);
    return readability.ok ? [] : [`${kind}: ${readability.reason}`];
  });
  return [...unread, ...notJudged(view, kinds)];
}

/**
 * What of some kinds is there, but not valid, so that an answer leaves it out: `Pod: 2 not valid`. A document
 * that tells no kind may be of any of them, and workloads stand for pods.
 */
export function notJudged(view: ClusterView, kinds: readonly Kind[]): readonly string[] {
  const meant = new Set<Kind | null>([...kinds, ...(kinds.includes('Pod') ? WORKLOAD_KINDS : []), null]);
  const counts = new Map<string, Set<string>>();
  for (const { kind, file, line, namespace, name } of view.allBroken()) {
    if (!meant.has(kind)) continue;
    const of = kind ?? 'documents';
    const objects = counts.get(of) ?? new Set();
    // One object may have several problems.
    counts.set(of, objects.add(name === null ? `${file}:${line}` : `${file} ${namespace}/${name}`));
  }
  return [...counts].map(([kind, objects]) => `${kind}: ${objects.size} not valid`);
}
