import { resolve } from 'node:path';
import type { ServerTrust } from './connection.ts';
import { ConnectionError, reasonOf } from './connection-error.ts';
import type { ConnectionFlags } from './connection-flags.ts';
import type { Host } from './host.ts';
import { emptyCluster, type ClusterEntry } from './kubeconfig-schema.ts';
import { parseProxyUrl } from './proxy-choice.ts';

/** The cluster to connect to, flags laid over its entry. */
export interface ChosenCluster {
  readonly name: string;
  readonly entry: ClusterEntry;
  readonly url: URL;
  readonly trust: ServerTrust;
}

/**
 * Lays the flags over a cluster entry (client-go DirectClientConfig.getCluster and validateClusterInfo): a CA or
 * --insecure-skip-tls-verify given as a flag replaces what the entry says of both; --server clears its tls-server-name.
 *
 * @param name '' where neither context nor flag names a cluster
 * @returns null where nothing says which server is meant
 * @throws ConnectionError
 */
export async function chooseCluster(
  clusters: ReadonlyMap<string, ClusterEntry>,
  name: string,
  flags: ConnectionFlags,
  host: Host,
): Promise<ChosenCluster | null> {
  const found = clusters.get(name);
  if (found === undefined && (flags.cluster ?? '') !== '') {
    throw new ConnectionError(`cluster "${name}" does not exist in the kubeconfig; correct --cluster`);
  }
  const entry = withFlags(found ?? emptyCluster(), flags, host);
  if (entry.server === '') {
    if (found !== undefined) throw new ConnectionError(`cluster "${name}" in the kubeconfig names no server`);
    if (name !== '') {
      throw new ConnectionError(`the context names the cluster "${name}", which no kubeconfig defines; add it there`);
    }
    return null;
  }
  if (entry.proxyUrl !== '') parseProxyUrl(entry.proxyUrl, `proxy-url of cluster "${name}"`);
  return { name, entry, url: parseServer(entry.server), trust: await trustOf(entry, name, host) };
}

function withFlags(entry: ClusterEntry, flags: ConnectionFlags, host: Host): ClusterEntry {
  const server = flags.server ?? '';
  const serverName = flags.tlsServerName ?? '';
  const ca = flags.certificateAuthority ?? '';
  const insecure = flags.insecureSkipTlsVerify ?? false;
  return {
    ...entry,
    ...(server === '' ? {} : { server }),
    ...(server === '' && serverName === '' ? {} : { tlsServerName: serverName }),
    ...(ca === '' && !insecure
      ? {}
      : {
          certificateAuthority: ca === '' ? '' : resolve(host.cwd, ca),
          certificateAuthorityData: '',
          insecureSkipTlsVerify: insecure,
        }),
    ...((flags.proxyUrl ?? '') === '' ? {} : { proxyUrl: flags.proxyUrl ?? '' }),
    ...(flags.disableCompression === true ? { disableCompression: true } : {}),
  };
}

/** `host`, `host:port` and URLs with a path; without a scheme it is http, as client-go's DefaultServerURL has it. */
function parseServer(text: string): URL {
  const withScheme = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') {
    throw new ConnectionError(`"${text}" is no API server address; write https://host:port`);
  }
  url.search = '';
  url.hash = '';
  return url;
}

async function trustOf(entry: ClusterEntry, name: string, host: Host): Promise<ServerTrust> {
  const { certificateAuthority: file, certificateAuthorityData: data, insecureSkipTlsVerify: insecure } = entry;
  if (file !== '' && data !== '') {
    throw new ConnectionError(
      `cluster "${name}" has both certificate-authority and certificate-authority-data; remove one of them`,
    );
  }
  if (insecure && (file !== '' || data !== '')) {
    throw new ConnectionError(
      `cluster "${name}" has insecure-skip-tls-verify and a certificate authority; remove one of them`,
    );
  }
  const ca =
    data !== '' ? decodePem(data, `certificate-authority-data of cluster "${name}"`) : await readCa(file, name, host);
  return { ca, serverName: entry.tlsServerName, insecure };
}

async function readCa(file: string, name: string, host: Host): Promise<string | null> {
  if (file === '') return null;
  try {
    return (await host.readFile(file)).toString();
  } catch (error) {
    throw new ConnectionError(`can't read the certificate authority ${file} of cluster "${name}": ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * A PEM file that a kubeconfig holds as base64.
 *
 * @throws ConnectionError where it is none
 */
export function decodePem(data: string, what: string): string {
  const pem = Buffer.from(data, 'base64').toString();
  if (!pem.includes('-----BEGIN')) throw new ConnectionError(`${what} is no PEM in base64; copy it again`);
  return pem;
}
