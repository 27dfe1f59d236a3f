import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { plainConnection, type Connection } from '../../../src/sources/live/connection.ts';
import { fixedCredential, NOBODY, type Credential, type Identity } from '../../../src/sources/live/credential.ts';
import { createTransport, type Transport, type TransportOptions } from '../../../src/sources/live/transport.ts';
import { hasOpenssl, makeCertificates, type TestCertificates } from './certificates.ts';
import { noClock } from './quick-clock.ts';

const cleanup: (() => void)[] = [];
const never = new AbortController().signal;

afterEach(() => {
  for (const end of cleanup.splice(0)) end();
});

async function listen(server: Server | TcpServer, address = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  cleanup.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return bound.port;
}

async function plainServer(handler: RequestListener): Promise<Connection> {
  const port = await listen(createServer(handler));
  return plainConnection(`http://127.0.0.1:${port}`, fixedCredential(NOBODY));
}

function transportTo(connection: Connection, options: Partial<TransportOptions> = {}): Transport {
  const transport = createTransport(connection, { clock: noClock(), idleMs: 2000, ...options });
  cleanup.push(() => transport.close());
  return transport;
}

async function get(transport: Transport, path = '/x'): Promise<string> {
  const answer = await transport.getBuffer({ path, accept: 'application/json', signal: never });
  const text = answer.bytes.toString();
  answer.release();
  return text;
}

