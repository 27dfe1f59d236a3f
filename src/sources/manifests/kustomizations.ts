import { join, normalize } from 'node:path/posix';
import { exactText } from '../../kube/exact-text.ts';
import { sanitise } from '../../kube/sanitise.ts';
import { shellWord } from '../../kube/shell-word.ts';
import type { BrokenObject } from '../../model/change.ts';
import { isObject, list, objects, text, type JsonObject } from '../slim/json-reading.ts';
import { decodeBytes } from './decode-bytes.ts';
import { parseText } from './parse-text.ts';

/** Names under which Kustomize looks for a kustomization in a folder. */
const NAME = /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/;
const API_GROUP = 'kustomize.config.k8s.io/';

/** Fields that change nothing of what a kustomization names. */
const LISTING_ONLY: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'resources', 'bases']);

interface Kustomization {
  readonly file: string;
  readonly fields: JsonObject;
  readonly patches: readonly string[];
}

/** What the kustomizations among files say of these files. */
export interface Kustomizations {
  /** Whether the file is a kustomization, or holds patches of one: no objects to be judged. */
  covers(file: string): boolean;
  /** How many kustomizations were read. */
  readonly count: number;
  /** One entry for each kustomization whose outcome differs from the files that were read. */
  readonly notApplied: readonly BrokenObject[];
}

/**
 * Reads the kustomizations among files. They are not applied: that is the work of `kubectl kustomize`, to which the
 * entries point. Its patches are parts of objects, so they must not stand for the objects.
 * Source: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
 *
 * @param files all that will be read, as named by the user or found in folders
 * @param read the bytes of one of them; what it rejects for is left to whoever reads the file as a manifest
 */
export async function readKustomizations(
  files: readonly string[],
  read: (file: string) => Promise<Uint8Array>,
): Promise<Kustomizations> {
  const found: Kustomization[] = [];
  for (const file of files) {
    const fields = NAME.test(file) ? kustomizationOf(await read(file).catch(() => null), file) : undefined;
    if (fields !== undefined) found.push({ file, fields, patches: patchFiles(fields, folderOf(file)) });
  }
  const covered = new Set(found.flatMap(({ file, patches }) => [normalize(file), ...patches]));
  const known = new Set(files.flatMap(withFolders));
  return {
    covers: (file) => covered.has(normalize(file)),
    count: found.length,
    notApplied: found.filter((one) => !onlyLists(one, known)).map(notApplied),
  };
}

/** The fields of a kustomization; undefined where the file is something else, such as one of Flux, or can't be read. */
function kustomizationOf(bytes: Uint8Array | null, file: string): JsonObject | undefined {
  const decoded = bytes === null ? null : decodeBytes(bytes);
  if (decoded?.ok !== true) return undefined;
  const [first, ...others] = parseText(decoded.text, file);
  if (first?.ok !== true || others.length > 0 || !isObject(first.document.value)) return undefined;
  const fields = first.document.value;
  const version = text(fields['apiVersion']);
  return version === '' || version.startsWith(API_GROUP) ? fields : undefined;
}

function patchFiles(fields: JsonObject, folder: string): readonly string[] {
  const named = [...objects(fields['patches']), ...objects(fields['patchesJson6902'])].map((one) => text(one['path']));
  // An element of patchesStrategicMerge is a path, or the patch itself.
  const merged = list(fields['patchesStrategicMerge']).map(text);
  const paths = [...named, ...merged].filter((path) => path !== '' && !path.includes('\n'));
  return [...new Set(paths.map((path) => join(folder, path)))];
}

function onlyLists({ file, fields }: Kustomization, known: ReadonlySet<string>): boolean {
  const resources = [...list(fields['resources']), ...list(fields['bases'])].map(text);
  return (
    text(fields['kind']) !== 'Component' &&
    Object.keys(fields).every((field) => LISTING_ONLY.has(field)) &&
    resources.every((path) => known.has(join(folderOf(file), path).replace(/\/$/, '')))
  );
}

function notApplied({ file, fields, patches }: Kustomization): BrokenObject {
  const made =
    text(fields['kind']) === 'Component'
      ? 'DIR), with DIR the folder of a kustomization that names this component,'
      : `${shellWord(exactText(folderOf(file)))})`;
  const message = `is not applied${patchesText(patches.length)}; --from <(kubectl kustomize ${made} judges what it makes`;
  return { file: sanitise(file), line: 1, kind: null, namespace: null, name: null, field: '', message };
}

function patchesText(count: number): string {
  if (count === 0) return '';
  return count === 1 ? ', nor is its file of patches' : `, nor are its ${count} files of patches`;
}

function folderOf(file: string): string {
  const end = file.lastIndexOf('/');
  return end < 0 ? '.' : end === 0 ? '/' : file.slice(0, end);
}

/** The path of a file and of each folder around it. */
function withFolders(file: string): readonly string[] {
  const parts = normalize(file).split('/');
  return parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
}
