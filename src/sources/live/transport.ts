import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { finished, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { agentFor, requestTarget } from './agents.ts';
import { ApiError, apiErrorOf } from './api-error.ts';
import { BodyPool, giveBackChunk, type BodyMemories, type BodyMemory } from './body-buffer.ts';
import { LineSplitter } from './body-lines.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Identity } from './credential.ts';
import { gatheredChunks } from './gathered-chunks.ts';
import { NetworkError, networkErrorOf } from './network-error.ts';
import { httpRequest, https } from './node-http.ts';
import { Pulse } from './pulse.ts';
import { requestHeaders } from './request-headers.ts';
import { withRetryAfter } from './retry-after.ts';

export interface RequestPlan {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  /** Path and query below the server's base URL. */
  readonly path: string;
  readonly accept: string;
  readonly signal: AbortSignal;
  /** A request body, as JSON unless `contentType` says otherwise. */
  readonly body?: string;
  readonly contentType?: string;
  /** Gives up an answer that grows beyond this. */
  readonly maxBytes?: number;
  /** First and last byte of the part that is wanted (RFC 9110, 14.2); the server may send the whole. */
  readonly range?: readonly [number, number];
  /** Where the answer is collected, if not in memory of the transport. */
  readonly bodies?: BodyMemories;
}

/** A whole answer. `release` it when the bytes were read. */
export interface Answer {
  readonly status: number;
  readonly bytes: Buffer;
  /** Of the whole, where the answer is a part of it. */
  readonly totalBytes?: number;
  release(): void;
}

/** What the rest of the source needs of HTTP. */
export interface Transport {
  /**
   * The body of a 2xx answer. Waits and tries again, at most ten times, where the server says when (Retry-After).
   *
   * @throws ApiError for any other status, NetworkError where no whole answer came, the signal's reason when aborted
   */
  getBuffer(plan: RequestPlan): Promise<Answer>;
  /**
   * The lines of an answer, in batches, as they come. `opened` resolves the moment the server has accepted.
   *
   * @throws while iterating, like `getBuffer`; a body that ends in the middle of a line is a NetworkError
   */
  stream(plan: RequestPlan, onOpen?: () => void): AsyncIterable<Buffer[]>;
  /** Ends everything under way. */
  close(): void;
}

export interface TransportOptions {
  readonly clock: Clock;
  /** An answer that brings no byte for so long is given up. */
  readonly idleMs?: number;
  /** The same for streams; longer than the minute or so between two bookmarks. */
  readonly streamIdleMs?: number;
}

const IDLE_MS = 60_000;
const STREAM_IDLE_MS = 150_000;
/** Node can't make longer strings, so more could not be parsed anyhow. */
const MAX_BYTES = 500 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;

/** HTTP/1.1 with keep-alive to one API server as one user; logs in again once per request on a 401. */
export function createTransport(connection: Connection, options: TransportOptions): Transport {
  const pool = new BodyPool();
  const closing = new AbortController();
  const pulse = new Pulse(options.clock, closing.signal);
  const idleMs = options.idleMs ?? IDLE_MS;
  const streamIdleMs = options.streamIdleMs ?? STREAM_IDLE_MS;
  let current: { readonly agent: Agent; readonly certificate: string | null } | null = null;

  const agentOf = (identity: Identity): Agent => {
    if (current !== null && current.certificate === identity.certificate) return current.agent;
    // Connections that were made with the old certificate end, as client-go does it when a certificate rotates.
    current?.agent.destroy();
    current = { agent: agentFor(connection, identity), certificate: identity.certificate };
    return current.agent;
  };

  const send = async (plan: RequestPlan, signal: AbortSignal, idle: number): Promise<IncomingMessage> => {
    const identity = await connection.credential.identity();
    signal.throwIfAborted();
    const response = await open(connection, plan, identity, agentOf(identity), signal, idle).catch((error: unknown) => {
      // The server closed a kept connection at the moment in which it was used again: nothing was lost.
      if (plan.method !== undefined || !(error instanceof StaleConnection) || signal.aborted) throw error;
      return open(connection, plan, identity, agentOf(identity), signal, idle);
    });
    if (response.statusCode !== 401 || !(await connection.credential.refresh(identity))) return response;
    response.resume();
    const renewed = await connection.credential.identity();
    signal.throwIfAborted();
    return open(connection, plan, renewed, agentOf(renewed), signal, idle);
  };

  const once = async (plan: RequestPlan): Promise<Answer> => {
    const limits = [plan.signal, closing.signal];
    const timeout = connection.requestTimeoutMs;
    const deadline = timeout === null ? null : AbortSignal.timeout(timeout);
    if (deadline !== null) limits.push(deadline);
    const signal = AbortSignal.any(limits);
    const body = (plan.bodies ?? pool).take();
    try {
      const response = await send(plan, signal, idleMs);
      await readBody(response, body, idleMs, plan.maxBytes ?? MAX_BYTES);
      const total = /\/(\d+)$/.exec(response.headers['content-range'] ?? '')?.[1];
      return {
        status: response.statusCode ?? 0,
        bytes: body.bytes(),
        ...(total === undefined ? {} : { totalBytes: Number(total) }),
        release: () => body.release(),
      };
    } catch (error) {
      body.release();
      if (deadline?.aborted === true && !plan.signal.aborted && !closing.signal.aborted) {
        throw new NetworkError('silent', `${connection.server} took longer than --request-timeout (${timeout} ms)`);
      }
      throw asFailure(error, signal, connection.server);
    }
  };

  return {
    getBuffer: (plan) => withRetryAfter(() => once(plan), options.clock, plan.signal),
    async *stream(plan, onOpen) {
      const signal = AbortSignal.any([plan.signal, closing.signal]);
      try {
        const response = await send(plan, signal, idleMs);
        const body = await checked(response, idleMs);
        onOpen?.();
        const lines = new LineSplitter();
        for await (const chunks of whileAlive(body, response, streamIdleMs, (back) => pulse.call(back))) {
          const batch = chunks.flatMap((chunk) => lines.push(chunk));
          if (batch.length > 0) yield batch;
        }
        if (lines.pending > 0) throw new NetworkError('truncated', 'the answer ended in the middle of an object');
      } catch (error) {
        throw asFailure(error, signal, connection.server);
      }
    },
    close() {
      closing.abort(new Error('the connection was closed'));
      current?.agent.destroy();
    },
  };
}

/** A kept connection broke before it brought any answer. */
class StaleConnection extends Error {
  readonly code = 'ECONNRESET';

  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

function isReset(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

/** An abort stays what it is; everything else becomes one of our two errors. */
function asFailure(error: unknown, signal: AbortSignal, server: string): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ApiError || (error instanceof Error && error.name === 'ConnectionError')) return error;
  return networkErrorOf(error, server);
}

function open(
  connection: Connection,
  plan: RequestPlan,
  identity: Identity,
  agent: Agent,
  signal: AbortSignal,
  idleMs: number,
): Promise<IncomingMessage> {
  const target = requestTarget(connection, plan.path);
  const isSecure = connection.server.startsWith('https:');
  return new Promise((resolve, reject) => {
    const request: ClientRequest = (isSecure ? https().request : httpRequest)({
      host: target.host,
      port: target.port,
      path: target.path,
      method: plan.method ?? 'GET',
      headers: requestHeaders(connection, identity, plan, target.viaProxy),
      agent,
      signal,
    });
    const timer = setTimeout(() => {
      request.destroy(new NetworkError('silent', `${connection.server} does not answer`));
    }, idleMs);
    request.once('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    // Stays: errors behind the answer's head reach the reader through the response.
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(request.reusedSocket && !signal.aborted && isReset(error) ? new StaleConnection(error) : error);
    });
    request.end(plan.body);
  });
}

