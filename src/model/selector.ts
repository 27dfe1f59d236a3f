/** A Kubernetes label selector as objects carry it (meta/v1 LabelSelector). */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

export interface LabelSelectorRequirement {
  readonly key: string;
  /** In, NotIn, Exists or DoesNotExist; anything else makes the object invalid. */
  readonly operator: string;
  readonly values?: readonly string[];
}

/** A label as a selector asks for it: with a value, or (null) with whatever value. */
export interface AskedLabel {
  readonly key: string;
  readonly value: string | null;
}

/** A label of a selector, and what it is meant to be; null: it is not asked for. */
export interface SelectorEdit {
  readonly from: AskedLabel;
  readonly to: AskedLabel | null;
}

export type Labels = Readonly<Record<string, string>>;
