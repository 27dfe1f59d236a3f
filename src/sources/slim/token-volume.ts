/**
 * The volume that the API server adds to a pod for its service account's token: the random end of its name is all in
 * which the specifications of replicas differ. Of everything else that is named so the name counts, for anybody can
 * choose such a name. Source: kubernetes plugin/pkg/admission/serviceaccount/admission.go.
 */
import { isObject, type JsonObject } from './json-reading.ts';

const NAMED = /^kube-api-access-[a-z0-9]{5}$/;
const NAME_LENGTH = 21;

/** Stands for the name of every such volume; no name of a volume has a star. */
const COMMON_NAME = 'kube-api-access-*';

/** The name of a raw specification's only projected volume that is named so; null where it has none, or several. */
export function tokenVolumeName(spec: JsonObject): string | null {
  const volumes = spec['volumes'];
  if (!Array.isArray(volumes)) return null;
  let found: string | null = null;
  for (const volume of volumes as readonly unknown[]) {
    if (!isObject(volume) || !isObject(volume['projected'])) continue;
    const name = volume['name'];
    if (typeof name !== 'string' || name.length !== NAME_LENGTH || name === found || !NAMED.test(name)) continue;
    if (found !== null) return null;
    found = name;
  }
  return found;
}

/** Raw volumes, or mounts of volumes, with what stands for the token volume's name. */
export function withCommonName(named: unknown, token: string | null): unknown {
  if (token === null || !Array.isArray(named)) return named;
  return named.map((one: unknown) => (isObject(one) && one['name'] === token ? { ...one, name: COMMON_NAME } : one));
}
