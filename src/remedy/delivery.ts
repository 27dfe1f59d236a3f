import { refOf, refText } from '../kube/object-ref.ts';
import { someOf } from '../kube/some-of.ts';
import type { Change } from '../model/change.ts';
import type { KubeObject } from '../model/objects.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import type { RemedyTarget } from './built-remedy.ts';
import { liveObject, manifestText } from './manifest-identity.ts';
import type { RemedyDraft } from './remedy.ts';
import { NO_TARGET, remedyTarget, targetAdvice } from './target.ts';

/** How a remedy reaches the cluster. */
export interface Delivery {
  /** Who owns what it is about: the first object that is there already and has an owner. */
  readonly target: RemedyTarget;
  /** What to know of the owner, in one sentence; undefined where there is none. */
  readonly advice: string | undefined;
  /** Whether the source of the objects is to be changed: what kubectl changes would be reverted. */
  readonly isInSource: boolean;
}

/** Objects of a kind that are named in one sentence. */
const MOST = 4;

/**
 * Who owns what a remedy changes, and so whether kubectl is the way. The hint for the source says what to add, to change
 * and to remove there.
 */
export function deliveryOf(view: ClusterView, draft: RemedyDraft): Delivery {
  const target = targetOf(view, draft);
  const isInSource = target.manager !== 'none' && draft.use.type !== 'steps';
  const advice = isInSource ? targetAdvice(target, changeText(view, draft)) : targetAdvice(target);
  return { target, advice, isInSource };
}

function targetOf(view: ClusterView, { about, manifests, changes }: RemedyDraft): RemedyTarget {
  if (about !== undefined) return remedyTarget(view, about);
  const there = [
    ...manifests.map((manifest) => liveObject(view, manifest)),
    ...changes.map((change) => removedObject(view, change)),
  ];
  for (const object of there) {
    const target = object === undefined ? NO_TARGET : remedyTarget(view, object);
    if (target.manager !== 'none') return target;
  }
  return NO_TARGET;
}

function removedObject(view: ClusterView, change: Change): KubeObject | undefined {
  return change.type === 'remove' ? view.get(change.kind, change.namespace, change.name) : undefined;
}

/** `add Role shop/b-least, RoleBinding shop/b-least; remove ClusterRoleBinding b` */
function changeText(view: ClusterView, { manifests, changes }: RemedyDraft): string {
  const removed = new Set(
    changes.flatMap((change) => {
      const object = removedObject(view, change);
      return object === undefined ? [] : [refText(refOf(object))];
    }),
  );
  const written = manifests.map((manifest) => ({
    text: manifestText(manifest),
    isThere: liveObject(view, manifest) !== undefined,
  }));
  const parts = [
    { verb: 'add', texts: written.filter((one) => !one.isThere).map(({ text }) => text) },
    { verb: 'change', texts: written.filter((one) => one.isThere && !removed.has(one.text)).map(({ text }) => text) },
    { verb: 'remove', texts: [...removed] },
  ];
  return parts.flatMap(({ verb, texts }) => (texts.length === 0 ? [] : [`${verb} ${someOf(texts, MOST)}`])).join('; ');
}
