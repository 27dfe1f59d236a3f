import type { AskedLabel, LabelSelector, LabelSelectorRequirement, SelectorEdit } from '../../model/selector.ts';

/** `app=web`, or the key alone where any value would do. */
export function askedText({ key, value }: AskedLabel): string {
  return value === null ? key : `${key}=${value}`;
}

/**
 * A selector with some labels of one requirement replaced or dropped, everything else as it was.
 *
 * @param asked one of `matchExpressions`, or what stands for one of `matchLabels`
 */
export function withEdits(
  selector: LabelSelector,
  asked: LabelSelectorRequirement,
  edits: readonly SelectorEdit[],
): LabelSelector {
  const isExpression = selector.matchExpressions?.includes(asked) === true;
  const labels = Object.entries(selector.matchLabels ?? {}).flatMap(([key, value]): [string, string][] => {
    const edit = isExpression ? undefined : edits.find(({ from }) => from.key === key && from.value === value);
    if (edit === undefined) return [[key, value]];
    return edit.to === null ? [] : [[edit.to.key, edit.to.value ?? value]];
  });
  const expressions = (selector.matchExpressions ?? []).flatMap((one) =>
    one === asked ? (edited(one, edits) ?? []) : [one],
  );
  return {
    ...(labels.length > 0 ? { matchLabels: Object.fromEntries(labels) } : {}),
    ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
  };
}

/** undefined where it is dropped */
function edited(one: LabelSelectorRequirement, edits: readonly SelectorEdit[]): LabelSelectorRequirement | undefined {
  const key = edits[0]?.to?.key;
  if (key === undefined) return undefined;
  if (one.operator === 'Exists') return { ...one, key };
  const values = (one.values ?? []).map((value) => edits.find(({ from }) => from.value === value)?.to?.value ?? value);
  return { ...one, key, values: [...new Set(values)] };
}
