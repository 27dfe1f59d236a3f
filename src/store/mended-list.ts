import type { KubeObject } from '../model/objects.ts';

type Objects = readonly KubeObject[];

/** What each list in order of name was mended from, and the names that changed. */
const MENDED = new WeakMap<Objects, { readonly before: WeakRef<Objects>; readonly names: ReadonlySet<string> }>();

/** How many steps from one list to the other are looked at. */
const MOST_STEPS = 8;

/** Notes that a list differs from the one before it in these names only. */
export function noteMended(before: Objects, after: Objects, names: ReadonlySet<string>): void {
  MENDED.set(after, { before: new WeakRef(before), names });
}

/** The names in which two lists of the store differ at most; undefined where nothing is known of it. */
export function namesChanged(before: Objects, after: Objects): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  let list: Objects | undefined = after;
  for (let step = 0; step < MOST_STEPS && list !== undefined; step += 1) {
    if (list === before) return names;
    const mended = MENDED.get(list);
    for (const name of mended?.names ?? []) names.add(name);
    list = mended?.before.deref();
  }
  return undefined;
}

/** Where a name stands, or would stand, in a list in order of name. */
export function placeOfName(name: string, list: Objects): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.name ?? '') < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
