import { X509Certificate } from 'node:crypto';
import { ConnectionError, reasonOf } from './connection-error.ts';
import { renewedCredential, type Credential } from './credential.ts';
import type { Host } from './host.ts';

/** client-go re-reads token files every minute, ten seconds early (transport/token_source.go). */
const TOKEN_FILE_MS = 50_000;
/** client-go looks at certificate files every five minutes (transport/cert_rotation.go). */
const CERTIFICATE_FILE_MS = 5 * 60_000;

/**
 * A bearer token in a file that somebody else keeps fresh.
 *
 * @param fallback the token to use while the file can't be read; '' for none
 */
export function tokenFileCredential(path: string, fallback: string, host: Host): Credential {
  return renewedCredential(
    async (previous) => {
      const renewAt = host.clock.now() + TOKEN_FILE_MS;
      try {
        const token = (await host.readFile(path)).toString().trim();
        if (token === '') throw new ConnectionError(`the token file ${path} is empty`);
        const authorization = `Bearer ${token}`;
        if (previous?.authorization === authorization) return { identity: previous, renewAt };
        return { identity: { authorization, certificate: null, key: null }, renewAt };
      } catch (error) {
        if (fallback !== '') {
          return { identity: { authorization: `Bearer ${fallback}`, certificate: null, key: null }, renewAt };
        }
        if (error instanceof ConnectionError) throw error;
        throw new ConnectionError(`can't read the token file ${path}: ${reasonOf(error)}`, { cause: error });
      }
    },
    host.clock,
    true,
  );
}

/** A client certificate and key, either of them inline or in a file that is read again from time to time. */
export function certificateCredential(
  certificate: { readonly pem: string } | { readonly file: string },
  key: { readonly pem: string } | { readonly file: string },
  host: Host,
): Credential {
  return renewedCredential(
    async (previous) => {
      const [pem, keyPem] = await Promise.all([pemOf(certificate, host), pemOf(key, host)]);
      const renewAt = 'file' in certificate || 'file' in key ? host.clock.now() + CERTIFICATE_FILE_MS : null;
      if (previous?.certificate === pem && previous.key === keyPem) return { identity: previous, renewAt };
      checkCertificate(pem, 'file' in certificate ? certificate.file : 'client-certificate-data');
      return { identity: { authorization: null, certificate: pem, key: keyPem }, renewAt };
    },
    host.clock,
    true,
  );
}

async function pemOf(source: { readonly pem: string } | { readonly file: string }, host: Host): Promise<string> {
  if ('pem' in source) return source.pem;
  try {
    return (await host.readFile(source.file)).toString();
  } catch (error) {
    throw new ConnectionError(`can't read ${source.file}, which the kubeconfig names: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Tells a broken certificate apart from a refused one, which OpenSSL's messages do not. */
function checkCertificate(pem: string, where: string): void {
  try {
    const parsed = new X509Certificate(pem);
    if (parsed.subject === undefined && parsed.serialNumber === '') throw new Error('it is empty');
  } catch (error) {
    throw new ConnectionError(`${where} holds no usable certificate: ${reasonOf(error)}`, { cause: error });
  }
}
