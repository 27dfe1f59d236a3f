import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface TestCertificates {
  readonly ca: string;
  readonly otherCa: string;
  /** For the name `inner.example` only, and 127.0.0.2. */
  readonly server: KeyPair;
  readonly clients: readonly [KeyPair, KeyPair];
}

/** Whether there is an openssl to make certificates with. */
export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Makes two authorities, a server and two clients; takes a fraction of a second. */
export function makeCertificates(): TestCertificates {
  const folder = mkdtempSync(join(tmpdir(), 'k8sec-tls-'));
  const run = (...args: string[]): unknown => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const key = (name: string): unknown =>
    run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
  const authority = (name: string): string => {
    key(name);
    run('req', '-x509', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-days', '30', '-out', `${name}.crt`);
    return read(`${name}.crt`);
  };
  const signed = (name: string, extensions: string): KeyPair => {
    key(name);
    writeFileSync(join(folder, `${name}.ext`), extensions);
    run('req', '-new', '-key', `${name}.key`, '-subj', `/O=group/CN=${name}`, '-out', `${name}.csr`);
    const ca = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30'];
    run('x509', '-req', '-in', `${name}.csr`, ...ca, '-extfile', `${name}.ext`, '-out', `${name}.crt`);
    return { certificate: read(`${name}.crt`), key: read(`${name}.key`) };
  };
  try {
    return {
      ca: authority('ca'),
      otherCa: authority('other'),
      server: signed('server', 'subjectAltName=DNS:inner.example,IP:127.0.0.2\nextendedKeyUsage=serverAuth'),
      clients: [signed('first', 'extendedKeyUsage=clientAuth'), signed('second', 'extendedKeyUsage=clientAuth')],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