async function readBody(response: IncomingMessage, body: BodyMemory, idleMs: number, maxBytes: number): Promise<void> {
  const stream = await checked(response, idleMs);
  try {
    await collect(stream, response, body, idleMs, maxBytes);
  } catch (error) {
    response.destroy();
    throw error;
  }
}

/** Reads to the end, by events: a large list comes in thousands of chunks, each of which would be a promise or two. */
function collect(
  stream: Readable,
  response: IncomingMessage,
  body: BodyMemory,
  idleMs: number,
  maxBytes: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => response.destroy(silence(idleMs)), idleMs);
    stream.on('data', (chunk: Buffer) => {
      timer.refresh();
      if (body.length + chunk.length > maxBytes) {
        const size = `${Math.round(maxBytes / 2 ** 20)} MiB`;
        stream.destroy(new NetworkError('too-large', `an answer is larger than ${size}`));
        return;
      }
      try {
        body.append(chunk);
      } catch (error) {
        stream.destroy(new NetworkError('too-large', 'there is no memory for an answer', { cause: error }));
        return;
      }
      // What gunzip brings it may still hold.
      if (stream === response) giveBackChunk(chunk);
    });
    finished(stream, { writable: false }, (error) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve();
    });
  });
}

function silence(idleMs: number): NetworkError {
  return new NetworkError('silent', `no byte came for ${Math.round(idleMs / 1000)} s`);
}

/** The decoded body of a 2xx answer; any other answer is thrown as an ApiError. */
async function checked(response: IncomingMessage, idleMs: number): Promise<Readable> {
  const status = response.statusCode ?? 0;
  const body = decoded(response);
  if (status >= 200 && status < 300) return body;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const some of whileAlive(body, response, idleMs, (back) => back())) {
    for (const chunk of some) length += chunk.length;
    chunks.push(...some);
    if (length > MAX_ERROR_BYTES) break;
  }
  throw apiErrorOf(status, Buffer.concat(chunks), response.headers['retry-after']);
}

function decoded(response: IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  const gunzip = createGunzip();
  // The callback keeps a broken pipe from being thrown; the reader of `gunzip` sees the same error.
  pipeline(response, gunzip, () => undefined);
  return gunzip;
}

/** The chunks of a body, as long as one comes every so often; `call` says when those that came are handed on. */
async function* whileAlive(
  body: Readable,
  response: IncomingMessage,
  idleMs: number,
  call: (back: () => void) => void,
): AsyncGenerator<readonly Buffer[]> {
  const timer = setTimeout(() => {
    response.destroy(silence(idleMs));
  }, idleMs);
  try {
    yield* gatheredChunks(body, (back) => {
      timer.refresh();
      call(back);
    });
  } finally {
    clearTimeout(timer);
  }
}