describe('requests', () => {
  it('keep one connection open', async () => {
    const ports = new Set<number | undefined>();
    const connection = await plainServer((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('{}');
    });
    const transport = transportTo(connection);
    for (let index = 0; index < 20; index += 1) await get(transport);
    expect(ports.size).toBe(1);
  });

  it('say who asks, for whom, each group in a header of its own, below the base path of the server', async () => {
    let seen: IncomingMessage | undefined;
    const base = await plainServer((request, response) => {
      seen = request;
      response.end('{}');
    });
    const extra = { 'example.com/Scope': ['x', 'y'] };
    const impersonation = { user: 'jane', uid: '7', groups: ['one', 'two, three'], extra };
    await get(transportTo({ ...base, server: `${base.server}/k8s/c-1`, impersonation }), '/api');
    expect(seen?.url).toBe('/k8s/c-1/api');
    expect(seen?.headers['user-agent']).toMatch(/^k8sec\/\d/);
    expect(seen?.headersDistinct).toMatchObject({
      'impersonate-user': ['jane'],
      'impersonate-uid': ['7'],
      'impersonate-group': ['one', 'two, three'],
      'impersonate-extra-example.com%2fscope': ['x', 'y'],
    });
  });

  it('ask for gzip only where wanted, and unpack it', async () => {
    const connection = await plainServer((request, response) => {
      if (request.headers['accept-encoding'] !== 'gzip') return void response.end('{"plain":1}');
      response.setHeader('content-encoding', 'gzip').end(gzipSync('{"zipped":1}'));
    });
    expect(await get(transportTo(connection))).toBe('{"plain":1}');
    expect(await get(transportTo({ ...connection, compress: true }))).toBe('{"zipped":1}');
  });

  it('become an ApiError with reason, causes and a safe message', async () => {
    const connection = await plainServer((_request, response) => {
      const causes = [{ reason: 'FieldValueInvalid', message: 'bad\u001b[2J', field: 'spec.x' }];
      response.statusCode = 422;
      response.end(
        JSON.stringify({
          kind: 'Status',
          code: 422,
          reason: 'Invalid',
          message: 'no\u001b[31m\u202e',
          details: { causes },
        }),
      );
    });
    await expect(get(transportTo(connection))).rejects.toMatchObject({
      name: 'ApiError',
      status: 422,
      reason: 'Invalid',
      message: 'no\\u001b[31m\\u202e',
      causes: [{ reason: 'FieldValueInvalid', message: 'bad\\u001b[2J', field: 'spec.x' }],
    });
  });

  it('are tried again when the server says when, ten times at most', async () => {
    let requests = 0;
    const clock = noClock();
    const connection = await plainServer((_request, response) => {
      requests += 1;
      response.writeHead(requests === 3 ? 200 : 429, { 'retry-after': '2' }).end('{}');
    });
    expect(await get(transportTo(connection, { clock }))).toBe('{}');
    expect(clock.slept).toHaveLength(2);
    expect(clock.slept[0]).toBeGreaterThanOrEqual(2000);
    await expect(get(transportTo(connection, { clock }))).rejects.toMatchObject({ status: 429 });
    expect(requests).toBe(3 + 11);
  });

  it('log in again once after a 401', async () => {
    const tokens: (string | undefined)[] = [];
    const base = await plainServer((request, response) => {
      tokens.push(request.headers.authorization);
      response.writeHead(request.headers.authorization === 'Bearer new' ? 200 : 401).end('{}');
    });
    let token = 'old';
    const identities = new Map<string, Identity>();
    const credential: Credential = {
      identity: async () => {
        const identity = identities.get(token) ?? { ...NOBODY, authorization: `Bearer ${token}` };
        identities.set(token, identity);
        return identity;
      },
      refresh: async () => {
        token = 'new';
        return true;
      },
    };
    expect(await get(transportTo({ ...base, credential }))).toBe('{}');
    expect(tokens).toEqual(['Bearer old', 'Bearer new']);
    await expect(get(transportTo(base))).rejects.toMatchObject({ status: 401 });
  });

  it.each<[string, RequestListener, string]>([
    ['never answered', () => undefined, 'silent'],
    ['stalled in the body', (_request, response) => void response.write('{"a":'), 'silent'],
    [
      'reset in the body',
      (request, response) => {
        response.write('{"a":', () => request.socket.destroy());
      },
      'reset',
    ],
  ])('that are %s fail as such', async (_name, handler, what) => {
    const transport = transportTo(await plainServer(handler), { idleMs: 100 });
    await expect(get(transport)).rejects.toMatchObject({ name: 'NetworkError', what });
  });

  it('say what is wrong with an address', async () => {
    const transport = transportTo(plainConnection('http://127.0.0.1:1', fixedCredential(NOBODY)));
    await expect(get(transport)).rejects.toThrow(/nothing listens at http:\/\/127\.0\.0\.1:1/);
  });

  it('keep to --request-timeout, and to the abort of their caller', async () => {
    const connection = await plainServer((_request, response) => void response.write('{'));
    const hurried = transportTo({ ...connection, requestTimeoutMs: 50 });
    await expect(get(hurried)).rejects.toThrow(/--request-timeout \(50 ms\)/);
    const stop = new AbortController();
    const waiting = transportTo(connection).getBuffer({ path: '/x', accept: '*/*', signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('give up an answer that grows too large', async () => {
    const connection = await plainServer((_request, response) => void response.end('x'.repeat(5000)));
    const plan = { path: '/x', accept: '*/*', signal: never, maxBytes: 4000 };
    await expect(transportTo(connection).getBuffer(plan)).rejects.toMatchObject({ what: 'too-large' });
  });

  it('give up an answer for which there is no memory', async () => {
    const connection = await plainServer((_request, response) => void response.end('x'));
    const append = (): never => {
      throw new RangeError('WebAssembly.Memory.grow(): Maximum memory size exceeded');
    };
    const full = { length: 0, append, bytes: () => Buffer.alloc(0), release: () => undefined };
    const plan = { path: '/x', accept: '*/*', signal: never, bodies: { take: () => full } };
    await expect(transportTo(connection).getBuffer(plan)).rejects.toMatchObject({ what: 'too-large' });
  });
});

async function linesOf(transport: Transport): Promise<string[]> {
  const lines: string[] = [];
  const stream = transport.stream({ path: '/x', accept: '*/*', signal: never });
  for await (const batch of stream) lines.push(...batch.map((line) => line.toString()));
  return lines;
}

describe('streams', () => {
  it('come line by line, however the bytes arrive', async () => {
    const lines = ['{"a":1}', `{"b":"${'é'.repeat(5000)}"}`, '{"c":3}'];
    const body = Buffer.from(`${lines.join('\n\n')}\n`);
    const connection = await plainServer((_request, response) => {
      const send = (at: number): void => {
        if (at >= body.length) return void response.end();
        response.write(body.subarray(at, at + 777), () => send(at + 777));
      };
      send(0);
    });
    expect(await linesOf(transportTo(connection))).toEqual(lines);
  });

  it('that fall silent or end in an object are errors', async () => {
    const silent = await plainServer((_request, response) => void response.write('{}\n'));
    await expect(linesOf(transportTo(silent, { streamIdleMs: 100 }))).rejects.toMatchObject({ what: 'silent' });
    const cut = await plainServer((_request, response) => void response.end('{}\n{"a"'));
    await expect(linesOf(transportTo(cut))).rejects.toMatchObject({ what: 'truncated' });
  });
});

describe.skipIf(!hasOpenssl())('TLS (needs openssl)', () => {
  let made: TestCertificates;
  let seen: { name: string | undefined; server: string | false | null }[] = [];
  beforeAll(() => {
    made = makeCertificates();
  });

  async function secureServer(): Promise<Connection> {
    seen = [];
    const { server, ca } = made;
    const options = { cert: server.certificate, key: server.key, ca, requestCert: true, rejectUnauthorized: false };
    const secure = createSecureServer(options, (request, response) => {
      const { socket } = request;
      if (!(socket instanceof TLSSocket)) return;
      const { subject } = socket.getPeerCertificate();
      const name = subject?.CN;
      seen.push({ name: Array.isArray(name) ? name[0] : name, server: socket.servername });
      response.end('{}');
    });
    const port = await listen(secure, '127.0.0.2');
    const trust = { ca, serverName: '', insecure: false };
    return { ...plainConnection(`https://127.0.0.2:${port}`, fixedCredential(NOBODY)), trust };
  }

  const withClient = (index: 0 | 1): Identity => {
    const { certificate, key } = made.clients[index];
    return { authorization: null, certificate, key };
  };

  it('trusts the given authority and no other', async () => {
    const connection = await secureServer();
    expect(await get(transportTo(connection))).toBe('{}');
    const trust = { ...connection.trust, ca: made.otherCa };
    await expect(get(transportTo({ ...connection, trust }))).rejects.toMatchObject({ what: 'certificate' });
    const insecure = { ca: null, serverName: '', insecure: true };
    expect(await get(transportTo({ ...connection, trust: insecure }))).toBe('{}');
  });

  it('checks and sends tls-server-name', async () => {
    const connection = await secureServer();
    const named = (serverName: string): Connection => ({ ...connection, trust: { ...connection.trust, serverName } });
    await get(transportTo(named('inner.example')));
    expect(seen[0]?.server).toBe('inner.example');
    await expect(get(transportTo(named('other.example')))).rejects.toThrow(/tls-server-name/);
  });

  it('sends the client certificate, and the next one when it rotates', async () => {
    const connection = await secureServer();
    let identity = withClient(0);
    const credential: Credential = { identity: async () => identity, refresh: async () => false };
    const transport = transportTo({ ...connection, credential });
    await get(transport);
    await get(transport);
    identity = withClient(1);
    await get(transport);
    expect(seen.map(({ name }) => name)).toEqual(['first', 'first', 'second']);
  });

  it('goes through a proxy that tunnels, with its password', async () => {
    const connection = await secureServer();
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket: Socket) => {
      asked.push(`${request.url ?? ''} ${request.headers['proxy-authorization'] ?? ''}`);
      const [host = '', port] = (request.url ?? '').split(':');
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    const port = await listen(proxy);
    const transport = transportTo({ ...connection, proxy: new URL(`http://me:pass%21@127.0.0.1:${port}`) });
    await get(transport);
    await get(transport);
    const login = Buffer.from('me:pass!').toString('base64');
    expect(asked).toEqual([`${connection.server.slice('https://'.length)} Basic ${login}`]);
  });

  it('goes through a SOCKS proxy', async () => {
    const connection = await secureServer();
    const names: string[] = [];
    const socks = createTcpServer((socket) => {
      socket.once('data', () => {
        socket.write(Buffer.from([5, 0]));
        socket.once('data', (request: Buffer) => {
          const length = request[4] ?? 0;
          const name = request.toString('utf8', 5, 5 + length);
          names.push(name);
          const onward = connect(request.readUInt16BE(5 + length), name, () => {
            socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
            onward.pipe(socket).pipe(onward);
          });
          onward.on('error', () => socket.destroy());
          socket.on('error', () => onward.destroy());
        });
      });
    });
    const port = await listen(socks);
    expect(await get(transportTo({ ...connection, proxy: new URL(`socks5://127.0.0.1:${port}`) }))).toBe('{}');
    expect(names).toEqual(['127.0.0.2']);
  });

  it('says that a proxy refuses', async () => {
    const connection = await secureServer();
    const proxy = createServer();
    proxy.on('connect', (_request, socket: Socket) => socket.end('HTTP/1.1 407 Login\r\n\r\n'));
    const port = await listen(proxy);
    const transport = transportTo({ ...connection, proxy: new URL(`http://127.0.0.1:${port}`) });
    await expect(get(transport)).rejects.toThrow(/answered 407 to CONNECT/);
  });
});
