import { connect, isIP, type Socket } from 'node:net';
import { reasonOf } from './connection-error.ts';
import { httpRequest, https } from './node-http.ts';
import { hostOf, portOf } from './proxy-choice.ts';

const CONNECT_TIMEOUT_MS = 30_000;

/**
 * Opens a connection to a server through a proxy.
 *
 * @param proxy http, https (CONNECT) or socks5 (RFC 1928, RFC 1929)
 * @returns a socket on which the server listens
 */
export function openTunnel(proxy: URL, host: string, port: number): Promise<Socket> {
  return proxy.protocol.startsWith('socks5') ? openSocks(proxy, host, port) : openConnect(proxy, host, port);
}

/** The Proxy-Authorization header for the user name and password in a proxy's address; null where it has none. */
export function proxyAuthorization(proxy: URL): string | null {
  if (proxy.username === '') return null;
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return `Basic ${Buffer.from(login).toString('base64')}`;
}

function openConnect(proxy: URL, host: string, port: number): Promise<Socket> {
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const authorization = proxyAuthorization(proxy);
  return new Promise((resolve, reject) => {
    const send = proxy.protocol === 'https:' ? https().request : httpRequest;
    const request = send({
      host: hostOf(proxy),
      port: portOf(proxy),
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...(authorization === null ? {} : { 'proxy-authorization': authorization }) },
      agent: false,
      timeout: CONNECT_TIMEOUT_MS,
    });
    request.once('connect', (response, socket, head) => {
      if (response.statusCode === 200 && head.length === 0) {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(new Error(`the proxy ${proxy.host} answered ${response.statusCode ?? 'nothing'} to CONNECT ${authority}`));
    });
    request.once('timeout', () => request.destroy(new Error('it does not answer')));
    request.once('error', (error) =>
      reject(new Error(`the proxy ${proxy.host}: ${reasonOf(error)}`, { cause: error })),
    );
    request.end();
  });
}

async function openSocks(proxy: URL, host: string, port: number): Promise<Socket> {
  const socket = connect({ host: hostOf(proxy), port: portOf(proxy) });
  socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error('it does not answer')));
  const reader = new SocketReader(socket);
  try {
    const hasLogin = proxy.username !== '';
    socket.write(Buffer.from(hasLogin ? [5, 2, 0, 2] : [5, 1, 0]));
    const [, method] = await reader.read(2);
    if (method === 2 && hasLogin) {
      const user = Buffer.from(decodeURIComponent(proxy.username));
      const password = Buffer.from(decodeURIComponent(proxy.password));
      socket.write(Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([password.length]), password]));
      const [, refused] = await reader.read(2);
      if (refused !== 0) throw new Error('it refused the user name and password');
    } else if (method !== 0) {
      throw new Error('it wants another way of logging in');
    }
    const name = Buffer.from(host);
    socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3, name.length]), name, Buffer.from([port >> 8, port & 255])]));
    const [, reply, , kind] = await reader.read(4);
    if (reply !== 0) throw new Error(`it can't reach ${host}:${port} (SOCKS reply ${reply ?? 'none'})`);
    const addressLength = kind === 4 ? 16 : kind === 1 ? 4 : ((await reader.read(1))[0] ?? 0);
    await reader.read(addressLength + 2);
    reader.release();
    socket.setTimeout(0);
    return socket;
  } catch (error) {
    socket.destroy();
    throw new Error(`the proxy ${proxy.host}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Reads exact numbers of bytes from a socket, and leaves the rest for its next owner. */
class SocketReader {
  readonly #socket: Socket;
  #failure: Error | null = null;
  #wake: () => void = () => undefined;
  readonly #onReadable = (): void => this.#wake();
  readonly #onError = (error: Error): void => {
    this.#failure = error;
    this.#wake();
  };
  readonly #onEnd = (): void => this.#onError(new Error('it closed the connection'));

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('readable', this.#onReadable).on('error', this.#onError).on('close', this.#onEnd);
  }

  async read(bytes: number): Promise<Buffer> {
    for (;;) {
      const chunk: unknown = this.#socket.read(bytes);
      if (Buffer.isBuffer(chunk)) return chunk;
      if (this.#failure !== null) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  release(): void {
    this.#socket.off('readable', this.#onReadable).off('error', this.#onError).off('close', this.#onEnd);
  }
}
