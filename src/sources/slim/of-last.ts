/**
 * The same function, which remembers its last argument and answer: the pods of a page share what they have in common,
 * as the same raw object. The argument is forgotten when the page is done, so that no raw text outlives it.
 */
export function ofLast<T>(compute: (raw: unknown) => T): (raw: unknown) => T {
  let last: { readonly raw: object; readonly answer: T } | null = null;
  const forget = (): void => {
    last = null;
  };
  return (raw) => {
    if (last !== null && last.raw === raw) return last.answer;
    const answer = compute(raw);
    if (typeof raw !== 'object' || raw === null) return answer;
    if (last === null) queueMicrotask(forget);
    last = { raw, answer };
    return answer;
  };
}
