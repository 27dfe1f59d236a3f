import type { Directory } from '../src/model/directory.ts';
import { parseDirectory } from '../src/sources/directory/parse-directory.ts';
import type { World } from './world.ts';

/**
 * Reads the export of users and groups that `--directory` names.
 *
 * @throws DirectoryError where it cannot be used
 */
export async function loadDirectory(world: World, path: string): Promise<Directory> {
  return parseDirectory(await world.readFile(path), path);
}
