import { describe, expect, it } from 'vitest';
import type { DemoServer } from '../../../src/sources/demo/api-server.ts';
import { ask, lines, parse, PARTIAL, PARTIAL_LIST, TABLE, type WatchLine } from './demo-client.ts';
import { pod, secret, serve, until } from './running-server.ts';

const WATCH_LIST = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';

/** Opens a watch, lets things happen once it stands, and ends it cleanly. */
async function watched(
  server: DemoServer,
  path: string,
  happen: () => void = () => undefined,
  headers: Record<string, string> = {},
): Promise<WatchLine[]> {
  const answer = ask(server.url + path, { headers });
  await until(() => server.openWatches === 1);
  happen();
  server.endWatches();
  return lines(await answer);
}

const shape = (events: readonly WatchLine[]): string[] =>
  events.map(({ type, object }) => {
    return `${type} ${object.metadata.name ?? object.metadata.resourceVersion ?? ''}`;
  });

describe('watches', () => {
  it('replays what happened since a version, then follows', async () => {
    const server = await serve();
    server.store.apply(pod('a'));
    const since = server.store.resourceVersion;
    server.store.apply(pod('b'));
    const events = await watched(server, `/api/v1/pods?watch=true&resourceVersion=${since}`, () => {
      server.store.apply(pod('a', 'shop', { app: 'changed' }));
      server.store.delete('v1', 'Pod', 'shop', 'b');
    });
    expect(shape(events)).toEqual(['ADDED b', 'MODIFIED a', 'DELETED b']);
    expect(events[2]?.object.metadata.resourceVersion).toBe(String(server.store.resourceVersion));
    expect(events[0]?.object).toMatchObject({ kind: 'Pod', apiVersion: 'v1' });
  });

  it('begins with the present state where no version is named', async () => {
    const server = await serve();
    server.store.load([pod('a'), pod('b', 'data')]);
    expect(shape(await watched(server, '/api/v1/namespaces/shop/pods?watch=1'))).toEqual(['ADDED a']);
  });

  it('turns changes of a selection into additions and deletions', async () => {
    const server = await serve();
    server.store.apply(pod('a', 'shop', { app: 'other' }));
    const path = `/api/v1/pods?watch=1&labelSelector=app=web&resourceVersion=${server.store.resourceVersion}`;
    const events = await watched(server, path, () => {
      server.store.apply(pod('a', 'shop', { app: 'web' }));
      server.store.apply(pod('a', 'shop', { app: 'web', more: 'x' }));
      server.store.apply(pod('a', 'shop', { app: 'other' }));
    });
    expect(shape(events)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
  });

  it('sends bookmarks of the whole cluster only to those who allow them', async () => {
    const server = await serve();
    server.store.apply(secret('elsewhere'));
    const rv = String(server.store.resourceVersion);
    const events = await watched(server, `/api/v1/pods?watch=1&allowWatchBookmarks=true&resourceVersion=${rv}`);
    expect(shape(events)).toEqual([`BOOKMARK ${rv}`]);
    expect(await watched(server, `/api/v1/pods?watch=1&resourceVersion=${rv}`)).toEqual([]);
  });

  it('sends bookmarks regularly', async () => {
    const server = await serve({ bookmarkEveryMs: 5 });
    const answer = await ask(`${server.url}/api/v1/pods?watch=1&allowWatchBookmarks=true&timeoutSeconds=1`);
    expect(lines(answer).length).toBeGreaterThan(3);
  });

  it('ends after timeoutSeconds', async () => {
    const server = await serve();
    const answer = await ask(`${server.url}/api/v1/pods?watch=1&timeoutSeconds=1`);
    expect(answer).toMatchObject({ code: 200, text: '' });
    await until(() => server.openWatches === 0);
  });

  it('answers a compacted version with 200 and an ERROR event', async () => {
    const server = await serve();
    server.store.apply(pod('a'));
    const rv = server.store.resourceVersion;
    server.store.apply(pod('b'));
    server.store.compact();
    const answer = await ask(`${server.url}/api/v1/pods?watch=1&resourceVersion=${rv}`);
    expect(answer.code).toBe(200);
    expect(lines(answer)).toMatchObject([{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }]);
  });

  it('forgets a watch whose client has gone', async () => {
    const server = await serve();
    const answer = ask(`${server.url}/api/v1/pods?watch=1`);
    await until(() => server.openWatches === 1);
    server.dropConnections();
    expect((await answer).broken).toBeDefined();
    await until(() => server.openWatches === 0);
  });
});

describe('WatchList', () => {
  it('sends the state, an annotated bookmark, and then changes', async () => {
    const server = await serve();
    server.store.load([pod('a'), pod('b')]);
    const rv = String(server.store.resourceVersion);
    const events = await watched(server, `/api/v1/pods?${WATCH_LIST}`, () => server.store.apply(pod('c')));
    expect(shape(events).slice(0, 4)).toEqual(['ADDED a', 'ADDED b', `BOOKMARK ${rv}`, 'ADDED c']);
    expect(events[2]?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });

  it.each([
    ['without resourceVersionMatch', 'watch=true&sendInitialEvents=true', true],
    ['on a server without the gate', WATCH_LIST, false],
    ['as a match without initial events', 'watch=true&resourceVersionMatch=NotOlderThan&resourceVersion=1', true],
  ])('is refused with 422 %s', async (_what, query, watchList) => {
    const server = await serve({ watchList });
    const answer = await ask(`${server.url}/api/v1/pods?${query}`);
    expect(parse(answer)).toMatchObject({ code: 422, reason: 'Invalid' });
  });

  it.each(['None', 'Metadata'])('works as a Table with includeObject=%s', async (include) => {
    const server = await serve();
    server.store.load([secret('a'), secret('b')]);
    const path = `/api/v1/secrets?${WATCH_LIST}&includeObject=${include}`;
    const events = await watched(server, path, () => undefined, TABLE);
    const [first, second, end] = events.map((event) => event.object);
    expect(first?.kind).toBe('Table');
    expect(first?.columnDefinitions).toHaveLength(4);
    expect(second?.columnDefinitions).toBeNull();
    expect(first?.rows[0]?.object?.kind ?? 'none').toBe(include === 'None' ? 'none' : 'PartialObjectMetadata');
    expect(end?.rows[0]?.cells).toEqual(['', '', 0, '<unknown>']);
    expect(end?.rows[0]?.object?.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    expect(JSON.stringify(events)).not.toContain('"data"');
  });

  it('works as PartialObjectMetadata, and is silent when asked for lists of them', async () => {
    const server = await serve();
    server.store.apply(secret('a'));
    const events = await watched(server, `/api/v1/secrets?${WATCH_LIST}`, () => undefined, PARTIAL);
    expect(shape(events).slice(0, 1)).toEqual(['ADDED a']);
    expect(events[0]?.object.kind).toBe('PartialObjectMetadata');
    expect(await watched(server, `/api/v1/secrets?${WATCH_LIST}`, () => undefined, PARTIAL_LIST)).toEqual([]);
  });
});
