import type { Connection } from './connection.ts';
import { ConnectionError } from './connection-error.ts';
import type { ConnectionFlags } from './connection-flags.ts';
import { chooseUser, type ChosenUser } from './kubeconfig-user.ts';
import { chooseCluster, type ChosenCluster } from './kubeconfig-cluster.ts';
import { kubeconfigPaths, loadKubeconfig } from './kubeconfig-files.ts';
import { emptyContext } from './kubeconfig-schema.ts';
import { isMissing, type Host } from './host.ts';
import { inClusterConnection, isInCluster } from './in-cluster.ts';
import { chooseProxy, hostOf } from './proxy-choice.ts';

/** One context of the merged kubeconfig. */
export interface ContextRow {
  readonly name: string;
  readonly cluster: string;
  readonly user: string;
  readonly namespace: string | null;
  readonly current: boolean;
}

/**
 * The connection that kubectl would make with the same flags, environment and files (client-go tools/clientcmd:
 * DeferredLoadingClientConfig, DirectClientConfig, inClusterClientConfig). Connects to nothing yet.
 *
 * @throws ConnectionError with what to correct
 */
export async function loadConnection(flags: ConnectionFlags, host: Host): Promise<Connection> {
  checkImpersonationFlags(flags);
  const { config, files, userFiles } = await loadKubeconfig(flags.kubeconfig, host);
  const wanted = flags.context ?? '';
  const contextName = wanted === '' ? config.currentContext : wanted;
  const context = config.contexts.get(contextName);
  if (context === undefined && contextName !== '') {
    throw new ConnectionError(
      `context "${contextName}" does not exist in ${files.join(', ') || 'any kubeconfig'}; ` +
        choices('contexts', [...config.contexts.keys()]),
    );
  }
  const { cluster: clusterOfContext, user: userOfContext, namespace } = context ?? emptyContext();
  const clusterName = flags.cluster ?? clusterOfContext;
  const userName = flags.user ?? userOfContext;
  const cluster = await chooseCluster(config.clusters, clusterName, flags, host);
  if (cluster === null) {
    if (await isInCluster(host)) return inClusterConnection(flags, host);
    throw new ConnectionError(noServer(files, [...config.contexts.keys()]));
  }
  const user = chooseUser(config.users, userName, flags, cluster, { host, file: userFiles.get(userName) ?? null });
  return connectionOf(cluster, user, flags, host, {
    contextName,
    clusterName,
    userName,
    namespace: namespace === '' ? null : namespace,
    origin: files.length > 0 ? 'kubeconfig' : 'flags',
  });
}

/** The contexts of the merged kubeconfig, by name. */
export async function listContexts(flags: ConnectionFlags, host: Host): Promise<readonly ContextRow[]> {
  const { config } = await loadKubeconfig(flags.kubeconfig, host);
  const current = flags.context ?? config.currentContext;
  return [...config.contexts]
    .map(([name, { cluster, user, namespace }]) => ({
      name,
      cluster,
      user,
      namespace: namespace === '' ? null : namespace,
      current: name === current,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Whether there is anything to connect with: without it, and without flags, k8sec shows the demo cluster. A KUBECONFIG
 * that is set counts even where its files are missing, so that a typing error never ends in the demo.
 */
export async function hasAnyKubeconfig(flags: ConnectionFlags, host: Host): Promise<boolean> {
  const { paths, mustExist } = kubeconfigPaths(flags.kubeconfig, host);
  if (mustExist !== 'none') return true;
  for (const path of paths) {
    try {
      await host.readFile(path);
      return true;
    } catch (error) {
      if (!isMissing(error)) return true;
    }
  }
  return isInCluster(host);
}

interface Names {
  readonly contextName: string;
  readonly clusterName: string;
  readonly userName: string;
  readonly namespace: string | null;
  readonly origin: Connection['origin'];
}

function connectionOf(
  cluster: ChosenCluster,
  user: ChosenUser,
  flags: ConnectionFlags,
  host: Host,
  names: Names,
): Connection {
  const timeout = flags.requestTimeoutMs ?? 0;
  return {
    ...names,
    server: cluster.url.href.replace(/\/+$/, ''),
    trust: cluster.trust,
    proxy: chooseProxy(cluster.url, cluster.entry.proxyUrl, host.env),
    credential: user.credential,
    storedLogin: user.storedLogin,
    impersonation: user.impersonation,
    requestTimeoutMs: timeout > 0 ? timeout : null,
    compress: !cluster.entry.disableCompression && !isLoopback(cluster.url),
  };
}

/** Compression costs more than it saves where nothing leaves the machine. */
function isLoopback(url: URL): boolean {
  const host = hostOf(url);
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function checkImpersonationFlags(flags: ConnectionFlags): void {
  const needsUser =
    (flags.asGroups ?? []).length > 0 || (flags.asUserExtra ?? []).length > 0 || (flags.asUid ?? '') !== '';
  if (needsUser && (flags.as ?? '') === '') {
    throw new ConnectionError('--as-group, --as-uid and --as-user-extra need --as: name the user to impersonate');
  }
}

function choices(what: string, names: readonly string[]): string {
  if (names.length === 0) return `it has no ${what}`;
  const shown = [...names].sort().slice(0, 10).join(', ');
  return `${what} there: ${shown}${names.length > 10 ? ', …' : ''}`;
}

function noServer(files: readonly string[], contexts: readonly string[]): string {
  if (files.length === 0) {
    return 'no kubeconfig was found, and this is no pod of a cluster; set KUBECONFIG, or use --kubeconfig or --server';
  }
  return `${files.join(', ')} has no current context; choose one with --context (${choices('contexts', contexts)})`;
}
