import { compileCiliumPolicy, type CiliumRule } from '../../kube/cilium-policy.ts';
import type { Direction, PodIdentity } from '../../kube/network-policy-rule.ts';
import type { ClusterView } from '../../store/cluster-view.ts';

/** What the policies of another API do to a pod in one direction. */
export interface PluginVerdict {
  /** Names of the policies that isolate it. */
  readonly isolates: readonly string[];
  /** Isolated, but a rule that matches everything allows it all. */
  readonly everyone: boolean;
  /** Names of the policies that say anything about the direction. */
  readonly acts: readonly string[];
  /** Why it can't be said; '' where it can. */
  readonly unknown: string;
}

/** What Cilium's policies do to a pod: isolated where any rule that selects it denies the direction by default. */
export function ciliumVerdict(view: ClusterView, pod: PodIdentity, direction: Direction): PluginVerdict {
  const rules = ciliumRules(view, pod.namespace).filter((rule) => rule.acts.includes(direction));
  const selecting: CiliumRule[] = [];
  let unknown = '';
  for (const rule of rules) {
    const selects = rule.selects(pod);
    if (selects === true) selecting.push(rule);
    if (selects === null) unknown ||= `${rule.name} may select it`;
  }
  const always = isAlwaysEnforcing(view);
  const isolates = selecting.filter((rule) => rule.isolates.includes(direction)).map((rule) => rule.name);
  return {
    isolates:
      always && isolates.length === 0 ? ['ConfigMap kube-system/cilium-config (enable-policy: always)'] : isolates,
    everyone:
      selecting.some((rule) => rule.opens.includes(direction)) &&
      !selecting.some((rule) => rule.denies.includes(direction)),
    acts: selecting.map((rule) => rule.name),
    unknown,
  };
}

/** Whether anything of Cilium decides about pods of a namespace. */
export function hasCiliumPolicies(view: ClusterView, namespace: string): boolean {
  return ciliumRules(view, namespace).length > 0 || isAlwaysEnforcing(view);
}

/** `enable-policy: always` isolates every endpoint, with or without a policy. */
function isAlwaysEnforcing(view: ClusterView): boolean {
  return view.get('ConfigMap', 'kube-system', 'cilium-config')?.known['enable-policy'] === 'always';
}

function ciliumRules(view: ClusterView, namespace: string): readonly CiliumRule[] {
  return view.derive(
    'cilium-rules',
    namespace,
    (inner) => {
      const objects = [
        ...inner.list('CiliumNetworkPolicy', namespace),
        ...inner.list('CiliumClusterwideNetworkPolicy'),
      ];
      return objects.flatMap(compileCiliumPolicy);
    },
    (a, b) => a.length === 0 && b.length === 0,
  );
}
