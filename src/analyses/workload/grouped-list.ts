import { KeyedList } from '../../store/keyed-list.ts';
import { LongList } from '../../store/long-list.ts';
import { sameItems } from '../../store/same-items.ts';

/** Items of a list that belong to the same thing. */
export interface ItemGroup<T> {
  readonly key: string;
  readonly items: readonly T[];
}

/**
 * Groups a list by what its items belong to, in the order in which they come. A group whose items stayed the same stays
 * the same, so that what is read of it as an entry is not run again.
 */
export function groupedList<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  previous: KeyedList<ItemGroup<T>> | undefined,
): KeyedList<ItemGroup<T>> {
  const groups = [...Map.groupBy(items, keyOf)].map(([key, own]) => {
    const before = previous?.get(key);
    return before !== undefined && sameItems(before.items, own) ? before : { key, items: own };
  });
  return KeyedList.of(LongList.of(groups), ({ key }) => key, previous);
}
