/**
 * The members of a set that mostly has one, or a few: that one then stands for itself, and a few are a list. A Set of one
 * takes some 200 bytes, and a large cluster has a hundred thousand of them. No member may be a list or a Set itself.
 */
export type Few<T extends object> = T | T[] | Set<T>;

/** More members than this are kept in a Set. */
const MOST_LISTED = 32;
/** A list that grew by pushing has room for seventeen: up to so many are of exactly as many as there are. */
const FEW = 4;

/** With one more member; the set or the list that was given may be changed. */
export function withMember<T extends object>(few: Few<T> | undefined, member: T): Few<T> {
  if (few === undefined || few === member) return member;
  if (few instanceof Set) return few.add(member);
  if (!isList(few)) return [few, member];
  if (few.includes(member)) return few;
  if (few.length < FEW) return few.concat(member);
  if (few.length === MOST_LISTED) return new Set(few).add(member);
  few.push(member);
  return few;
}

/** Without a member; undefined where none is left. The set that was given may be changed. */
export function withoutMember<T extends object>(few: Few<T> | undefined, member: T): Few<T> | undefined {
  if (few === member) return undefined;
  if (few instanceof Set) {
    few.delete(member);
    return few.size === 0 ? undefined : few;
  }
  if (few === undefined || !isList(few)) return few;
  const at = few.indexOf(member);
  if (at === -1) return few;
  return few.length === 1 ? undefined : few.toSpliced(at, 1);
}

/** Does something with each member, in the order in which they came. */
export function eachMember<T extends object>(few: Few<T> | undefined, act: (member: T) => void): void {
  if (few instanceof Set || isList(few)) for (const member of few) act(member);
  else if (few !== undefined) act(few);
}

function isList<T extends object>(few: Few<T> | undefined): few is T[] {
  return Array.isArray(few);
}
