import { describe, expect, it } from 'vitest';
import type { ConnectionFlags } from '../../../src/sources/live/connection-flags.ts';
import { hasAnyKubeconfig, listContexts, loadConnection } from '../../../src/sources/live/kubeconfig.ts';
import { fakeHost } from './fake-host.ts';

const HOME_CONFIG = '/home/me/.kube/config';
const PEM = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';
const PEM_DATA = Buffer.from(PEM).toString('base64');
const IN_CLUSTER = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

interface Parts {
  readonly name: string;
  readonly cluster?: object;
  readonly user?: object;
  readonly namespace?: string;
  readonly current?: boolean;
}

/** A kubeconfig with one cluster, user and context of the same name. */
function config({ name, cluster = {}, user = {}, namespace, current = true }: Parts): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    ...(current ? { 'current-context': name } : {}),
    clusters: [{ name, cluster: { server: `https://${name}.example:6443`, ...cluster } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, ...(namespace === undefined ? {} : { namespace }) } }],
  });
}

async function identityOf(files: Record<string, string>, flags: ConnectionFlags = {}) {
  const host = fakeHost({ files });
  return (await loadConnection(flags, host)).credential.identity();
}

describe('merging, as client-go does it', () => {
  it('takes current-context from the first file that sets it', async () => {
    const host = fakeHost({
      env: { KUBECONFIG: '/a:/b' },
      files: { '/a': config({ name: 'one' }), '/b': config({ name: 'two' }) },
    });
    expect(await loadConnection({}, host)).toMatchObject({ contextName: 'one', server: 'https://one.example:6443' });
    expect((await listContexts({}, host)).map(({ name, current }) => [name, current])).toEqual([
      ['one', true],
      ['two', false],
    ]);
  });

  it('takes an entry of the same name whole from the first file', async () => {
    const host = fakeHost({
      env: { KUBECONFIG: '/a:/b' },
      files: {
        '/a': config({ name: 'one', cluster: { server: 'https://first.example' }, current: false }),
        '/b': config({ name: 'one', cluster: { 'tls-server-name': 'second' }, user: { token: 'second' } }),
      },
    });
    const connection = await loadConnection({}, host);
    expect(connection).toMatchObject({ contextName: 'one', server: 'https://first.example' });
    expect(connection.trust.serverName).toBe('');
    expect((await connection.credential.identity()).authorization).toBeNull();
  });

  it('skips missing files of a list, and reads a file that comes twice once', async () => {
    const host = fakeHost({ env: { KUBECONFIG: '/gone:/a::/a' }, files: { '/a': config({ name: 'one' }) } });
    expect((await loadConnection({}, host)).contextName).toBe('one');
  });

  it('reads only the file of --kubeconfig, below the working directory', async () => {
    const host = fakeHost({
      env: { KUBECONFIG: '/a' },
      files: { '/a': config({ name: 'one' }), '/project/x/two': config({ name: 'two' }) },
    });
    expect((await loadConnection({ kubeconfig: 'x/two' }, host)).contextName).toBe('two');
  });

  it('reads YAML with anchors, comments and unknown fields', async () => {
    const host = fakeHost({
      files: {
        [HOME_CONFIG]: `
# mine
preferences: {colors: true}
x-mine: &c {server: 'https://yaml.example'}
clusters: [{name: c, cluster: *c}]
users: [{name: u, user: {token: abc, unknown: 1}}]
contexts: [{name: x, context: {cluster: c, user: u, namespace: shop}}]
current-context: x
`,
      },
    });
    const connection = await loadConnection({}, host);
    expect(connection).toMatchObject({ server: 'https://yaml.example', namespace: 'shop', userName: 'u' });
    expect((await connection.credential.identity()).authorization).toBe('Bearer abc');
  });

  it('resolves relative paths against their own file', async () => {
    const user = { tokenFile: 'secrets/token' };
    const host = fakeHost({
      files: {
        [HOME_CONFIG]: config({ name: 'one', cluster: { 'certificate-authority': 'ca.crt' }, user }),
        '/home/me/.kube/ca.crt': PEM,
        '/home/me/.kube/secrets/token': 'from-file\n',
      },
    });
    const connection = await loadConnection({}, host);
    expect(connection.trust.ca).toBe(PEM);
    expect((await connection.credential.identity()).authorization).toBe('Bearer from-file');
  });
});

