import { dirname, join } from 'node:path';
import type { BuiltRemedy } from '../src/remedy/built-remedy.ts';
import { isPage, README } from '../src/report/remedy-folder/group-readme.ts';
import { remedyFolder } from '../src/report/remedy-folder/remedy-folder.ts';
import type { Report } from '../src/report/report.ts';
import type { World } from './world.ts';

export interface WrittenRemedies {
  /** The file of every remedy. */
  readonly files: ReadonlyMap<BuiltRemedy, string>;
  /** Files beside these that the folder had before, in order. */
  readonly left: readonly string[];
}

/**
 * Writes the remedies of a report to a folder, in a folder for each owner and application. Nothing is deleted: what an
 * earlier run wrote may be of a state that is gone, and somebody else's files may lie beside it.
 */
export async function writeRemedies(
  world: World,
  folder: string,
  { engine, findings, remedies }: Report,
): Promise<WrittenRemedies> {
  const { files, paths } = remedyFolder(
    engine.view,
    findings.map(({ finding }) => finding),
    remedies ?? [],
  );
  for (const [path, text] of files) await world.writeFile(join(folder, path), text);
  return {
    files: new Map([...paths].map(([remedy, path]) => [remedy, join(folder, path)])),
    left: await leftIn(world, folder, files),
  };
}

/** `OWNER/APPLICATION/FILE` */
const DEPTH = 3;

/** What stands in folders that hold remedies, of this run or of another one. */
async function leftIn(world: World, folder: string, files: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const others = (await world.listFiles(folder, DEPTH)).filter((path) => !files.has(path));
  const isOurs = new Map<string, boolean>();
  for (const place of new Set(others.map((path) => dirname(path)))) {
    const page = join(place, README);
    isOurs.set(place, files.has(page) || (others.includes(page) && isPage(await world.readFile(join(folder, page)))));
  }
  return others.filter((path) => isOurs.get(dirname(path)) === true).sort();
}
