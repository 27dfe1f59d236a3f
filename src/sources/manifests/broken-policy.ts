import type { BrokenObject } from '../../model/change.ts';
import { object, type JsonObject } from '../slim/json-reading.ts';
import type { Slimmer } from '../slim/slimmer.ts';
import type { validateObject } from '../slim/validity/validate-object.ts';

/**
 * The pods and directions that a NetworkPolicy with problems is about, where none of the problems is in its selector or
 * its types.
 *
 * @returns undefined where that can't be said: it may be about any pod of its namespace
 */
export function whatItIsAbout(
  raw: JsonObject,
  problems: ReturnType<typeof validateObject>,
  slimmer: Slimmer,
): BrokenObject['about'] {
  const spoils = ([top, field]: readonly (string | number)[]): boolean =>
    top === 'spec' && (field === undefined || field === 'podSelector' || field === 'policyTypes');
  if (problems.some(({ path }) => path.length === 0 || spoils(path))) return undefined;
  const { podSelector, policyTypes } = slimmer.slim(raw, 'NetworkPolicy');
  const types = policyTypes ?? [];
  const isDefaulted = types.length === 0;
  return {
    podSelector,
    ingress: isDefaulted || types.includes('Ingress'),
    egress: isDefaulted ? object(raw['spec'])['egress'] !== undefined : types.includes('Egress'),
  };
}
