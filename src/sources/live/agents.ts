import type { Agent, ClientRequestArgs } from 'node:http';
import type { Agent as HttpsAgent, AgentOptions, RequestOptions } from 'node:https';
import { isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Connection } from './connection.ts';
import type { Identity } from './credential.ts';
import { largeReads } from './large-reads.ts';
import { HttpAgent, https } from './node-http.ts';
import { hostOf, portOf } from './proxy-choice.ts';
import { openTunnel } from './proxy-tunnel.ts';

/** TCP keep-alive: a dead peer is noticed after this and about ten probes, a second apart (libuv's). */
const KEEP_ALIVE_MS = 30_000;

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** An agent that reaches its server through a proxy's tunnel. */
function tunnelAgent(agentOptions: AgentOptions, proxy: URL): HttpsAgent {
  const agent = new (https().Agent)(agentOptions);
  const secure = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const host = options.host ?? options.hostname ?? '';
    openTunnel(proxy, host, Number(options.port)).then(
      (socket) => {
        socket.setKeepAlive(true, KEEP_ALIVE_MS);
        const plain: RequestOptions & { readonly socket: Socket } = { ...options, socket };
        callback?.(null, secure(plain) ?? socket);
      },
      (error: unknown) => callback?.(asError(error), new Socket()),
    );
    return undefined;
  };
  return agent;
}

/** An agent for plain http servers behind a SOCKS proxy (http proxies are spoken to directly). */
class PlainTunnelAgent extends HttpAgent {
  readonly #proxy: URL;

  constructor(proxy: URL) {
    super({ keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS });
    this.#proxy = proxy;
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    openTunnel(this.#proxy, options.host ?? '', Number(options.port)).then(
      (socket) => callback?.(null, socket),
      (error: unknown) => callback?.(asError(error), new Socket()),
    );
    return undefined;
  }
}

/**
 * The keep-alive agent for a connection and the client certificate of an identity.
 *
 * @param identity its certificate and key go into every handshake
 */
export function agentFor(connection: Connection, identity: Identity): Agent {
  const { proxy, trust } = connection;
  const server = new URL(connection.server);
  if (server.protocol === 'http:') {
    if (proxy?.protocol.startsWith('socks5') === true) return new PlainTunnelAgent(proxy);
    return new HttpAgent({ keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS, ...largeReads() });
  }
  const host = hostOf(server);
  const options: AgentOptions = {
    keepAlive: true,
    keepAliveMsecs: KEEP_ALIVE_MS,
    ...largeReads(),
    rejectUnauthorized: !trust.insecure,
    // A server name must be no address; without one Node sends the host's name.
    ...(trust.serverName === '' ? (isIP(host) === 0 ? { servername: host } : {}) : { servername: trust.serverName }),
    ...(trust.ca === null ? {} : { ca: trust.ca }),
    ...(identity.certificate === null ? {} : { cert: identity.certificate }),
    ...(identity.key === null ? {} : { key: identity.key }),
  };
  return proxy === null ? new (https().Agent)(options) : tunnelAgent(options, proxy);
}

/** Where a request line goes: to the server, or whole to an http proxy where the server is plain http. */
export function requestTarget(
  connection: Connection,
  path: string,
): { readonly host: string; readonly port: number; readonly path: string; readonly viaProxy: URL | null } {
  const server = new URL(connection.server);
  const base = server.pathname === '/' ? '' : server.pathname.replace(/\/+$/, '');
  const full = `${base}${path}`;
  const { proxy } = connection;
  if (server.protocol === 'http:' && proxy?.protocol.startsWith('http') === true) {
    return { host: hostOf(proxy), port: portOf(proxy), path: `${server.origin}${full}`, viaProxy: proxy };
  }
  return { host: hostOf(server), port: portOf(server), path: full, viaProxy: null };
}
