import { parseBaseline, type Baseline } from '../src/report/baseline.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/**
 * The earlier report of `--baseline`; null without the flag.
 *
 * @throws BaselineError where the file is no report
 */
export async function readBaseline(world: World, { baseline: path }: Settings): Promise<Baseline | null> {
  return path === undefined ? null : parseBaseline(await world.readFile(path), path);
}
