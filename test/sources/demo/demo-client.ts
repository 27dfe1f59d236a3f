import { request, type IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';

export interface Answer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Set where the connection broke before the body was complete. */
  readonly broken?: string;
}

/** One request on a connection of its own; resolves when the body has ended or broken. */
export function ask(
  url: string,
  options: { headers?: Record<string, string | string[]>; method?: string; body?: object; timeoutMs?: number } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let answered = false;
    const outgoing = request(url, { method: options.method ?? 'GET', headers: options.headers ?? {}, agent: false });
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      const answer = (broken?: string): void => {
        const bytes = Buffer.concat(chunks);
        const plain = response.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
        resolve({
          code: response.statusCode ?? 0,
          headers: response.headers,
          text: plain.toString(),
          ...(broken === undefined ? {} : { broken }),
        });
      };
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => answer());
      response.on('error', (error) => answer(error.message));
      if (options.timeoutMs !== undefined) setTimeout(() => response.destroy(new Error('timeout')), options.timeoutMs);
      answered = true;
    });
    // An error after the response has begun is the response's.
    outgoing.on('error', (error) => {
      if (!answered) reject(error);
    });
    if (options.timeoutMs !== undefined) {
      setTimeout(() => {
        if (!answered) outgoing.destroy(new Error('timeout'));
      }, options.timeoutMs);
    }
    if (options.body === undefined) outgoing.end();
    else outgoing.end(JSON.stringify(options.body));
  });
}

export interface Parsed {
  kind: string;
  apiVersion: string;
  code?: number;
  reason?: string;
  message?: string;
  metadata: {
    name?: string;
    resourceVersion?: string;
    continue?: string;
    remainingItemCount?: number;
    annotations?: Record<string, string>;
  };
  items: { kind?: string; metadata: { name: string; namespace?: string }; [field: string]: unknown }[];
  columnDefinitions: { name: string }[] | null;
  rows: { cells: unknown[]; object: { kind: string; metadata: Parsed['metadata'] } | null }[];
  status: { allowed?: boolean; resourceRules?: unknown[]; userInfo?: { username: string } };
}

export function parse(answer: Answer): Parsed {
  const value: Parsed = JSON.parse(answer.text);
  return value;
}

export interface WatchLine {
  type: string;
  object: Parsed;
}

/** The lines of a watch that has ended. */
export function lines(answer: Answer): WatchLine[] {
  return answer.text
    .split('\n')
    .filter(Boolean)
    .map((line): WatchLine => JSON.parse(line));
}

export const TABLE = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' };
export const PARTIAL = { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' };
export const PARTIAL_LIST = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' };
