import type { Finding } from '../model/finding.ts';
import type { BuiltRemedy } from '../remedy/built-remedy.ts';
import { REMEDIES } from '../remedy/index.ts';

const TITLES: ReadonlyMap<string, string> = new Map(REMEDIES.map((remedy) => [remedy.id, remedy.title]));

/**
 * What to do about a finding, in one line: the file that was written for it, else the remedy that was built, else the
 * title of the first one that applies; undefined where there is none.
 */
export function fixText(
  finding: Finding,
  built: readonly BuiltRemedy[],
  files: ReadonlyMap<BuiltRemedy, string>,
): string | undefined {
  const [remedy] = built;
  if (remedy !== undefined) {
    const file = files.get(remedy);
    return `${remedy.title} (${remedy.safety}): ${file ?? remedy.commands[0] ?? remedy.source ?? remedy.fileName}`;
  }
  return finding.remedies?.flatMap((id) => TITLES.get(id) ?? [])[0];
}
