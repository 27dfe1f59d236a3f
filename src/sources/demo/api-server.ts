import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readEverything, type Authorize } from './authorizer.ts';
import { FaultDice, NO_FAULTS, type Faults } from './faults.ts';
import { NO_METRICS, type DemoMetrics } from './metrics.ts';
import type { NodeLogFiles } from './node-proxy.ts';
import { ObjectStore } from './object-store.ts';
import { handleRequest } from './request-handler.ts';
import type { ServerState } from './server-state.ts';
import { ANONYMOUS, type Tokens, type User } from './users.ts';

/** A request as the server saw it, for tests that look at what a client sends. */
interface LoggedRequest {
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

interface DemoServerVersion {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
}

export interface DemoServerOptions {
  /** The objects to serve; an empty cluster where absent. */
  readonly store?: ObjectStore;
  readonly version?: DemoServerVersion;
  /** Bearer tokens; a request with an unknown one is answered with 401. */
  readonly tokens?: Tokens;
  /** Whom requests without a token stand for; `null` makes them anonymous. */
  readonly defaultUser?: User | null;
  readonly authorize?: Authorize;
  readonly faults?: Faults;
  readonly metrics?: DemoMetrics;
  /** What nodes serve of their /var/log; nothing where absent. */
  readonly nodeLogs?: NodeLogFiles;
  /** Milliseconds between the bookmarks of a watch; a real server's minute where absent. */
  readonly bookmarkEveryMs?: number;
  /** How long a watch lives that names no timeoutSeconds; a random 30 to 60 minutes where absent. */
  readonly watchTimeoutMs?: number;
  /** False: a server without the WatchList gate. */
  readonly watchList?: boolean;
  /** How many requests are remembered; the oldest are forgotten. */
  readonly requestLogLimit?: number;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  readonly now?: () => number;
}

export interface DemoServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly store: ObjectStore;
  /** Requests in the order of their arrival. */
  readonly requests: readonly LoggedRequest[];
  /** Connections accepted since the start. */
  readonly connections: number;
  /** Watches that are open now. */
  readonly openWatches: number;
  setFaults(faults: Faults): void;
  setAuthorizer(authorize: Authorize): void;
  setTokens(tokens: Tokens): void;
  setMetrics(metrics: DemoMetrics): void;
  /** Ends every open watch cleanly, as a server that is drained. */
  endWatches(): void;
  /** Destroys every connection, as a network that fails. */
  dropConnections(): void;
  close(): Promise<void>;
}

/** Out of support since 2026-10-27, so that the vigilance pane has something to say. */
const DEMO_VERSION: DemoServerVersion = { major: '1', minor: '34', gitVersion: 'v1.34.2' };

export const DEMO_USER: User = { name: 'demo-viewer', groups: ['demo:viewers', 'system:authenticated'] };

/**
 * Starts an API server on the loopback interface that speaks enough of the Kubernetes protocol for k8sec and for
 * `kubectl get`: discovery, lists in pages, watches, Tables, access reviews. It validates and changes nothing that
 * clients send; its objects change through `store`.
 *
 * @returns the running server
 * @throws Error where the port cannot be opened
 */
export async function startDemoServer(options: DemoServerOptions = {}): Promise<DemoServer> {
  const now = options.now ?? Date.now;
  const requests: LoggedRequest[] = [];
  const limit = options.requestLogLimit ?? 10_000;
  let connections = 0;
  const state: ServerState = {
    store: options.store ?? new ObjectStore({ now }),
    version: options.version ?? DEMO_VERSION,
    tokens: options.tokens ?? {},
    defaultUser: options.defaultUser === null ? ANONYMOUS : (options.defaultUser ?? DEMO_USER),
    authorize: options.authorize ?? readEverything,
    dice: new FaultDice(options.faults ?? NO_FAULTS),
    metrics: options.metrics ?? NO_METRICS,
    nodeLogs: options.nodeLogs ?? {},
    bookmarkEveryMs: options.bookmarkEveryMs ?? 60_000,
    watchTimeoutMs: options.watchTimeoutMs,
    watchList: options.watchList ?? true,
    watches: new Set(),
    now,
  };
  const server = createServer((request, response) => {
    requests.push({
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: request.headers,
      at: now(),
    });
    if (requests.length > limit) requests.splice(0, requests.length - limit);
    handleRequest(state, request, response).catch((error: unknown) => failLoudly(response, error));
  });
  // Idle connections of a keep-alive client must outlive its pauses, or requests meet a closing socket.
  server.keepAliveTimeout = 90_000;
  server.on('connection', () => {
    connections += 1;
  });
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    store: state.store,
    requests,
    get connections() {
      return connections;
    },
    get openWatches() {
      return state.watches.size;
    },
    setFaults(faults) {
      state.dice = new FaultDice(faults);
    },
    setAuthorizer(authorize) {
      state.authorize = authorize;
    },
    setTokens(tokens) {
      state.tokens = tokens;
    },
    setMetrics(metrics) {
      state.metrics = metrics;
    },
    endWatches() {
      for (const end of state.watches) end();
    },
    dropConnections() {
      server.closeAllConnections();
    },
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const end of state.watches) end();
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the demo API server has no TCP address'));
      else resolve(address.port);
    });
  });
}

/** A defect of the demo server must show in the test that met it, not hang it. */
function failLoudly(response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(500, { 'content-type': 'text/plain' });
  response.end(`the demo API server failed: ${message}\n`);
}
