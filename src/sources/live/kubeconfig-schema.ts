import { ConnectionError } from './connection-error.ts';
import { Fields } from './kubeconfig-fields.ts';

/** One cluster of a kubeconfig; '' where a field is absent (client-go tools/clientcmd/api/v1/types.go). */
export interface ClusterEntry {
  readonly server: string;
  readonly tlsServerName: string;
  readonly insecureSkipTlsVerify: boolean;
  readonly certificateAuthority: string;
  readonly certificateAuthorityData: string;
  readonly proxyUrl: string;
  readonly disableCompression: boolean;
  /** The extension `client.authentication.k8s.io/exec`, which is handed to exec plugins. */
  readonly execConfig: unknown;
}

export interface ExecEntry {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly apiVersion: string;
  readonly installHint: string;
  readonly provideClusterInfo: boolean;
  readonly interactiveMode: string;
}

export interface UserEntry {
  readonly clientCertificate: string;
  readonly clientCertificateData: string;
  readonly clientKey: string;
  readonly clientKeyData: string;
  readonly token: string;
  readonly tokenFile: string;
  readonly as: string;
  readonly asUid: string;
  readonly asGroups: readonly string[];
  readonly asUserExtra: Readonly<Record<string, readonly string[]>>;
  readonly username: string;
  readonly password: string;
  readonly authProvider: { readonly name: string; readonly config: Readonly<Record<string, string>> } | null;
  readonly exec: ExecEntry | null;
}

export interface ContextEntry {
  readonly cluster: string;
  readonly user: string;
  readonly namespace: string;
}

/** A kubeconfig, of one file or merged. */
export interface Kubeconfig {
  readonly currentContext: string;
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
}

const EXEC_EXTENSION = 'client.authentication.k8s.io/exec';
const EXEC_GROUP = 'client.authentication.k8s.io';

/**
 * Reads one parsed kubeconfig document. Unknown fields are ignored as kubectl ignores them; a name that comes twice in
 * one list, and a field of the wrong type, are errors as there.
 *
 * @param document what YAML or JSON gave; null (an empty file) is an empty config
 * @param file for error messages
 * @throws ConnectionError naming file and field
 */
export function parseKubeconfig(document: unknown, file: string): Kubeconfig {
  const root = new Fields(document ?? {}, file, '');
  const kind = root.text('kind');
  if (kind !== '' && kind !== 'Config') {
    throw new ConnectionError(`${file} is no kubeconfig: its kind is ${kind}, not Config`);
  }
  return {
    currentContext: root.text('current-context'),
    clusters: named(root, 'clusters', (entry) => readCluster(entry.fields('cluster'))),
    users: named(root, 'users', (entry) => readUser(entry.fields('user'))),
    contexts: named(root, 'contexts', (entry) => readContext(entry.fields('context'))),
  };
}

/** A cluster, user or context without any field. */
export function emptyCluster(): ClusterEntry {
  return readCluster(new Fields({}, '', ''));
}

export function emptyUser(): UserEntry {
  return readUser(new Fields({}, '', ''));
}

export function emptyContext(): ContextEntry {
  return { cluster: '', user: '', namespace: '' };
}

function named<T>(root: Fields, list: string, read: (entry: Fields) => T): Map<string, T> {
  const found = new Map<string, T>();
  for (const entry of root.list(list)) {
    const name = entry.text('name');
    if (found.has(name)) throw new ConnectionError(`${root.file} has two ${list} named "${name}"; remove one of them`);
    found.set(name, read(entry));
  }
  return found;
}

function readCluster(cluster: Fields): ClusterEntry {
  const extension = cluster.list('extensions').find((one) => one.text('name') === EXEC_EXTENSION);
  return {
    server: cluster.text('server'),
    tlsServerName: cluster.text('tls-server-name'),
    insecureSkipTlsVerify: cluster.flag('insecure-skip-tls-verify'),
    certificateAuthority: cluster.text('certificate-authority'),
    certificateAuthorityData: cluster.text('certificate-authority-data'),
    proxyUrl: cluster.text('proxy-url'),
    disableCompression: cluster.flag('disable-compression'),
    execConfig: extension?.raw('extension') ?? null,
  };
}

function readContext(context: Fields): ContextEntry {
  return { cluster: context.text('cluster'), user: context.text('user'), namespace: context.text('namespace') };
}

function readUser(user: Fields): UserEntry {
  const provider = user.has('auth-provider') ? user.fields('auth-provider') : null;
  return {
    clientCertificate: user.text('client-certificate'),
    clientCertificateData: user.text('client-certificate-data'),
    clientKey: user.text('client-key'),
    clientKeyData: user.text('client-key-data'),
    token: user.text('token'),
    tokenFile: user.text('tokenFile'),
    as: user.text('as'),
    asUid: user.text('as-uid'),
    asGroups: user.texts('as-groups'),
    asUserExtra: user.textLists('as-user-extra'),
    username: user.text('username'),
    password: user.text('password'),
    authProvider: provider === null ? null : { name: provider.text('name'), config: provider.textMap('config') },
    exec: user.has('exec') ? readExec(user.fields('exec')) : null,
  };
}

function readExec(exec: Fields): ExecEntry {
  const apiVersion = exec.text('apiVersion');
  const mode = exec.text('interactiveMode');
  return {
    command: exec.text('command'),
    args: exec.texts('args'),
    env: exec.list('env').map((one) => ({ name: one.text('name'), value: one.text('value') })),
    apiVersion,
    installHint: exec.text('installHint'),
    provideClusterInfo: exec.flag('provideClusterInfo'),
    // The default belongs to the older versions of the plugin API only (client-go tools/clientcmd/api/v1/defaults.go).
    interactiveMode: mode === '' && apiVersion !== `${EXEC_GROUP}/v1` ? 'IfAvailable' : mode,
  };
}
