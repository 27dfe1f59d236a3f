import type { Finding } from '../model/finding.ts';
import type { BuiltRemedy } from '../remedy/built-remedy.ts';
import { safetyText } from '../remedy/breaking-effect.ts';
import type { FormatContext } from './format.ts';

/**
 * What to do about a finding, in one line: the file that was written for it, else the remedy that was built, else the
 * title of the first one that may be had; undefined where there is none.
 */
export function fixText(
  finding: Finding,
  built: readonly BuiltRemedy[],
  { files, firstRemedy }: Pick<FormatContext, 'files' | 'firstRemedy'>,
): string | undefined {
  const [remedy] = built;
  if (remedy === undefined) return firstRemedy(finding);
  const file = files.get(remedy);
  return `${remedy.title} (${safetyText(remedy)}): ${file ?? remedy.commands[0] ?? remedy.source ?? remedy.fileName}`;
}
