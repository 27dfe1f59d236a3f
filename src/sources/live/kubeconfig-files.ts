import { delimiter, dirname, join, resolve, sep } from 'node:path';
import { ConnectionError, reasonOf } from './connection-error.ts';
import { isMissing, type Host } from './host.ts';
import {
  parseKubeconfig,
  type ClusterEntry,
  type ContextEntry,
  type Kubeconfig,
  type UserEntry,
} from './kubeconfig-schema.ts';

/** A merged kubeconfig and the files that were there. */
export interface LoadedKubeconfig {
  readonly config: Kubeconfig;
  readonly files: readonly string[];
  /** Which file each user came from; a refreshed login is written back there. */
  readonly userFiles: ReadonlyMap<string, string>;
}

/**
 * The files that kubectl would look at, in its order.
 *
 * @param explicit `--kubeconfig`
 * @returns absolute paths; `mustExist` is set where finding none of them is an error and not just "no kubeconfig"
 */
export function kubeconfigPaths(
  explicit: string | undefined,
  host: Host,
): { readonly paths: readonly string[]; readonly mustExist: 'each' | 'one' | 'none' } {
  if (explicit !== undefined && explicit !== '') {
    return { paths: [resolve(host.cwd, explicit)], mustExist: 'each' };
  }
  const listed = (host.env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (listed.length > 0) {
    return { paths: [...new Set(listed.map((path) => resolve(host.cwd, path)))], mustExist: 'one' };
  }
  const home = host.env['HOME'] ?? host.env['USERPROFILE'] ?? '';
  return { paths: home === '' ? [] : [join(home, '.kube', 'config')], mustExist: 'none' };
}

/**
 * Loads and merges as client-go's ClientConfigLoadingRules.Load: the first file to set current-context, or an entry of
 * a list, wins, whole; missing files of a list are skipped; relative paths are relative to their own file.
 *
 * @param explicit `--kubeconfig`, then the only file
 * @throws ConnectionError where a file can't be read or parsed, `explicit` is missing, or nothing of KUBECONFIG exists
 */
export async function loadKubeconfig(explicit: string | undefined, host: Host): Promise<LoadedKubeconfig> {
  const { paths, mustExist } = kubeconfigPaths(explicit, host);
  const files: string[] = [];
  const userFiles = new Map<string, string>();
  const merged = {
    currentContext: '',
    clusters: new Map<string, ClusterEntry>(),
    users: new Map<string, UserEntry>(),
    contexts: new Map<string, ContextEntry>(),
  };
  for (const file of paths) {
    const text = await readIfThere(file, host);
    if (text === null) {
      if (mustExist === 'each') {
        throw new ConnectionError(`the kubeconfig ${file} does not exist; correct --kubeconfig or leave it out`);
      }
      continue;
    }
    files.push(file);
    const config = withAbsolutePaths(parseKubeconfig(await parseText(text, file), file), dirname(file));
    if (merged.currentContext === '') merged.currentContext = config.currentContext;
    for (const name of config.users.keys()) if (!merged.users.has(name)) userFiles.set(name, file);
    addMissing(merged.clusters, config.clusters);
    addMissing(merged.users, config.users);
    addMissing(merged.contexts, config.contexts);
  }
  if (files.length === 0 && mustExist === 'one') {
    throw new ConnectionError(`none of the files in KUBECONFIG exists (${paths.join(', ')}); correct it or unset it`);
  }
  return { config: merged, files, userFiles };
}

async function readIfThere(file: string, host: Host): Promise<string | null> {
  try {
    return (await host.readFile(file)).toString();
  } catch (error) {
    if (isMissing(error)) return null;
    throw new ConnectionError(`can't read the kubeconfig ${file}: ${reasonOf(error)}`, { cause: error });
  }
}

/** JSON needs no YAML parser, which is loaded only when it is needed. */
async function parseText(text: string, file: string): Promise<unknown> {
  try {
    if (text.trimStart().startsWith('{')) return JSON.parse(text) as unknown;
  } catch {
    // YAML's flow style also begins with a brace.
  }
  try {
    const { parse } = await import('yaml');
    return parse(text, { merge: true, logLevel: 'error' }) as unknown;
  } catch (error) {
    const [firstLine = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new ConnectionError(`the kubeconfig ${file} is not valid YAML: ${reasonOf(firstLine)}`, { cause: error });
  }
}

function addMissing<T>(into: Map<string, T>, from: ReadonlyMap<string, T>): void {
  for (const [name, entry] of from) if (!into.has(name)) into.set(name, entry);
}

function withAbsolutePaths(config: Kubeconfig, folder: string): Kubeconfig {
  const absolute = (path: string): string => (path === '' ? '' : resolve(folder, path));
  const clusters = new Map(
    [...config.clusters].map(([name, one]) => [
      name,
      { ...one, certificateAuthority: absolute(one.certificateAuthority) },
    ]),
  );
  const users = new Map(
    [...config.users].map(([name, one]) => [
      name,
      {
        ...one,
        clientCertificate: absolute(one.clientCertificate),
        clientKey: absolute(one.clientKey),
        tokenFile: absolute(one.tokenFile),
        // A command without a separator is looked up on PATH.
        exec:
          one.exec === null || !(one.exec.command.includes('/') || one.exec.command.includes(sep))
            ? one.exec
            : { ...one.exec, command: absolute(one.exec.command) },
      },
    ]),
  );
  return { ...config, clusters, users };
}
