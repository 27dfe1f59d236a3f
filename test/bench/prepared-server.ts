/**
 * A child process that serves a generated cluster as prepared bytes: every answer is made once by the demo API server and
 * then sent from memory, so that the figures are the client's and not the server's.
 *
 * Arguments: number of pods. Prints `{"url"}` when ready. `GET /bench/pages` tells every page that was listed.
 */
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { startDemoServer } from '../../src/sources/demo/api-server.ts';
import { ObjectStore } from '../../src/sources/demo/object-store.ts';
import { bigCluster } from './big-cluster.ts';

interface Prepared {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const NOW = Date.parse('2026-11-23T10:00:00Z');
const store = new ObjectStore({ now: () => NOW });
store.load([...bigCluster(Number(process.argv[2] ?? 20_000), NOW)]);
// Pages for sessions too: watch lists could not be prepared.
const inner = await startDemoServer({ store, now: () => NOW, watchList: false });
const prepared = new Map<string, Prepared>();

function prepare(method: string, url: string, headers: IncomingHttpHeaders, body: Buffer): Promise<Prepared> {
  return new Promise((resolve, reject) => {
    // Prepared bytes are not compressed: that would measure gunzip.
    const outgoing = request(`${inner.url}${url}`, { method, headers: { ...headers, 'accept-encoding': 'identity' } });
    outgoing.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Watches are no prepared bytes: they go through to the demo server, where nothing changes. */
function passThrough(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const inside = request(`${inner.url}${incoming.url ?? '/'}`, { method: 'GET', headers: incoming.headers });
  inside.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    outgoing.flushHeaders();
    answer.pipe(outgoing);
  });
  inside.on('error', () => outgoing.destroy());
  outgoing.on('close', () => inside.destroy());
  inside.end();
}

const server = createServer((incoming, outgoing) => {
  if (incoming.url?.includes('watch=') === true) return passThrough(incoming, outgoing);
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const url = incoming.url ?? '/';
    if (url === '/bench/pages') {
      const pages = [...prepared].filter(([key]) => key.includes('limit=')).map(([key]) => JSON.parse(key) as unknown);
      outgoing.end(JSON.stringify(pages));
      return;
    }
    const method = incoming.method ?? 'GET';
    const key = JSON.stringify([url, incoming.headers.accept ?? '']);
    const ready = prepared.get(key);
    const send = ({ status, headers, body }: Prepared): void => {
      outgoing.writeHead(status, {
        'content-type': headers['content-type'] ?? 'application/json',
        'content-length': body.length,
      });
      outgoing.end(body);
    };
    if (ready !== undefined) return send(ready);
    void prepare(method, url, incoming.headers, Buffer.concat(chunks)).then((answer) => {
      if (method === 'GET') prepared.set(key, answer);
      send(answer);
    });
  });
});
server.keepAliveTimeout = 90_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
