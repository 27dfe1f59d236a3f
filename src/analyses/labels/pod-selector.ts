import { knownCalicoSelector } from '../../kube/calico-policy.ts';
import type { CalicoSelector } from '../../kube/calico-selector.ts';
import { matches, meets, selectorKeys, selectorText } from '../../kube/selector.ts';
import type { Labels, LabelSelector } from '../../model/selector.ts';

/** What selects pods or namespaces: labels as Kubernetes writes them, or an expression of Calico's. */
export type PodSelector = LabelSelector | CalicoExpression;

/** An expression in Calico's own language. */
export interface CalicoExpression {
  readonly text: string;
  readonly parsed: CalicoSelector;
  /** Labels that whatever it matches carries itself. */
  readonly required: LabelSelector;
  /** What Calico adds to the labels of whatever it is looked for among. */
  readonly added: Labels;
}

const NO_LABELS: Labels = {};
/** The label that Calico adds to a pod with the name of its namespace. */
export const CALICO_NAMESPACE = 'projectcalico.org/namespace';

/** null where the text is no expression, or one that k8sec cannot evaluate. */
export function calicoExpression(text: string): CalicoExpression | null {
  const parsed = knownCalicoSelector(text);
  if (parsed === null) return null;
  const own = parsed.equalities.filter(({ key }) => key !== CALICO_NAMESPACE);
  const required = { matchLabels: Object.fromEntries(own.map(({ key, value }) => [key, value])) };
  return { text: text.trim() === '' ? 'all()' : text.trim(), parsed, required, added: NO_LABELS };
}

/** A selector of pods as it reads those of one namespace. */
export function amongPodsOf(selector: PodSelector, namespace: string): PodSelector {
  return isCalico(selector) ? { ...selector, added: { [CALICO_NAMESPACE]: namespace } } : selector;
}

/** Whether a selector of namespaces matches one with these labels. */
export function selectsNamespace(selector: PodSelector, name: string, labels: Labels): boolean {
  if (!isCalico(selector)) return matches(selector, labels);
  // With its namespace, `global()` is told apart: it stands for what is in none.
  const added = { [CALICO_NAMESPACE]: name, 'projectcalico.org/name': name };
  return selects({ ...selector, added }, labels);
}

export function isCalico(selector: PodSelector): selector is CalicoExpression {
  return 'parsed' in selector;
}

/** Whether a selector matches labels. */
export function selects(selector: PodSelector, labels: Labels): boolean {
  return isCalico(selector) ? selector.parsed.matches({ ...labels, ...selector.added }) : matches(selector, labels);
}

/** The label keys that a selector reads, each once. */
export function keysRead(selector: PodSelector): readonly string[] {
  return isCalico(selector) ? [...new Set(selector.parsed.terms.map(({ key }) => key))] : selectorKeys(selector);
}

/** A selector in its own language. */
export function podSelectorText(selector: PodSelector): string {
  return isCalico(selector) ? selector.text : selectorText(selector);
}

/** Whether what a selector asks of a key is met because of the value that labels have, or would be without it. */
export function isDecidedBy(selector: PodSelector, key: string, labels: Labels): boolean {
  const value = labels[key];
  if (isCalico(selector)) {
    return selector.parsed.terms.some((one) => one.key === key && one.test(value) !== one.test(undefined));
  }
  const wanted = selector.matchLabels?.[key];
  if (wanted !== undefined && wanted === value) return true;
  return (selector.matchExpressions ?? []).some((one) => one.key === key && meets(one, labels) !== meets(one, {}));
}
