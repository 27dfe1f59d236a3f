import type { Kind } from '../model/kind.ts';
import type { ClusterView } from '../store/cluster-view.ts';

/** Which of some kinds could not wholly be read, and why: `Role: forbidden`. */
export function holesIn(view: ClusterView, kinds: readonly Kind[]): readonly string[] {
  return kinds.flatMap((kind) => {
    const readability = view.readable(kind);
    return readability.ok ? [] : [`${kind}: ${readability.reason}`];
  });
}
