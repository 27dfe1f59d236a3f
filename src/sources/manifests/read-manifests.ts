import { sanitise } from '../../kube/sanitise.ts';
import { createSlimmer } from '../slim/slimmer.ts';
import { createObjectCollector } from './collect-objects.ts';
import { decodeBytes } from './decode-bytes.ts';
import { reasonOf } from '../system-error.ts';
import { findFiles, type UnreadablePath } from './find-files.ts';
import { nodeFiles, type ManifestFiles } from './manifest-files.ts';
import { readKustomizations } from './kustomizations.ts';
import type { ManifestResult } from './manifest-result.ts';
import { parseText } from './parse-text.ts';

export interface ManifestOptions {
  /** Reads all of standard input, for the path `-`. */
  readonly stdin?: () => Promise<Uint8Array>;
  /** The file system; this machine's by default. */
  readonly fs?: ManifestFiles;
  /** For namespaced objects that name no namespace: the one `-n`, else `default`. */
  readonly defaultNamespace?: string;
  /**
   * Whether objects are to be created: what they say of their uid, status and owners is then so only where a server had
   * them. Else all is as it stands, as in a dump of a cluster.
   */
  readonly toBeCreated?: boolean;
}

const STDIN = '(stdin)';

/**
 * Reads manifests from files, folders (to the bottom) and standard input (`-`): YAML and JSON, several documents,
 * `List` and typed lists, `.gz`. What can't be used is in the result, by file, line and field; nothing is thrown for
 * the input's sake. Secret values are dropped while each object is read.
 */
export async function readManifests(paths: readonly string[], options: ManifestOptions = {}): Promise<ManifestResult> {
  const files = options.fs ?? nodeFiles;
  const defaultNamespace = options.defaultNamespace ?? 'default';
  const slimmer = createSlimmer({ defaultNamespace });
  const collector = createObjectCollector(slimmer, defaultNamespace, options.toBeCreated !== true);
  const unreadable: UnreadablePath[] = [];
  let count = 0;

  const take = (path: string, bytes: Uint8Array): void => {
    const file = sanitise(path);
    const decoded = decodeBytes(bytes);
    count += 1;
    if (!decoded.ok) {
      collector.broken.push(brokenFile(file, decoded.line, decoded.message));
      return;
    }
    for (const parsed of parseText(decoded.text, path)) {
      if (!parsed.ok) collector.broken.push(brokenFile(file, parsed.broken.line, parsed.broken.message));
      else collector.add(parsed.document, file);
    }
  };

  const read = async (path: string, bytes: () => Promise<Uint8Array>): Promise<void> => {
    let content: Uint8Array;
    try {
      content = await bytes();
    } catch (error) {
      unreadable.push({ path: sanitise(path), message: reasonOf(error) });
      return;
    }
    take(path, content);
  };

  const found: (readonly string[])[] = [];
  for (const path of paths) found.push(path === '-' ? [path] : await findFiles(path, files, unreadable));
  const kustomizations = await readKustomizations(found.flat(), (file) => files.read(file));
  count += kustomizations.count;
  for (const path of found.flat()) {
    if (path === '-') await read(STDIN, options.stdin ?? (() => Promise.resolve(new Uint8Array())));
    else if (!kustomizations.covers(path)) await read(path, () => files.read(path));
  }
  return {
    objects: [...collector.objects.values()],
    broken: [...collector.broken, ...kustomizations.notApplied],
    duplicates: collector.duplicates,
    removedApis: collector.removedApis,
    skipped: collector.skipped(),
    unreadable,
    files: count,
  };
}

function brokenFile(file: string, line: number, message: string): ManifestResult['broken'][number] {
  return { file, line, kind: null, namespace: null, name: null, field: '', message };
}
