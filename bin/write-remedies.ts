import { join } from 'node:path';
import type { BuiltRemedy } from '../src/remedy/built-remedy.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/**
 * One file a remedy in the folder of `--remediate`, in a folder a namespace; the same YAML for two findings is one file.
 *
 * @returns the file of every remedy
 */
export async function writeRemedies(
  world: World,
  settings: Settings,
  remedies: readonly BuiltRemedy[],
): Promise<ReadonlyMap<BuiltRemedy, string>> {
  const folder = settings.remediate ?? '.';
  const byText = new Map<string, string>();
  const names = new Set<string>();
  const files = new Map<BuiltRemedy, string>();
  for (const remedy of remedies) {
    const known = byText.get(remedy.yaml);
    if (known !== undefined) {
      files.set(remedy, known);
      continue;
    }
    const place = namespaceOf(remedy);
    let name = remedy.fileName;
    for (let count = 2; names.has(`${place}/${name}`); count += 1) {
      name = remedy.fileName.replace(/\.yaml$/, `-${count}.yaml`);
    }
    names.add(`${place}/${name}`);
    const path = join(folder, place, name);
    await world.writeFile(path, remedy.yaml);
    byText.set(remedy.yaml, path);
    files.set(remedy, path);
  }
  const what = names.size === 1 ? 'remedy' : 'remedies';
  if (!settings.quiet) world.warn(`wrote ${names.size} ${what} to ${folder}\n`);
  return files;
}

/** `_cluster` is no name that a namespace can have. */
function namespaceOf(remedy: BuiltRemedy): string {
  const metadata = remedy.manifests[0]?.['metadata'] as { readonly namespace?: string } | undefined;
  return metadata?.namespace ?? '_cluster';
}
