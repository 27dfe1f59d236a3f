import { kindInfo, WORKLOAD_KINDS, type Kind } from '../../model/kind.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { NAME_LABEL } from '../network/namespace-labels.ts';
import { namespacesSeen, type LabelReferrer } from './label-referrers.ts';
import { nearestAmong } from './nearest-in-cluster.ts';
import { nearestNamespaceSelector } from './nearest-namespace.ts';
import type { NearestSelector } from './nearest-selector.ts';
import { keysRead, plainSelector, type PodSelector } from './pod-selector.ts';
import { selectsSomething } from './selectable.ts';

/** Something that could not be read, or is not read yet: the first list is still under way (`pending`). */
type UnreadKinds = { readonly type: 'pending' } | { readonly type: 'unknown'; readonly reason: string };

/** Whether a selector finds pods; `no-namespace`: there is none to look in. */
export type SelectorVerdict =
  | { readonly type: 'matches' }
  | { readonly type: 'nothing' | 'no-namespace'; readonly near: NearestSelector | undefined }
  | UnreadKinds;

const MATCHES: SelectorVerdict = { type: 'matches' };
const SELECTED_KINDS: readonly Kind[] = ['Pod', ...WORKLOAD_KINDS];

/** Judges a selector of pods in some namespaces: by the pods that are there, and by what makes such pods. */
export function judgeSelector(
  view: ClusterView,
  selector: PodSelector,
  namespaces: readonly string[],
): SelectorVerdict {
  if (namespaces.some((namespace) => selectsSomething(view, selector, namespace))) return MATCHES;
  const unread = unreadPods(view, namespaces);
  const plain = plainSelector(selector);
  return unread ?? { type: 'nothing', near: plain && nearestAmong(view, plain, namespaces) };
}

/** Judges a selector in an object of `home` in the namespaces at which it looks. */
export function judgeReferrer(
  view: ClusterView,
  referrer: Pick<LabelReferrer, 'selector' | 'namespaces'>,
  home: string,
): SelectorVerdict {
  const { selector, namespaces } = referrer;
  const seen = namespacesSeen(view, referrer, home);
  const isAnywhere = namespaces?.some(isOfAll) === true;
  // One of everything means whatever comes into these namespaces.
  const isMeantSo = isOfAll(selector) && (isAnywhere || seen.length > 0);
  const verdict = isMeantSo ? MATCHES : judgeSelector(view, selector, seen);
  if (verdict.type === 'matches' || namespaces === null) return verdict;
  const isByName = namespaces.every((one) => keysRead(one).every((key) => key === NAME_LABEL));
  const unread = isByName ? undefined : unreadKinds(view, undefined, ['Namespace']);
  if (unread !== undefined) return unread;
  if (isAnywhere || seen.length > 0) return verdict;
  const near = firstOf(namespaces, (one) => {
    const plain = plainSelector(one);
    return plain && nearestNamespaceSelector(view, plain);
  });
  return { type: 'no-namespace', near };
}

function isOfAll(selector: PodSelector): boolean {
  return keysRead(selector).length === 0;
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Why it cannot be said that namespaces have no such pod, nor anything that makes one; undefined where all was read. */
export function unreadPods(view: ClusterView, namespaces: readonly string[]): UnreadKinds | undefined {
  return firstOf(namespaces, (namespace) => unreadKinds(view, namespace, SELECTED_KINDS));
}

/**
 * Why it cannot be said that something is absent: kinds that are denied, not read yet, or of which an object could not
 * be used; undefined where all was read.
 */
export function unreadKinds(
  view: ClusterView,
  namespace: string | undefined,
  kinds: readonly Kind[],
): UnreadKinds | undefined {
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
