import { request as httpsRequest } from 'node:https';

/** A request without the administrator's certificate. */
export interface Sent {
  readonly method?: string;
  readonly body?: unknown;
  readonly contentType?: string;
  /** A bearer token; undefined: no credentials at all. */
  readonly token?: string | undefined;
  readonly agent?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Sends a request and reads the answer to its end.
 *
 * @param url where the server is and what is asked for
 * @returns the status
 */
export function send(url: string, sent: Sent): Promise<number> {
  const { method = 'GET', body, contentType = 'application/json', token, agent = 'kubectl/v1.36.3 (test)' } = sent;
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      url,
      {
        method,
        rejectUnauthorized: false,
        headers: {
          'user-agent': agent,
          ...(body === undefined ? {} : { 'content-type': contentType }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...sent.headers,
        },
      },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    // A connection that the server took over is ended as soon as it is open.
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}
