import { sanitise } from '../../kube/sanitise.ts';
import { reasonOf } from '../system-error.ts';
import type { ManifestFiles } from './manifest-files.ts';

/** A path that could not be read at all; the tool can't do its work then (exit 1). */
export interface UnreadablePath {
  readonly path: string;
  readonly message: string;
}

const MANIFEST_NAME = /\.(?:ya?ml|json)(?:\.gz)?$/i;
/** The one name without extension: Kustomize looks for it too. */
const KUSTOMIZATION = 'Kustomization';

/**
 * The manifest files behind a path, in order of name: the file itself whatever it is called, or all `.yaml`, `.yml` and
 * `.json` files (also `.gz`) of a folder, to the bottom. A folder or file that is reached twice is read once.
 */
export async function findFiles(
  path: string,
  files: ManifestFiles,
  unreadable: UnreadablePath[],
): Promise<readonly string[]> {
  const found: string[] = [];
  const visited = new Set<string>();

  const visit = async (one: string, isRoot: boolean): Promise<void> => {
    const type = (await files.stat(one)).type;
    if (type !== 'folder') {
      // A pipe (`-f <(helm template …)`) is no regular file, but somebody named it.
      if (isRoot || (type === 'file' && (await isNew(one)))) found.push(one);
      return;
    }
    if (!(await isNew(one))) return;
    for (const name of [...(await files.list(one))].sort((left, right) => (left < right ? -1 : 1))) {
      const child = one.endsWith('/') ? `${one}${name}` : `${one}/${name}`;
      await attempt(child, async () => {
        const isManifest = MANIFEST_NAME.test(name) || name === KUSTOMIZATION;
        if (isManifest || (await files.stat(child)).type === 'folder') await visit(child, false);
      });
    }
  };
  const isNew = async (one: string): Promise<boolean> => {
    const real = await files.realPath(one);
    if (visited.has(real)) return false;
    visited.add(real);
    return true;
  };
  const attempt = async (one: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      unreadable.push({ path: sanitise(one), message: reasonOf(error) });
    }
  };

  await attempt(path, () => visit(path, true));
  return found;
}
