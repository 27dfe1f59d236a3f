import { parseServiceAccountUser } from '../../kube/rbac-user.ts';
import { sameItems } from '../../store/same-items.ts';
import type { Step } from './escalation-step.ts';

/** Steps by the namespace that they are taken in ('' for all). */
export type StepParts = ReadonlyMap<string, readonly Step[]>;

/** Steps by who takes them (`subjectKey`), in shards: the accounts of a namespace, or '' for users and groups. */
export type ActorSteps = ReadonlyMap<string, ReadonlyMap<string, readonly Step[]>>;

const NO_STEPS: readonly Step[] = [];

/** The shard that holds a subject. */
export function shardOf(key: string): string {
  return (key.startsWith('u:') ? parseServiceAccountUser(key.slice(2)) : undefined)?.namespace ?? '';
}

/**
 * Sorts steps by who takes them. Shards that no changed part touches are those of before.
 *
 * @param before the parts of last time and what came of them
 * @param changed namespaces whose part may differ from that of before
 * @returns the steps, and the names of the shards that are not those of before
 */
export function actorSteps(
  parts: StepParts,
  before: { readonly parts: StepParts; readonly actors: ActorSteps },
  changed: Iterable<string>,
): { readonly actors: ActorSteps; readonly touched: ReadonlySet<string> } {
  const shards = new Map(before.actors);
  const own = new Set<string>();
  const writable = (name: string): Map<string, readonly Step[]> => {
    const there = shards.get(name);
    if (there !== undefined && own.has(name)) return there as Map<string, readonly Step[]>;
    const copy = new Map(there);
    own.add(name);
    shards.set(name, copy);
    return copy;
  };
  for (const namespace of changed) {
    const formerly = Map.groupBy(before.parts.get(namespace) ?? NO_STEPS, (step) => step.from);
    const byActor = Map.groupBy(parts.get(namespace) ?? NO_STEPS, (step) => step.from);
    for (const key of new Set([...formerly.keys(), ...byActor.keys()])) {
      if (sameItems(formerly.get(key) ?? NO_STEPS, byActor.get(key) ?? NO_STEPS)) continue;
      const shard = writable(shardOf(key));
      const others = (shard.get(key) ?? NO_STEPS).filter((step) => step.scope !== namespace);
      const steps = [...others, ...(byActor.get(key) ?? NO_STEPS)];
      if (steps.length === 0) shard.delete(key);
      else shard.set(key, others.length === 0 ? steps : steps.sort(byNamespace));
    }
  }
  for (const name of own) if (shards.get(name)?.size === 0) shards.delete(name);
  return { actors: shards, touched: own };
}

function byNamespace(a: Step, b: Step): number {
  const [left, right] = [a.scope, b.scope];
  return left < right ? -1 : left > right ? 1 : 0;
}
