/**
 * The first of some texts, and how many more there are: `a, b and 3 more`.
 *
 * @param most how many are named; when there are no more, all are
 */
export function someOf(texts: readonly string[], most: number, separator = ', '): string {
  const more = texts.length - most;
  return `${texts.slice(0, most).join(separator)}${more > 0 ? ` and ${more} more` : ''}`;
}
