/** Numbers of the groups that namespaces are put into, so that a value of the whole cluster hangs on few others. */
export const NAMESPACE_GROUPS: readonly number[] = Array.from({ length: 32 }, (_, group) => group);

/** The group of a namespace, the same each time. */
export function namespaceGroup(namespace: string): number {
  let sum = 0;
  for (let at = 0; at < namespace.length; at += 1) sum = (sum * 31 + namespace.charCodeAt(at)) % 1_000_003;
  return sum % NAMESPACE_GROUPS.length;
}
