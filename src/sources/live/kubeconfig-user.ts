import { resolve } from 'node:path';
import type { Impersonation, StoredLogin } from './connection.ts';
import { ConnectionError } from './connection-error.ts';
import type { ConnectionFlags } from './connection-flags.ts';
import { combinedCredential, fixedCredential, NOBODY, type Credential } from './credential.ts';
import { checkExecEntry, execCredential, type ExecCluster } from './exec-credential.ts';
import { certificateCredential, tokenFileCredential } from './file-credential.ts';
import type { Host } from './host.ts';
import { decodePem, type ChosenCluster } from './kubeconfig-cluster.ts';
import { emptyUser, type UserEntry } from './kubeconfig-schema.ts';
import { expiryOfJwt, oidcCredential } from './oidc-credential.ts';

export interface ChosenUser {
  readonly credential: Credential;
  readonly storedLogin: StoredLogin;
  readonly impersonation: Impersonation | null;
}

interface UserContext {
  readonly host: Host;
  /** The file that defines the user; null where none does. */
  readonly file: string | null;
}

/**
 * Lays the flags over a user entry and makes its credential (client-go DirectClientConfig.getAuthInfo,
 * validateAuthInfo, getUserIdentificationPartialConfig).
 *
 * As in client-go, credentials are never sent over plain http, and an exec plugin is not asked where a token, a
 * password or a certificate is given. Unlike there, --token also wins over the entry's tokenFile.
 *
 * @throws ConnectionError
 */
export function chooseUser(
  users: ReadonlyMap<string, UserEntry>,
  name: string,
  flags: ConnectionFlags,
  cluster: ChosenCluster,
  context: UserContext,
): ChosenUser {
  const found = users.get(name);
  if (found === undefined && (flags.user ?? '') !== '') {
    throw new ConnectionError(`user "${name}" does not exist in the kubeconfig; correct --user`);
  }
  const user = withFlags(found ?? emptyUser(), flags, context.host);
  checkUser(user, name);
  const isSecure = cluster.url.protocol === 'https:';
  return {
    credential: isSecure ? credentialOf(user, name, cluster, context) : fixedCredential(NOBODY),
    storedLogin: storedLoginOf(user, flags),
    impersonation: impersonationOf(user),
  };
}

/** A token or password of the entry that is used, where no flag and no token file takes its place. */
function storedLoginOf(user: UserEntry, flags: ConnectionFlags): StoredLogin {
  if (user.tokenFile !== '' || given(flags.token) || given(flags.password)) return 'none';
  if (user.token !== '') return expiryOfJwt(user.token) === null ? 'token' : 'none';
  return user.password === '' ? 'none' : 'password';
}

function given(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

/** As whom a user entry wants to be treated; groups and extra without a user name count for nothing. */
export function impersonationOf(user: UserEntry): Impersonation | null {
  if (user.as === '') return null;
  return { user: user.as, uid: user.asUid, groups: user.asGroups, extra: user.asUserExtra };
}

/** A user entry with the flags laid over it. */
export function withFlags(user: UserEntry, flags: ConnectionFlags, host: Host): UserEntry {
  const extra = flags.asUserExtra ?? [];
  return {
    ...user,
    ...(given(flags.token) ? { token: flags.token, tokenFile: '' } : {}),
    ...(given(flags.username) ? { username: flags.username } : {}),
    ...(given(flags.password) ? { password: flags.password } : {}),
    ...(given(flags.clientCertificate)
      ? { clientCertificate: resolve(host.cwd, flags.clientCertificate), clientCertificateData: '' }
      : {}),
    ...(given(flags.clientKey) ? { clientKey: resolve(host.cwd, flags.clientKey), clientKeyData: '' } : {}),
    ...(given(flags.as) ? { as: flags.as } : {}),
    ...(given(flags.asUid) ? { asUid: flags.asUid } : {}),
    ...((flags.asGroups ?? []).length > 0 ? { asGroups: flags.asGroups ?? [] } : {}),
    ...(extra.length > 0 ? { asUserExtra: extraOf(extra) } : {}),
  };
}

function extraOf(pairs: readonly string[]): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new ConnectionError(`--as-user-extra ${pair} must be written key=value`);
    (extra[pair.slice(0, at)] ??= []).push(pair.slice(at + 1));
  }
  return extra;
}

