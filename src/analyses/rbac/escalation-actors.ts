import { parseServiceAccountUser } from '../../kube/rbac-user.ts';
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
 */
export function actorSteps(
  parts: StepParts,
  before: { readonly parts: StepParts; readonly actors: ActorSteps },
): ActorSteps {
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
  for (const namespace of new Set([...before.parts.keys(), ...parts.keys()])) {
    const [old = NO_STEPS, now = NO_STEPS] = [before.parts.get(namespace), parts.get(namespace)];
    if (old === now) continue;
    const byActor = Map.groupBy(now, (step) => step.from);
    for (const key of new Set([...old.map((step) => step.from), ...byActor.keys()])) {
      const shard = writable(shardOf(key));
      const others = (shard.get(key) ?? NO_STEPS).filter((step) => step.scope !== namespace);
      const steps = [...others, ...(byActor.get(key) ?? NO_STEPS)];
      if (steps.length === 0) shard.delete(key);
      else shard.set(key, others.length === 0 ? steps : steps.sort(byNamespace));
    }
  }
  for (const name of own) if (shards.get(name)?.size === 0) shards.delete(name);
  return shards;
}

function byNamespace(a: Step, b: Step): number {
  const [left, right] = [a.scope, b.scope];
  return left < right ? -1 : left > right ? 1 : 0;
}
