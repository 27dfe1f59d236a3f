import { refOf } from '../../kube/object-ref.ts';
import type { WiderPolicyObject } from '../../model/objects.ts';
import type { LabelSelector } from '../../model/selector.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { LabelReferrer } from './label-referrers.ts';

/** Fields that select something other than pods. */
const OF_OTHERS = /namespace|node|serviceAccount/i;

/** Sources that Cilium puts before a label key (Cilium docs, "Label sources"). */
const CILIUM_SOURCE = /^(?:k8s|any)[:.]/;

/**
 * The pod selectors inside policies of other APIs, wherever they stand in the spec. Namespaces are not narrowed down for
 * cluster-scoped ones, so that the answer is never too small. Calico's selectors are expressions of its own and stay out.
 */
export function widerSelectors(
  view: ClusterView,
  kinds: readonly WiderPolicyObject['kind'][],
  namespace?: string,
): readonly LabelReferrer[] {
  return kinds.flatMap((kind) =>
    view.list(kind, namespace).flatMap((policy) => {
      const by = refOf(policy);
      return policy.specs.flatMap((spec) =>
        [...selectorsIn(spec, 'spec')].map(({ path, selector }) => ({
          by,
          path,
          selector,
          namespaces: namespace === undefined ? {} : null,
        })),
      );
    }),
  );
}

function* selectorsIn(value: unknown, path: string): Generator<{ path: string; selector: LabelSelector }> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* selectorsIn(item, `${path}[${index}]`);
    return;
  }
  if (!isRecord(value)) return;
  if ('matchLabels' in value || 'matchExpressions' in value) {
    yield { path, selector: withoutSources(value) };
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    if (!OF_OTHERS.test(key)) yield* selectorsIn(inner, `${path}.${key}`);
  }
}

function withoutSources(selector: LabelSelector): LabelSelector {
  const plain = (key: string): string => key.replace(CILIUM_SOURCE, '');
  return {
    ...(selector.matchLabels === undefined
      ? {}
      : {
          matchLabels: Object.fromEntries(
            Object.entries(selector.matchLabels).map(([key, value]) => [plain(key), value]),
          ),
        }),
    ...(selector.matchExpressions === undefined
      ? {}
      : { matchExpressions: selector.matchExpressions.map((one) => ({ ...one, key: plain(one.key) })) }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
