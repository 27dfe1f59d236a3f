import type { Socket, SocketConstructorOpts } from 'node:net';

/** Four times what Node reads at once. */
const READ_BYTES = 256 * 1024;

/**
 * Options of an agent, by which its sockets are read into one memory, and as much at once as the system has. The data goes
 * to Node's HTTP parser, which copies what it hands on. A large list comes in a quarter as many chunks then, each of which
 * costs more than its bytes (test/bench/README.md); TLS brings a record at a time all the same, without memory of its own.
 */
export function largeReads(): Pick<SocketConstructorOpts, 'onread'> {
  return {
    onread: {
      buffer: new Uint8Array(READ_BYTES),
      callback(this: Socket, length: number, bytes: Uint8Array) {
        this.emit('data', Buffer.from(bytes.buffer, bytes.byteOffset, length));
        return true;
      },
    },
  };
}
