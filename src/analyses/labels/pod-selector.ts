import { knownCalicoSelector } from '../../kube/calico-policy.ts';
import type { CalicoSelector } from '../../kube/calico-selector.ts';
import { requirementsOf } from '../../kube/selector-implication.ts';
import { matches, meets, selectorKeys, selectorText } from '../../kube/selector.ts';
import type { Labels, LabelSelector, LabelSelectorRequirement } from '../../model/selector.ts';
import { isPair, pairsOf } from './label-index.ts';

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
const CALICO_NAMESPACE = 'projectcalico.org/namespace';

/** null where the text is no expression, or one that k8sec cannot evaluate. */
export function calicoExpression(text: string): CalicoExpression | null {
  const parsed = knownCalicoSelector(text);
  if (parsed === null) return null;
  const own = parsed.requirements.filter(({ key }) => key !== CALICO_NAMESPACE);
  const required = {
    matchLabels: Object.fromEntries(pairsOf({ matchExpressions: own }).map(({ key, value }) => [key, value])),
  };
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

/**
 * A selector as Kubernetes would write it; undefined for an expression that asks for what labels of Kubernetes cannot, or
 * for the namespace of the pods.
 */
export function plainSelector(selector: PodSelector): LabelSelector | undefined {
  if (!isCalico(selector)) return selector;
  const { isPlain, requirements } = selector.parsed;
  if (!isPlain || keysRead(selector).includes(CALICO_NAMESPACE)) return undefined;
  const isLabel = (one: LabelSelectorRequirement): boolean =>
    isPair(one) && !requirements.some((other) => other !== one && other.key === one.key);
  const pairs = pairsOf({ matchExpressions: requirements.filter(isLabel) });
  return {
    matchLabels: Object.fromEntries(pairs.map(({ key, value }) => [key, value])),
    matchExpressions: requirements.filter((one) => !isLabel(one)),
  };
}

/** What all that a selector matches satisfies, as Kubernetes would write it. */
export function requiredOf(selector: PodSelector): LabelSelector {
  return isCalico(selector) ? { matchExpressions: selector.parsed.requirements } : selector;
}

/** Whether there are other labels with which a selector matches because of the value of a key, or would without it. */
export function isDecidedBy(selector: PodSelector, key: string, labels: Labels): boolean {
  const value = labels[key];
  if (isCalico(selector)) return isDecidedInText(selector, key, value);
  const own = requirementsOf(selector).filter((one) => one.key === key);
  return own.every((one) => meets(one, labels)) !== own.every((one) => meets(one, {}));
}

/** More combinations of other labels are not tried: then the key counts. */
const MOST_TRIED = 1024;

function isDecidedInText({ parsed, added }: CalicoExpression, key: string, value: string | undefined): boolean {
  const { terms } = parsed;
  if (terms.every((one) => one.key !== key || one.test(value) === one.test(undefined))) return false;
  let tried: readonly Labels[] = [added];
  for (const other of new Set(terms.map((one) => one.key))) {
    if (other === key || added[other] !== undefined) continue;
    const own = terms.filter((one) => one.key === other);
    // Whether a value can have two parts at once is not worked out.
    if (own.filter(({ isOfParts }) => isOfParts).length > 1) return true;
    const named = new Set(own.flatMap(({ values }) => values));
    tried = tried.flatMap((one) => [
      one,
      ...[...named, [...named, '-'].join('')].map((text) => ({ ...one, [other]: text })),
    ]);
    if (tried.length > MOST_TRIED) return true;
  }
  const withKey = value === undefined ? {} : { [key]: value };
  return tried.some((one) => parsed.matches({ ...one, ...withKey }) !== parsed.matches(one));
}