function checkUser(user: UserEntry, name: string): void {
  const both = (a: string, b: string, what: string): void => {
    if (a !== '' && b !== '') {
      throw new ConnectionError(`user "${name}" has both ${what} and ${what}-data; remove one of them`);
    }
  };
  both(user.clientCertificate, user.clientCertificateData, 'client-certificate');
  both(user.clientKey, user.clientKeyData, 'client-key');
  const hasCertificate = user.clientCertificate !== '' || user.clientCertificateData !== '';
  if (hasCertificate && user.clientKey === '' && user.clientKeyData === '') {
    throw new ConnectionError(`user "${name}" has a client certificate and no client-key; add it`);
  }
  if (user.token !== '' && (user.username !== '' || user.password !== '')) {
    throw new ConnectionError(`user "${name}" has a token and a password; only one way to log in is allowed`);
  }
  if (user.exec === null) return;
  if (user.authProvider !== null) {
    throw new ConnectionError(`user "${name}" has an exec plugin and an auth-provider; remove one of them`);
  }
  checkExecEntry(user.exec, name);
}

function credentialOf(user: UserEntry, name: string, cluster: ChosenCluster, context: UserContext): Credential {
  const certificate = certificateOf(user, name, context.host);
  const header = headerOf(user, name, cluster, context, certificate !== null);
  if (certificate === null) return header ?? fixedCredential(NOBODY);
  return header === null ? certificate : combinedCredential(header, certificate);
}

function certificateOf(user: UserEntry, name: string, host: Host): Credential | null {
  if (user.clientCertificate === '' && user.clientCertificateData === '') return null;
  const part = (file: string, data: string, what: string) =>
    file === '' ? { pem: decodePem(data, `${what} of user "${name}"`) } : { file };
  return certificateCredential(
    part(user.clientCertificate, user.clientCertificateData, 'client-certificate-data'),
    part(user.clientKey, user.clientKeyData, 'client-key-data'),
    host,
  );
}

function headerCredential(authorization: string): Credential {
  return fixedCredential({ ...NOBODY, authorization });
}

function headerOf(
  user: UserEntry,
  name: string,
  cluster: ChosenCluster,
  context: UserContext,
  hasCertificate: boolean,
): Credential | null {
  if (user.tokenFile !== '') return tokenFileCredential(user.tokenFile, user.token, context.host);
  if (user.token !== '') return headerCredential(`Bearer ${user.token}`);
  if (user.username !== '' || user.password !== '') {
    return headerCredential(`Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`);
  }
  if (hasCertificate) return null;
  if (user.exec !== null) return execCredential(user.exec, execClusterOf(cluster), context.host);
  if (user.authProvider === null) return null;
  if (user.authProvider.name === 'oidc')
    return oidcCredential(user.authProvider.config, name, context.file, context.host);
  throw new ConnectionError(
    `user "${name}" logs in by the auth-provider "${user.authProvider.name}", which Kubernetes removed; ` +
      'update the kubeconfig to its exec plugin (gke-gcloud-auth-plugin, kubelogin)',
  );
}

function execClusterOf({ entry, trust }: ChosenCluster): ExecCluster {
  return {
    server: entry.server,
    ...(entry.tlsServerName === '' ? {} : { 'tls-server-name': entry.tlsServerName }),
    ...(entry.insecureSkipTlsVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(trust.ca === null ? {} : { 'certificate-authority-data': Buffer.from(trust.ca).toString('base64') }),
    ...(entry.proxyUrl === '' ? {} : { 'proxy-url': entry.proxyUrl }),
    ...(entry.disableCompression ? { 'disable-compression': true } : {}),
    config: entry.execConfig,
  };
}
