import type * as Http from 'node:http';
import type * as Https from 'node:https';

/**
 * `node:http`, without what else it exports: an ESM import of it reads every export once, and the getter of `WebSocket`
 * loads all of undici, which is a tenth of a start.
 */
const http: typeof Http = process.getBuiltinModule('node:http');

/** `http.Agent` */
export const HttpAgent = http.Agent;

/** `http.request` */
export const httpRequest = http.request;

/**
 * `node:https`, loaded when it is first asked for: TLS takes as long to load as all else of Node's network, and an ESM
 * import of it reads the getter of `tls.rootCertificates` too, which parses 150 certificates.
 */
export function https(): typeof Https {
  return process.getBuiltinModule('node:https');
}
