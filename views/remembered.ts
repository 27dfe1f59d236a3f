/** Two generations of about three full screens each: whatever is in use is always in one of them. */
const GENERATION = 600;

/** A pure function of a text that remembers its answers for the texts of the last frames. */
export function remembered<T>(compute: (text: string) => T): (text: string) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return (text) => {
    const there = young.get(text);
    if (there !== undefined) return there;
    const answer = old.get(text) ?? compute(text);
    if (young.size >= GENERATION) {
      old = young;
      young = new Map();
    }
    young.set(text, answer);
    return answer;
  };
}
