import { reasonOf } from './connection-error.ts';

/** The request got no (whole) answer: the network, TLS, or a server that went silent. Safe to show, worth a retry. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  readonly what: 'unreachable' | 'certificate' | 'reset' | 'silent' | 'truncated' | 'too-large';

  constructor(what: NetworkError['what'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.what = what;
  }
}

const CERTIFICATE_CODES = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_SIGNATURE_FAILURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/**
 * Says for people what went wrong below HTTP.
 *
 * @param error what node:http, node:tls or a proxy threw
 * @param server the server's URL
 */
export function networkErrorOf(error: unknown, server: string): NetworkError {
  if (error instanceof NetworkError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const fault = (what: NetworkError['what'], message: string): NetworkError =>
    new NetworkError(what, message, { cause: error });
  if (CERTIFICATE_CODES.has(code)) {
    return fault(
      'certificate',
      `the certificate of ${server} is not trusted: ${reasonOf(error)}; check certificate-authority and tls-server-name`,
    );
  }
  switch (code) {
    case 'ECONNREFUSED':
      return fault('unreachable', `nothing listens at ${server}; is the API server running, and the address right?`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return fault('unreachable', `the name in ${server} can't be resolved; check the server's address and the DNS`);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return fault('unreachable', `${server} can't be reached (${code}); check the network or VPN`);
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return fault('unreachable', `${server} does not speak TLS as expected: ${reasonOf(error)}; http or https?`);
    default:
      return fault('reset', `the connection to ${server} broke: ${reasonOf(error)}`);
  }
}
