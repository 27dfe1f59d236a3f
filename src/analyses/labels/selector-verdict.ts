import { kindInfo, WORKLOAD_KINDS, type Kind } from '../../model/kind.ts';
import type { LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { nearestInCluster } from './nearest-in-cluster.ts';
import type { NearestSelector } from './nearest-selector.ts';
import { selectsSomething } from './selectable.ts';

/** Whether a selector finds pods. `pending`: the first list is still under way. */
export type SelectorVerdict =
  | { readonly type: 'matches' | 'pending' }
  | { readonly type: 'nothing'; readonly near: NearestSelector | undefined }
  | { readonly type: 'unknown'; readonly reason: string };

const SELECTED_KINDS: readonly Kind[] = ['Pod', ...WORKLOAD_KINDS];

/** The label that tells the pods of a StatefulSet apart; its templates cannot carry it. */
const POD_NAME = 'statefulset.kubernetes.io/pod-name';

/** Judges a selector of pods in a namespace: by the pods that are there and by the templates that make them. */
export function judgeSelector(view: ClusterView, selector: LabelSelector, namespace: string): SelectorVerdict {
  if (selectsSomething(view, selector, namespace) || namesStatefulPod(view, selector, namespace)) {
    return { type: 'matches' };
  }
  const unread = unreadKinds(view, namespace, SELECTED_KINDS);
  return unread ?? { type: 'nothing', near: nearestInCluster(view, selector, namespace) };
}

/**
 * Why it cannot be said that something is absent: kinds that are denied, not read yet, or of which an object could not
 * be used; undefined where all was read.
 */
export function unreadKinds(
  view: ClusterView,
  namespace: string | undefined,
  kinds: readonly Kind[],
): SelectorVerdict | undefined {
  for (const kind of kinds) {
    const readable = view.readable(kind, namespace);
    if (!readable.ok) {
      const status = view.coverage().find((one) => one.kind === kind)?.status;
      return status === undefined || status === 'syncing'
        ? { type: 'pending' }
        : { type: 'unknown', reason: readable.reason };
    }
    const broken = view
      .broken(kind)
      .find((one) => namespace === undefined || one.namespace === null || one.namespace === namespace);
    if (broken !== undefined) {
      const where = broken.file === null ? '' : ` in ${broken.file}`;
      return {
        type: 'unknown',
        reason: `${kindInfo(kind).kind} ${broken.name ?? '(unnamed)'}${where} could not be used: ${broken.field} ${broken.message}`,
      };
    }
  }
  return undefined;
}

/** A Service for one pod of a StatefulSet, which may be scaled to zero or stand in files. */
function namesStatefulPod(view: ClusterView, selector: LabelSelector, namespace: string): boolean {
  const match = /^(.+)-\d+$/.exec(selector.matchLabels?.[POD_NAME] ?? '');
  return match?.[1] !== undefined && view.get('StatefulSet', namespace, match[1]) !== undefined;
}