describe('what is wrong is said with file and remedy', () => {
  const broken = (document: object): Record<string, string> => ({ [HOME_CONFIG]: JSON.stringify(document) });
  const cases: readonly [string, Record<string, string>, ConnectionFlags, Record<string, string>, RegExp][] = [
    ['a missing --kubeconfig', {}, { kubeconfig: '/x' }, {}, /\/x does not exist; correct --kubeconfig/],
    ['KUBECONFIG of missing files', {}, {}, { KUBECONFIG: '/x:/y' }, /none of the files in KUBECONFIG.*\/x, \/y/],
    ['nothing at all', {}, {}, {}, /no kubeconfig was found/],
    ['broken YAML', { [HOME_CONFIG]: 'a: [' }, {}, {}, /config is not valid YAML/],
    ['another kind', broken({ kind: 'Pod' }), {}, {}, /its kind is Pod/],
    ['a name twice', broken({ users: [{ name: 'a' }, { name: 'a' }] }), {}, {}, /two users named "a"/],
    ['a number as token', broken({ users: [{ name: 'a', user: { token: 1 } }] }), {}, {}, /users\[0\]\.user\.token/],
    ['an unknown context', { [HOME_CONFIG]: config({ name: 'one' }) }, { context: 'x' }, {}, /"x".*there: one/],
    ['an unknown cluster', { [HOME_CONFIG]: config({ name: 'one' }) }, { cluster: 'x' }, {}, /cluster "x"/],
    ['an unknown user', { [HOME_CONFIG]: config({ name: 'one' }) }, { user: 'x' }, {}, /user "x"/],
    ['no current context', { [HOME_CONFIG]: config({ name: 'one', current: false }) }, {}, {}, /--context.*one/],
    ['--as-group alone', { [HOME_CONFIG]: config({ name: 'one' }) }, { asGroups: ['g'] }, {}, /need --as/],
    [
      'two authorities',
      {
        [HOME_CONFIG]: config({
          name: 'one',
          cluster: { 'certificate-authority': '/ca', 'certificate-authority-data': PEM_DATA },
        }),
      },
      {},
      {},
      /both certificate-authority and certificate-authority-data/,
    ],
    [
      'insecure with an authority',
      {
        [HOME_CONFIG]: config({
          name: 'one',
          cluster: { 'insecure-skip-tls-verify': true, 'certificate-authority-data': PEM_DATA },
        }),
      },
      {},
      {},
      /insecure-skip-tls-verify and a certificate authority/,
    ],
    [
      'a removed auth-provider',
      { [HOME_CONFIG]: config({ name: 'one', user: { 'auth-provider': { name: 'gcp' } } }) },
      {},
      {},
      /"gcp", which Kubernetes removed/,
    ],
    [
      'a certificate without a key',
      { [HOME_CONFIG]: config({ name: 'one', user: { 'client-certificate-data': PEM_DATA } }) },
      {},
      {},
      /no client-key/,
    ],
    [
      'an exec plugin of v1 without interactiveMode',
      {
        [HOME_CONFIG]: config({
          name: 'one',
          user: { exec: { command: 'x', apiVersion: 'client.authentication.k8s.io/v1' } },
        }),
      },
      {},
      {},
      /interactiveMode must be specified/,
    ],
  ];
  it.each(cases)('%s', async (_name, files, flags, env, message) => {
    await expect(loadConnection(flags, fakeHost({ files, env }))).rejects.toThrow(message);
  });
});

