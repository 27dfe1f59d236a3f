import { join } from 'node:path';
import type { BuiltRemedy } from '../src/remedy/built-remedy.ts';
import { remedyFolder } from '../src/report/remedy-folder/remedy-folder.ts';
import type { Report } from '../src/report/report.ts';
import type { World } from './world.ts';

/**
 * Writes the remedies of a report to a folder, in a folder for each owner and application.
 *
 * @returns the file of every remedy
 */
export async function writeRemedies(
  world: World,
  folder: string,
  { engine, findings, remedies }: Report,
): Promise<ReadonlyMap<BuiltRemedy, string>> {
  const { files, paths } = remedyFolder(
    engine.view,
    findings.map(({ finding }) => finding),
    remedies ?? [],
  );
  for (const [path, text] of files) await world.writeFile(join(folder, path), text);
  return new Map([...paths].map(([remedy, path]) => [remedy, join(folder, path)]));
}
