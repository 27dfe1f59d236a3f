import { manifestIdentity } from '../../remedy/manifest-identity.ts';
import type { Manifest } from '../../remedy/remedy.ts';

/** Lists that a strategic merge patch merges by a key of their items (the Kubernetes API's `patchMergeKey`). */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  ports: 'containerPort',
};

/** Whether two manifests are about one object. */
export function isSameObject(one: Manifest, other: Manifest): boolean {
  const [left, right] = [manifestIdentity(one), manifestIdentity(other)];
  return left.kind === right.kind && left.namespace === right.namespace && left.name === right.name;
}

/** Whether two patches of one object give a field different values, so that the second undoes the first. */
export function contradicts(one: Manifest, other: Manifest): boolean {
  const fields = new Map(leaves(other, ''));
  return [...leaves(one, '')].some(([path, value]) => (fields.get(path) ?? value) !== value);
}

/** Every field that a patch sets, by path; a list that is not merged is one value. */
function* leaves(value: unknown, path: string): Generator<readonly [path: string, value: string]> {
  if (value === null || typeof value !== 'object') {
    yield [path, JSON.stringify(value)];
    return;
  }
  if (!Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) yield* leaves(inner, `${path}.${key}`);
    return;
  }
  const key = MERGE_KEYS[path.slice(path.lastIndexOf('.') + 1)];
  if (key === undefined) {
    yield [path, JSON.stringify(value)];
    return;
  }
  for (const item of value as readonly Manifest[]) yield* leaves(item, `${path}[${String(item[key])}]`);
}
