import type { BuiltRemedy } from '../../remedy/built-remedy.ts';
import { manifestIdentity, manifestText } from '../../remedy/manifest-identity.ts';
import type { Manifest } from '../../remedy/remedy.ts';
import { contradicts } from './patch-fields.ts';

/**
 * The files that set a field of an object otherwise, by file: whichever is applied last undoes the rest, as a patch that
 * takes one rule out of a role holds all the others, and so what another one takes out. Remedies of one finding are
 * alternatives anyway, and what is done by hand once is no state that is set.
 *
 * @param paths the file of each remedy
 * @returns only files that have rivals, those in order
 */
export function rivals(paths: ReadonlyMap<BuiltRemedy, string>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const same of Map.groupBy(writes(paths), ({ object }) => object).values()) {
    for (const one of same) {
      for (const other of same) {
        const isRival = one.path !== other.path && one.finding !== other.finding;
        if (!isRival || !contradicts(one.manifest, other.manifest)) continue;
        found.set(one.path, (found.get(one.path) ?? new Set()).add(other.path));
      }
    }
  }
  return new Map([...found].map(([path, others]) => [path, [...others].sort()]));
}

interface Write {
  readonly path: string;
  readonly finding: string;
  readonly object: string;
  readonly manifest: Manifest;
}

function writes(paths: ReadonlyMap<BuiltRemedy, string>): readonly Write[] {
  return [...paths].flatMap(([{ use, finding, manifests }, path]) =>
    use === 'steps'
      ? []
      : manifests
          .filter((manifest) => manifestIdentity(manifest).name !== '')
          .map((manifest): Write => ({ path, finding, object: manifestText(manifest), manifest })),
  );
}
