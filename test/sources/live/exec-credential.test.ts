import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execCredential, type ExecCluster } from '../../../src/sources/live/exec-credential.ts';
import { nodeHost, type Host } from '../../../src/sources/live/host.ts';
import type { ExecEntry } from '../../../src/sources/live/kubeconfig-schema.ts';
import { loadConnection } from '../../../src/sources/live/kubeconfig.ts';
import { fakeHost } from './fake-host.ts';

const V1 = 'client.authentication.k8s.io/v1';
const CLUSTER: ExecCluster = { server: 'https://x.example', 'certificate-authority-data': 'YQ==', config: { a: 1 } };

function entry(fields: Partial<ExecEntry> = {}): ExecEntry {
  return {
    command: 'login',
    args: [],
    env: [],
    apiVersion: V1,
    installHint: '',
    provideClusterInfo: false,
    interactiveMode: 'Never',
    ...fields,
  };
}

function answering(status: object | null, apiVersion = V1) {
  return () => ({ code: 0, stdout: JSON.stringify({ kind: 'ExecCredential', apiVersion, status }), stderr: '' });
}

describe('an exec plugin', () => {
  it('is told what the protocol says, in KUBERNETES_EXEC_INFO and its own variables', async () => {
    const host = fakeHost({ env: { PATH: '/bin' }, stdin: 'terminal', run: answering({ token: 't' }) });
    const exec = entry({
      args: ['get', 'token'],
      env: [{ name: 'REGION', value: 'x' }],
      provideClusterInfo: true,
      interactiveMode: 'IfAvailable',
    });
    expect((await execCredential(exec, CLUSTER, host).identity()).authorization).toBe('Bearer t');
    const [plan] = host.commands;
    expect(plan).toMatchObject({ command: 'login', args: ['get', 'token'], interactive: true });
    expect(plan?.env).toMatchObject({ REGION: 'x', PATH: '/bin' });
    expect(JSON.parse(plan?.env['KUBERNETES_EXEC_INFO'] ?? '')).toEqual({
      kind: 'ExecCredential',
      apiVersion: V1,
      spec: { interactive: true, cluster: CLUSTER },
    });
  });

  it('is asked once by any number of requests, and again shortly before its token expires', async () => {
    let calls = 0;
    const base = fakeHost({});
    const host: Host = {
      ...base,
      run: async () => {
        calls += 1;
        const expirationTimestamp = new Date(base.clock.now() + 3_600_000).toISOString();
        return answering({ token: `t${calls}`, expirationTimestamp })();
      },
    };
    const credential = execCredential(entry(), CLUSTER, host);
    await Promise.all([credential.identity(), credential.identity(), credential.identity()]);
    base.pass(3_500_000);
    expect((await credential.identity()).authorization).toBe('Bearer t1');
    base.pass(60_000);
    expect((await credential.identity()).authorization).toBe('Bearer t2');
    expect(calls).toBe(2);
  });

  it('is asked again after a 401, once for all that were refused, and a certificate is exchanged too', async () => {
    let calls = 0;
    const host = fakeHost({
      run: () => {
        calls += 1;
        return answering({ clientCertificateData: `cert${calls}`, clientKeyData: 'key' })();
      },
    });
    const credential = execCredential(entry(), CLUSTER, host);
    const refused = await credential.identity();
    expect(refused).toEqual({ authorization: null, certificate: 'cert1', key: 'key' });
    expect(await Promise.all([credential.refresh(refused), credential.refresh(refused)])).toEqual([true, true]);
    expect(await credential.refresh(refused)).toBe(true);
    expect((await credential.identity()).certificate).toBe('cert2');
    expect(calls).toBe(2);
  });

  it('that fails is not run again by every waiting request', async () => {
    const host = fakeHost({ run: () => ({ code: 3, stdout: '', stderr: '\u001b[31mno session\n' }) });
    const credential = execCredential(entry(), CLUSTER, host);
    for (let index = 0; index < 5; index += 1) {
      await expect(credential.identity()).rejects.toThrow(/exit code 3: \\u001b\[31mno session/);
    }
    expect(host.commands).toHaveLength(1);
    host.pass(6000);
    await expect(credential.identity()).rejects.toThrow(/exit code 3/);
    expect(host.commands).toHaveLength(2);
  });

  it.each<[string, Partial<ExecEntry>, Parameters<typeof fakeHost>[0], RegExp]>([
    ['is missing', { installHint: 'npm i login' }, {}, /login was not found.*npm i login/],
    ['must ask, without a terminal', { interactiveMode: 'Always' }, {}, /standard input is no terminal/],
    ['must ask, in a session', { interactiveMode: 'Always' }, { stdin: 'in-use' }, /the session uses the terminal/],
    ['says nothing', {}, { run: () => ({ code: 0, stdout: '', stderr: '' }) }, /did not print an ExecCredential/],
    ['answers in another version', {}, { run: answering({ token: 't' }, 'x/v9') }, /is configured to use .*x\/v9/],
    ['has no status', {}, { run: answering(null) }, /did not return a status/],
    ['gives nothing', {}, { run: answering({}) }, /neither a token nor a certificate/],
    ['gives half', {}, { run: answering({ clientKeyData: 'k' }) }, /only one of certificate and key/],
  ])('that %s', async (_name, fields, options, message) => {
    await expect(execCredential(entry(fields), CLUSTER, fakeHost(options)).identity()).rejects.toThrow(message);
  });
});

describe('a real program', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'k8sec-exec-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('beside the kubeconfig is found by its relative path, and its answer is used', async () => {
    const program = join(folder, 'login.cjs');
    writeFileSync(
      program,
      `#!${process.execPath}
const { writeFileSync } = require('node:fs');
writeFileSync(process.env.SEEN, process.env.KUBERNETES_EXEC_INFO);
console.log(JSON.stringify({ apiVersion: '${V1}', kind: 'ExecCredential', status: { token: process.argv[2] } }));
`,
    );
    chmodSync(program, 0o755);
    const seen = join(folder, 'seen.json');
    const exec = {
      command: './login.cjs',
      args: ['tok'],
      env: [{ name: 'SEEN', value: seen }],
      apiVersion: V1,
      interactiveMode: 'Never',
      provideClusterInfo: true,
    };
    const extensions = [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'me' } }];
    const kubeconfig = join(folder, 'config');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        'current-context': 'c',
        clusters: [{ name: 'c', cluster: { server: 'https://x.example', extensions } }],
        users: [{ name: 'c', user: { exec } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
      }),
    );
    const connection = await loadConnection({ kubeconfig }, nodeHost());
    expect((await connection.credential.identity()).authorization).toBe('Bearer tok');
    expect(JSON.parse(readFileSync(seen, 'utf8'))).toMatchObject({
      spec: { interactive: false, cluster: { server: 'https://x.example', config: { audience: 'me' } } },
    });
  });
});
