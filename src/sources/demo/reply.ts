import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FaultRule } from './faults.ts';
import { acceptsGzip } from './negotiate.ts';
import type { Random } from './random.ts';
import { sinkFor, type ResponseSink } from './response-sink.ts';
import type { Status } from './status.ts';

const compress = promisify(gzip);

/** Bodies above this are compressed for clients that ask (k8s.io/apiserver responsewriters/writers.go). */
const GZIP_THRESHOLD = 128 * 1024;
/** The level of the real server: the cheapest that pays. */
const GZIP_LEVEL = 4;
/** Roughly where faults strike in a stream whose length nobody knows. */
const TYPICAL_WATCH_BYTES = 16 * 1024;

/** The answer to one request; all bodies pass through the fault that strikes it. */
export class Reply {
  readonly fault: FaultRule | undefined;
  readonly accept: string | undefined;
  readonly #gzip: boolean;
  readonly #response: ServerResponse;
  readonly #random: Random;

  constructor(request: IncomingMessage, response: ServerResponse, fault: FaultRule | undefined, random: Random) {
    this.fault = fault;
    this.accept = request.headers.accept;
    this.#gzip = acceptsGzip(request.headers['accept-encoding']);
    this.#response = response;
    this.#random = random;
  }

  status(status: Status, headers: OutgoingHttpHeaders = {}): Promise<void> {
    return this.json(status.code, status, headers);
  }

  json(code: number, body: object, headers: OutgoingHttpHeaders = {}): Promise<void> {
    return this.body(code, `${JSON.stringify(body)}\n`, headers);
  }

  text(code: number, body: string, headers: OutgoingHttpHeaders = {}): Promise<void> {
    return this.body(code, body, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  }

  /** Sends a whole body, compressed where that is due. */
  async body(code: number, text: string, headers: OutgoingHttpHeaders = {}): Promise<void> {
    let bytes = Buffer.from(text);
    const coding: OutgoingHttpHeaders = {};
    if (this.#gzip && bytes.length > GZIP_THRESHOLD) {
      bytes = Buffer.from(await compress(bytes, { level: GZIP_LEVEL }));
      coding['content-encoding'] = 'gzip';
      coding['vary'] = 'Accept-Encoding';
    }
    const type = { 'content-type': 'application/json' };
    await this.bytes(code, bytes, { ...type, ...coding, 'cache-control': 'no-cache, private', ...headers });
  }

  /** Sends a whole body as it is. */
  async bytes(code: number, bytes: Buffer, headers: OutgoingHttpHeaders): Promise<void> {
    // A body that a fault may cut short has no length to betray it.
    const length = this.fault === undefined ? { 'content-length': bytes.length } : {};
    this.#response.writeHead(code, { ...length, ...headers });
    const sink = sinkFor(this.#response, this.fault, bytes.length, this.#random);
    await sink.write(bytes);
    sink.end();
  }

  /** Begins a stream: the headers leave at once. */
  stream(): ResponseSink {
    this.#response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    this.#response.flushHeaders();
    return sinkFor(this.#response, this.fault, TYPICAL_WATCH_BYTES, this.#random);
  }

  /** Calls back once when the client has gone or the answer is complete. */
  onClose(callback: () => void): void {
    this.#response.once('close', callback);
  }
}
