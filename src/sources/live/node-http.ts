import type * as Http from 'node:http';

/**
 * `node:http`, without what else it exports: an ESM import of it reads every export once, and the getter of `WebSocket`
 * loads all of undici, which is a tenth of a start.
 */
const http: typeof Http = process.getBuiltinModule('node:http');

/** `http.Agent` */
export const HttpAgent = http.Agent;

/** `http.request` */
export const httpRequest = http.request;
