import type { RequestPlan, Transport } from '../../../src/sources/live/transport.ts';

/** One request and how a test answers it. */
export type Respond = (plan: RequestPlan & { readonly query: URLSearchParams }) => unknown;

/** A transport whose answers a test writes; errors that a responder throws are the request's. */
export interface FakeTransport extends Transport {
  /** What happened, in order: requests, and whatever the test adds. */
  readonly log: string[];
}

/**
 * @param list gives the body of a GET as text or a JSON value
 * @param watch gives the lines of a stream, as JSON values; after them the stream ends
 */
export function fakeTransport(list: Respond, watch: (plan: RequestPlan) => AsyncIterable<unknown>): FakeTransport {
  const log: string[] = [];
  return {
    log,
    async getBuffer(plan) {
      log.push(`get ${plan.path}`);
      const query = new URL(plan.path, 'http://x').searchParams;
      const body = await list({ ...plan, query });
      const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      return { status: 200, bytes, release: () => undefined };
    },
    async *stream(plan, onOpen) {
      log.push(`watch ${plan.path}`);
      let isOpen = false;
      for await (const event of watch(plan)) {
        if (!isOpen) onOpen?.();
        isOpen = true;
        plan.signal.throwIfAborted();
        yield [Buffer.from(JSON.stringify(event))];
      }
      if (!isOpen) onOpen?.();
    },
    close: () => undefined,
  };
}

/** A page of pods as the server writes it. */
export function podPage(version: string, names: readonly string[], next = ''): object {
  const items = names.map((name) => ({ metadata: { name, namespace: 'ns', uid: name, resourceVersion: version } }));
  return { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: version, continue: next }, items };
}