describe('flags over the kubeconfig', () => {
  const files = {
    [HOME_CONFIG]: config({
      name: 'one',
      cluster: { 'certificate-authority-data': PEM_DATA, 'tls-server-name': 'inner', 'proxy-url': 'http://proxy:3128' },
      user: {
        token: 'kept',
        as: 'entry',
        'as-groups': ['a', 'b'],
        'as-uid': '7',
        'as-user-extra': { scope: ['x', 'y'] },
      },
      namespace: 'shop',
    }),
    '/project/other.crt': PEM,
  };
  const load = (flags: ConnectionFlags) => loadConnection(flags, fakeHost({ files }));

  it('reads all four kinds of impersonation from the entry', async () => {
    expect((await load({})).impersonation).toEqual({
      user: 'entry',
      uid: '7',
      groups: ['a', 'b'],
      extra: { scope: ['x', 'y'] },
    });
  });

  it('lays impersonation flags over it', async () => {
    const { impersonation } = await load({ as: 'jane', asGroups: ['g'], asUserExtra: ['k=1', 'k=2', 'l=a=b'] });
    expect(impersonation).toMatchObject({ user: 'jane', groups: ['g'], extra: { k: ['1', '2'], l: ['a=b'] } });
  });

  it('clears the authority for --insecure-skip-tls-verify', async () => {
    expect((await load({ insecureSkipTlsVerify: true })).trust).toEqual({
      ca: null,
      serverName: 'inner',
      insecure: true,
    });
  });

  it('clears tls-server-name for --server', async () => {
    const connection = await load({ server: 'https://else.example/base/' });
    expect(connection).toMatchObject({ server: 'https://else.example/base', trust: { serverName: '' } });
  });

  it('replaces the authority, relative to the working directory', async () => {
    expect((await load({ certificateAuthority: 'other.crt' })).trust.ca).toBe(PEM);
  });

  it('uses proxy-url, and --proxy-url before it', async () => {
    expect((await load({})).proxy?.href).toBe('http://proxy:3128/');
    expect((await load({ proxyUrl: 'socks5://other:1' })).proxy?.href).toBe('socks5://other:1');
  });

  it('connects with --server alone', async () => {
    const connection = await loadConnection({ server: 'https://x.example', token: 't' }, fakeHost({}));
    expect(connection).toMatchObject({ server: 'https://x.example', contextName: '', origin: 'flags' });
    expect((await connection.credential.identity()).authorization).toBe('Bearer t');
  });
});

function token(exp: number): string {
  return `h.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.s`;
}

function oidcUser(idToken: string): object {
  return { 'auth-provider': { name: 'oidc', config: { 'id-token': idToken } } };
}

