import { kindInfo } from '../src/model/kind.ts';
import type { Loaded } from './load.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/** `-v`: how much was read and judged, and how long that took; from `-v=2` on, kind by kind. */
export function tellWhatWasRead(world: World, { verbose }: Settings, { engine, startedAt }: Loaded): void {
  if (verbose === 0) return;
  const { view } = engine;
  const lines = view.coverage().map((one) => ({ ...one, objects: view.list(one.kind).length }));
  const objects = lines.reduce((sum, one) => sum + one.objects, 0);
  const seconds = ((world.now() - startedAt) / 1000).toFixed(1);
  world.warn(`read ${objects} objects and made ${engine.findings.size} findings in ${seconds} s\n`);
  if (verbose < 2) return;
  for (const { kind, apiVersion, status, objects: count, reason } of lines) {
    const why = reason === '' ? '' : `: ${reason}`;
    world.warn(`  ${kindInfo(kind).resource} ${apiVersion}: ${status}, ${count} objects${why}\n`);
  }
}
