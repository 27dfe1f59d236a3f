import { isIP } from 'node:net';
import type { Connection } from './connection.ts';
import { ConnectionError, reasonOf } from './connection-error.ts';
import type { ConnectionFlags } from './connection-flags.ts';
import { fixedCredential, NOBODY } from './credential.ts';
import { tokenFileCredential } from './file-credential.ts';
import type { Host } from './host.ts';
import { emptyUser } from './kubeconfig-schema.ts';
import { impersonationOf, withFlags } from './kubeconfig-user.ts';
import { chooseProxy } from './proxy-choice.ts';

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_FILE = `${FOLDER}/token`;
const CA_FILE = `${FOLDER}/ca.crt`;
const NAMESPACE_FILE = `${FOLDER}/namespace`;

/** Whether this runs in a pod with a service account (client-go inClusterClientConfig.Possible). */
export async function isInCluster(host: Host): Promise<boolean> {
  if ((host.env['KUBERNETES_SERVICE_HOST'] ?? '') === '' || (host.env['KUBERNETES_SERVICE_PORT'] ?? '') === '') {
    return false;
  }
  return (await readText(TOKEN_FILE, host)) !== null;
}

/**
 * The connection of a pod to its own cluster (client-go rest.InClusterConfig); --server, --token and
 * --certificate-authority lie over it, and the impersonation flags.
 */
export async function inClusterConnection(flags: ConnectionFlags, host: Host): Promise<Connection> {
  const name = host.env['KUBERNETES_SERVICE_HOST'] ?? '';
  const authority = `${isIP(name) === 6 ? `[${name}]` : name}:${host.env['KUBERNETES_SERVICE_PORT'] ?? ''}`;
  const server = new URL((flags.server ?? '') === '' ? `https://${authority}` : (flags.server ?? ''));
  const token = flags.token ?? '';
  const timeout = flags.requestTimeoutMs ?? 0;
  const podNamespace = host.env['POD_NAMESPACE'] ?? '';
  const namespace = podNamespace === '' ? ((await readText(NAMESPACE_FILE, host)) ?? '').trim() : podNamespace;
  return {
    server: server.href.replace(/\/+$/, ''),
    contextName: '',
    clusterName: '',
    userName: '',
    namespace: namespace === '' ? null : namespace,
    origin: 'in-cluster',
    trust: {
      ca: await caOf(flags, host),
      serverName: flags.tlsServerName ?? '',
      insecure: flags.insecureSkipTlsVerify ?? false,
    },
    proxy: chooseProxy(server, flags.proxyUrl ?? '', host.env),
    credential:
      token === ''
        ? tokenFileCredential(TOKEN_FILE, '', host)
        : fixedCredential({ ...NOBODY, authorization: `Bearer ${token}` }),
    storedLogin: 'none',
    impersonation: impersonationOf(withFlags(emptyUser(), flags, host)),
    requestTimeoutMs: timeout > 0 ? timeout : null,
    compress: flags.disableCompression !== true,
  };
}

async function caOf(flags: ConnectionFlags, host: Host): Promise<string | null> {
  const file = flags.certificateAuthority ?? '';
  if (file === '') return flags.insecureSkipTlsVerify === true ? null : readText(CA_FILE, host);
  try {
    return (await host.readFile(file)).toString();
  } catch (error) {
    throw new ConnectionError(`can't read --certificate-authority ${file}: ${reasonOf(error)}`, { cause: error });
  }
}

async function readText(path: string, host: Host): Promise<string | null> {
  try {
    return (await host.readFile(path)).toString();
  } catch {
    return null;
  }
}
