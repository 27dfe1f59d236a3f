import type { AuditIntake } from '../src/analyses/audit/audit-intake.ts';
import type { LearnedProfiles } from '../src/model/learned-profiles.ts';
import { learnedText, parseLearned } from '../src/sources/audit/learned-file.ts';
import type { World } from './world.ts';

/**
 * The profiles of `--learned FILE`; null without the flag, and where the file is not there yet.
 *
 * @throws LearnedFileError where it cannot be used
 */
export async function loadLearned(
  world: Pick<World, 'readFile'>,
  path: string | undefined,
): Promise<LearnedProfiles | null> {
  if (path === undefined) return null;
  try {
    return parseLearned(await world.readFile(path), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Writes what was learned by now to the file of `--learned`, whole or not at all. */
export async function saveLearned(
  world: Pick<World, 'writeFile'>,
  path: string | undefined,
  intake: Pick<AuditIntake, 'learned'>,
): Promise<void> {
  if (path !== undefined) await world.writeFile(path, learnedText(intake.learned()));
}
