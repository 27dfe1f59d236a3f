import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request as httpsRequest } from 'node:https';
import { get as httpGet } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A real etcd and kube-apiserver on loopback, without controllers and kubelets. */
export interface ApiServer {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** A kubeconfig file of system:masters. */
  readonly kubeconfig: string;
  /** Working folder: `audit.log` when auditing is on, `*.log` of the processes. */
  readonly folder: string;
  request(method: string, path: string, options?: RequestOptions): Promise<ApiResponse>;
  /** A kubeconfig file of another user, with a client certificate of the server's CA. */
  kubeconfigFor(user: string, groups?: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

interface RequestOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** Impersonated user and groups. */
  readonly as?: string;
  readonly asGroups?: readonly string[];
}

interface ApiResponse {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
  /** The body parsed as JSON. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a test states what it expects
  json<T = Record<string, unknown>>(): T;
}

export interface StartOptions {
  /** More flags for kube-apiserver; they come last and win. */
  readonly flags?: readonly string[];
  /** An EncryptionConfiguration (YAML or JSON text). */
  readonly encryption?: string;
  /** An audit policy (YAML or JSON text); the log is `folder/audit.log`. */
  readonly auditPolicy?: string;
}

interface Binaries {
  readonly etcd: string;
  readonly apiServer: string;
}

/** Longest wait for a process to answer: a cold start on a busy machine with two cores. */
const START_TIMEOUT = 120_000;
const POLL = 100;

const run = promisify(execFile);

/**
 * Where the binaries are: TEST_ASSET_ETCD and TEST_ASSET_KUBE_APISERVER, else in KUBEBUILDER_ASSETS, which `run.ts` sets
 * after a build of its own. Undefined where there are none: the tests then skip.
 */
export function findBinaries(environment: NodeJS.ProcessEnv = process.env): Binaries | undefined {
  const folders = [environment['KUBEBUILDER_ASSETS'], '/usr/local/kubebuilder/bin'].filter(
    (folder) => folder !== undefined,
  );
  const find = (variable: string, name: string): string | undefined =>
    [environment[variable], ...folders.map((folder) => join(folder, name))].find(
      (path) => path !== undefined && existsSync(path),
    );
  const etcd = find('TEST_ASSET_ETCD', 'etcd');
  const apiServer = find('TEST_ASSET_KUBE_APISERVER', 'kube-apiserver');
  return etcd === undefined || apiServer === undefined ? undefined : { etcd, apiServer };
}

/** Starts etcd and kube-apiserver in a temporary folder on free ports; stop it when done. */
export async function startApiServer(options: StartOptions = {}): Promise<ApiServer> {
  const binaries = findBinaries();
  if (binaries === undefined) throw new Error('No kube-apiserver and etcd found: set KUBEBUILDER_ASSETS.');
  const folder = await mkdtemp(join(tmpdir(), 'k8sec-apiserver-'));
  const [port, etcdPort, peerPort] = [await freePort(), await freePort(), await freePort()];
  await createAuthority(folder);
  const processes: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const one of processes.toReversed()) await end(one);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const etcd = start(binaries.etcd, etcdFlags(folder, etcdPort, peerPort));
    processes.push(etcd.process);
    await ready(etcd, () => isOk(`http://127.0.0.1:${etcdPort}/health`));
    const server = start(binaries.apiServer, await serverFlags(folder, port, etcdPort, options));
    processes.push(server.process);
    const url = `https://127.0.0.1:${port}`;
    const send = await createClient(folder, port);
    await ready(server, async () => (await send('GET', '/readyz')).status === 200);
    return {
      url,
      folder,
      kubeconfig: await writeKubeconfig(folder, url, 'admin'),
      request: send,
      kubeconfigFor: async (user, groups = []) => {
        const file = `user-${Buffer.from(user).toString('hex').slice(0, 40)}`;
        await createCertificate(folder, file, `${groups.map((group) => `/O=${group}`).join('')}/CN=${user}`, CLIENT);
        return await writeKubeconfig(folder, url, file);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const CLIENT = 'extendedKeyUsage=clientAuth';
const SERVER = 'extendedKeyUsage=serverAuth\nsubjectAltName=IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc';

async function createAuthority(folder: string): Promise<void> {
  await openssl(folder, 'ecparam -name prime256v1 -genkey -noout -out ca.key');
  await openssl(
    folder,
    'req -x509 -new -key ca.key -subj /CN=test-ca -days 365 -out ca.crt -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign',
  );
  await createCertificate(folder, 'apiserver', '/CN=kube-apiserver', SERVER);
  await createCertificate(folder, 'admin', '/O=system:masters/CN=admin', CLIENT);
  await openssl(folder, 'genrsa -out sa.key 2048');
  await openssl(folder, 'rsa -in sa.key -pubout -out sa.pub');
}

async function createCertificate(folder: string, name: string, subject: string, extensions: string): Promise<void> {
  await openssl(folder, `ecparam -name prime256v1 -genkey -noout -out ${name}.key`);
  await run('openssl', ['req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`], {
    cwd: folder,
  });
  await writeFile(join(folder, `${name}.ext`), `${extensions}\n`);
  await openssl(
    folder,
    `x509 -req -in ${name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -out ${name}.crt -extfile ${name}.ext`,
  );
}

async function openssl(folder: string, words: string): Promise<void> {
  await run('openssl', words.split(' '), { cwd: folder });
}

async function writeKubeconfig(folder: string, server: string, user: string): Promise<string> {
  const base64 = async (file: string): Promise<string> => (await readFile(join(folder, file))).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': await base64('ca.crt') } }],
    users: [
      {
        name: user,
        user: {
          'client-certificate-data': await base64(`${user}.crt`),
          'client-key-data': await base64(`${user}.key`),
        },
      },
    ],
    contexts: [{ name: 'test', context: { cluster: 'test', user } }],
  };
  const path = join(folder, `${user}.kubeconfig`);
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

function etcdFlags(folder: string, port: number, peerPort: number): string[] {
  const client = `http://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
  ];
}

async function serverFlags(folder: string, port: number, etcdPort: number, options: StartOptions): Promise<string[]> {
  const flags = [
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    '--endpoint-reconciler-type=none',
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--allow-privileged=true',
    `--cert-dir=${folder}`,
    `--tls-cert-file=${join(folder, 'apiserver.crt')}`,
    `--tls-private-key-file=${join(folder, 'apiserver.key')}`,
    `--client-ca-file=${join(folder, 'ca.crt')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'sa.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
    '--authorization-mode=Node,RBAC',
    // Nothing creates default service accounts here: the plugin would refuse every pod.
    '--disable-admission-plugins=ServiceAccount',
  ];
  if (options.encryption !== undefined) {
    await writeFile(join(folder, 'encryption.yaml'), options.encryption, { mode: 0o600 });
    flags.push(`--encryption-provider-config=${join(folder, 'encryption.yaml')}`);
  }
  if (options.auditPolicy !== undefined) {
    await writeFile(join(folder, 'audit-policy.yaml'), options.auditPolicy);
    flags.push(
      `--audit-policy-file=${join(folder, 'audit-policy.yaml')}`,
      `--audit-log-path=${join(folder, 'audit.log')}`,
    );
  }
  return [...flags, ...(options.flags ?? [])];
}

interface Started {
  readonly process: ChildProcess;
  /** The last lines of its standard error. */
  readonly tail: () => string;
}

function start(path: string, flags: readonly string[]): Started {
  const child = spawn(path, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  let tail = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-4096);
  });
  return { process: child, tail: () => tail };
}

async function ready(started: Started, probe: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + START_TIMEOUT;
  while (Date.now() < end) {
    if (started.process.exitCode !== null) break;
    if (await probe().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
  throw new Error(`${started.process.spawnfile} did not become ready:\n${started.tail()}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    // etcd and kube-apiserver hold nothing that matters behind the test.
    child.kill('SIGKILL');
  });
}

async function isOk(url: string): Promise<boolean> {
  return await new Promise((resolve, reject) => {
    httpGet(url, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on('error', reject);
  });
}

async function createClient(folder: string, port: number): Promise<ApiServer['request']> {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 16,
    ca: await readFile(join(folder, 'ca.crt')),
    cert: await readFile(join(folder, 'admin.crt')),
    key: await readFile(join(folder, 'admin.key')),
  });
  return async (method, path, options = {}) =>
    await new Promise((resolve, reject) => {
      const body = options.body === undefined ? undefined : JSON.stringify(options.body);
      const headers = {
        Accept: options.accept ?? 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': options.contentType ?? 'application/json' }),
        ...(options.as === undefined ? {} : { 'Impersonate-User': options.as }),
        ...(options.asGroups === undefined ? {} : { 'Impersonate-Group': [...options.asGroups] }),
      };
      const sent = httpsRequest({ host: '127.0.0.1', port, method, path, agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            // oxlint-disable-next-line typescript/no-unnecessary-type-parameters, typescript/no-unsafe-type-assertion -- see above
            json: <T>() => JSON.parse(text) as T,
          });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}