describe('who we are', () => {
  it('sends no credential over plain http, and impersonates all the same', async () => {
    const host = fakeHost({
      files: {
        [HOME_CONFIG]: config({ name: 'one', cluster: { server: 'http://x:1' }, user: { token: 't', as: 'a' } }),
      },
    });
    const connection = await loadConnection({}, host);
    expect(connection.server).toBe('http://x:1');
    expect(connection.impersonation?.user).toBe('a');
    expect((await connection.credential.identity()).authorization).toBeNull();
  });

  it.each([
    ['an opaque token', { token: 'abc' }, {}, 'token'],
    ['a JWT without an end', { token: `h.${Buffer.from('{"sub":"ci"}').toString('base64url')}.s` }, {}, 'token'],
    ['a JWT that ends', { token: token(1_900_000_000) }, {}, 'none'],
    ['a token file that takes the place of a token', { token: 'abc', tokenFile: '/t' }, {}, 'none'],
    ['a token of a flag', { token: 'abc' }, { token: 'flag' }, 'none'],
    ['a password', { username: 'ada', password: 'pw' }, {}, 'password'],
    ['a password of a flag', { username: 'ada' }, { password: 'pw' }, 'none'],
    ['nothing', {}, {}, 'none'],
  ] as const)('tells of %s what the kubeconfig holds', async (_what, user, flags, storedLogin) => {
    const files = { [HOME_CONFIG]: config({ name: 'one', user }) };
    expect((await loadConnection(flags, fakeHost({ files }))).storedLogin).toBe(storedLogin);
  });

  it('sends user name and password', async () => {
    const files = { [HOME_CONFIG]: config({ name: 'one', user: { username: 'u', password: 'p:q' } }) };
    expect((await identityOf(files)).authorization).toBe(`Basic ${Buffer.from('u:p:q').toString('base64')}`);
  });

  it('reads a token file again after a minute, at once after a 401, and keeps the old token if it is gone', async () => {
    const host = fakeHost({
      files: { [HOME_CONFIG]: config({ name: 'one', user: { tokenFile: '/token' } }), '/token': 'one' },
    });
    const { credential } = await loadConnection({}, host);
    const first = await credential.identity();
    host.files.set('/token', 'two');
    expect(await credential.identity()).toBe(first);
    host.pass(60_000);
    const second = await credential.identity();
    expect(second.authorization).toBe('Bearer two');
    expect(await credential.refresh(second)).toBe(false);
    host.files.set('/token', 'three');
    expect(await credential.refresh(second)).toBe(true);
    host.files.delete('/token');
    host.pass(60_000);
    expect((await credential.identity()).authorization).toBe('Bearer three');
  });

  it('uses an OIDC id-token that is still valid, and says what to do about one that is not', async () => {
    const valid = token(Date.parse('2030-01-01') / 1000);
    expect((await identityOf({ [HOME_CONFIG]: config({ name: 'one', user: oidcUser(valid) }) })).authorization).toBe(
      `Bearer ${valid}`,
    );
    const expired = { [HOME_CONFIG]: config({ name: 'one', user: oidcUser(token(1)) }) };
    await expect(identityOf(expired)).rejects.toThrow(/has expired.*log in again/);
  });
});

describe('in a cluster', () => {
  const files = { [`${ACCOUNT}/token`]: 'sa', [`${ACCOUNT}/ca.crt`]: PEM, [`${ACCOUNT}/namespace`]: 'shop\n' };

  it('uses the service account where there is no kubeconfig', async () => {
    const connection = await loadConnection({}, fakeHost({ files, env: IN_CLUSTER }));
    expect(connection).toMatchObject({ server: 'https://10.96.0.1', origin: 'in-cluster', namespace: 'shop' });
    expect(connection.trust.ca).toBe(PEM);
    expect((await connection.credential.identity()).authorization).toBe('Bearer sa');
  });

  it('prefers a kubeconfig, writes IPv6 addresses right, and impersonates with extra', async () => {
    const both = { ...files, [HOME_CONFIG]: config({ name: 'one' }) };
    expect((await loadConnection({}, fakeHost({ files: both, env: IN_CLUSTER }))).origin).toBe('kubeconfig');
    const env = { ...IN_CLUSTER, KUBERNETES_SERVICE_HOST: 'fd00::1', POD_NAMESPACE: 'mine' };
    const connection = await loadConnection({ as: 'a', asUserExtra: ['k=v'] }, fakeHost({ files, env }));
    expect(connection).toMatchObject({ server: 'https://[fd00::1]', namespace: 'mine' });
    expect(connection.impersonation?.extra).toEqual({ k: ['v'] });
  });
});

describe('whether there is anything to connect with', () => {
  it.each([
    ['nothing', {}, {}, {}, false],
    ['a file in the home folder', { [HOME_CONFIG]: '' }, {}, {}, true],
    ['KUBECONFIG, even of a missing file', {}, { KUBECONFIG: '/x' }, {}, true],
    ['an empty KUBECONFIG', {}, { KUBECONFIG: '' }, {}, false],
    ['--kubeconfig', {}, {}, { kubeconfig: '/x' }, true],
    ['a service account', { [`${ACCOUNT}/token`]: 't' }, IN_CLUSTER, {}, true],
  ])('%s', async (_name, files, env, flags, expected) => {
    expect(await hasAnyKubeconfig(flags, fakeHost({ files, env }))).toBe(expected);
  });
});
