import type { Credential } from './credential.ts';

/** How the server is to be recognised; of https servers only. */
export interface ServerTrust {
  /** PEM; null trusts the machine's own authorities. */
  readonly ca: string | null;
  /** The name in the server's certificate, where it is not the one in the URL; '' otherwise. */
  readonly serverName: string;
  readonly insecure: boolean;
}

/** As whom requests are to be judged, besides who sends them. */
export interface Impersonation {
  readonly user: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** A login that lies in a kubeconfig and is used, without a date in it on which it ends. */
export type StoredLogin = 'token' | 'password' | 'none';

/** All that is needed to talk to one API server as one user. */
export interface Connection {
  /** The base URL, without a slash at its end. */
  readonly server: string;
  /** '' where flags or the cluster itself named the server. */
  readonly contextName: string;
  readonly clusterName: string;
  readonly userName: string;
  /** The context's (or pod's) namespace; null where none is named, and kubectl would say `default`. */
  readonly namespace: string | null;
  readonly origin: 'kubeconfig' | 'in-cluster' | 'flags';
  readonly trust: ServerTrust;
  readonly proxy: URL | null;
  readonly credential: Credential;
  /** What the kubeconfig itself holds to log in with and that does not end by itself; never the text. */
  readonly storedLogin: StoredLogin;
  readonly impersonation: Impersonation | null;
  /** null: only idle connections are given up. */
  readonly requestTimeoutMs: number | null;
  /** Whether to ask for gzip. */
  readonly compress: boolean;
}

/** The connection to a server without TLS or login, such as the demo cluster's on loopback. */
export function plainConnection(server: string, credential: Credential): Connection {
  return {
    server: server.replace(/\/+$/, ''),
    contextName: '',
    clusterName: '',
    userName: '',
    namespace: null,
    origin: 'flags',
    trust: { ca: null, serverName: '', insecure: false },
    proxy: null,
    credential,
    storedLogin: 'none',
    impersonation: null,
    requestTimeoutMs: null,
    compress: false,
  };
}
