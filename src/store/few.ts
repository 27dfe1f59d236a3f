/**
 * The members of a set that mostly has one: that one then stands for itself. A Set of one takes some 200 bytes, and a
 * large cluster has a hundred thousand of them. No member may be a Set itself.
 */
export type Few<T extends object> = T | Set<T>;

/** With one more member; the set that was given may be changed. */
export function withMember<T extends object>(few: Few<T> | undefined, member: T): Few<T> {
  if (few === undefined || few === member) return member;
  return few instanceof Set ? few.add(member) : new Set([few, member]);
}

/** Without a member; undefined where none is left. The set that was given may be changed. */
export function withoutMember<T extends object>(few: Few<T> | undefined, member: T): Few<T> | undefined {
  if (few === member) return undefined;
  if (few instanceof Set) few.delete(member);
  return few instanceof Set && few.size === 0 ? undefined : few;
}

/** Does something with each member, in the order in which they came. */
export function eachMember<T extends object>(few: Few<T> | undefined, act: (member: T) => void): void {
  if (few instanceof Set) for (const member of few) act(member);
  else if (few !== undefined) act(few);
}
