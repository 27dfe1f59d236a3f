import { roleReach } from '../../kube/rbac-role-reach.ts';
import { ruleText } from '../../kube/rbac-rule-text.ts';
import { someOf } from '../../kube/some-of.ts';
import type { Subject } from '../../model/objects.ts';
import type { RightsChange } from './rights-difference.ts';

/** Rules and namespaces that are written out; the rest is counted. */
const MOST = 3;

/** `sa shop/cart gained: get secrets (shop) through RoleBinding cart-read`; what is dangerous comes first. */
export function rightsText({ subject, type, namespace, rules, through, keptIn }: RightsChange): string {
  const isDangerous = (at: number): boolean => {
    const rule = rules[at];
    if (rule === undefined) return false;
    const reach = roleReach([rule], namespace === null);
    return reach.everything >= 0 || reach.held.length > 0;
  };
  const positions = [...rules.keys()];
  const order = [...positions.filter(isDangerous), ...positions.filter((at) => !isDangerous(at))];
  const texts = order.flatMap((at) => (rules[at] === undefined ? [] : [ruleText(rules[at])]));
  const bindings = through.map((one) => `${one.kind} ${one.name}`);
  const kept = keptIn.length === 0 ? '' : `, still in ${someOf(keptIn, MOST)}`;
  return `${shortSubject(subject)} ${type}: ${someOf(texts, MOST, '; ')} (${namespace ?? 'all namespaces'}${kept}) through ${someOf(bindings, MOST)}`;
}

/** `sa shop/cart`, `user bob`, `group devs`. */
export function shortSubject({ kind, namespace = '', name }: Subject): string {
  return kind === 'ServiceAccount' ? `sa ${namespace}/${name}` : `${kind.toLowerCase()} ${name}`;
}
