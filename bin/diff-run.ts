import { difference, isSame, sideOf, type Side } from '../src/report/difference.ts';
import { differenceText } from '../src/report/difference-text.ts';
import { reportFields } from '../src/report/json.ts';
import { RULES } from '../src/rules/index.ts';
import { ArgumentError } from './arguments.ts';
import { load } from './load.ts';
import { painter } from './painter.ts';
import { prepareReport } from './report-run.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/**
 * `k8sec diff A B`: what changed between two reports, snapshots or folders of manifests.
 *
 * @returns 0 same, 1 different, 3 where nothing differs but not everything could be compared
 */
export async function runDiff(world: World, settings: Settings, words: readonly string[]): Promise<number> {
  const [before, after, ...more] = words;
  if (before === undefined || after === undefined || more.length > 0) {
    throw new ArgumentError('diff takes two reports, snapshots or folders of manifests: diff A B');
  }
  if (settings.from.length > 0 || settings.demo) throw new ArgumentError('diff reads what it is given: diff A B');
  if (settings.output !== 'text' && settings.output !== 'json') {
    throw new ArgumentError(`diff has no output ${settings.output}; it has text, json`);
  }
  // One after the other: two large states are not read at the same time.
  const left = await readSide(world, settings, before);
  const right = await readSide(world, settings, after);
  const result = difference(left, right, RULES);
  world.print(
    settings.output === 'json'
      ? `${JSON.stringify(result, null, 2)}\n`
      : differenceText(result, painter(world, settings)),
  );
  if (!isSame(result)) return 1;
  return result.incomparable.length > 0 ? 3 : 0;
}

async function readSide(world: World, settings: Settings, path: string): Promise<Side> {
  const report = await parsedReport(world, path);
  if (report !== undefined) return sideOf(path, Object.entries(report), null);
  const own: Settings = { ...settings, from: [path], output: 'json' };
  const loaded = await load(world, own);
  try {
    return sideOf(path, reportFields((await prepareReport(world, own, loaded)).report), loaded.engine.view);
  } finally {
    await loaded.close();
  }
}

/** A JSON report that was written before; undefined for anything else, folders included. */
async function parsedReport(world: World, path: string): Promise<object | undefined> {
  const text = await world.readFile(path).catch(() => '');
  if (!/^\s*\{\s*"schemaVersion"/.test(text)) return undefined;
  return JSON.parse(text) as object;
}
