import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/sources/live/api-error.ts';
import { targetOf } from '../../../src/sources/live/kinds.ts';
import { NetworkError } from '../../../src/sources/live/network-error.ts';
import { ScopeFollower } from '../../../src/sources/live/scope-follower.ts';
import type { ScopeState } from '../../../src/sources/live/scope-state.ts';
import { Semaphore } from '../../../src/sources/live/semaphore.ts';
import { fakeTransport, podPage, type Respond } from './fake-transport.ts';
import { MirrorSink } from './mirror-sink.ts';
import { noClock } from './quick-clock.ts';

type Watch = readonly (object | Error)[];

function event(type: string, name: string, resourceVersion: string): object {
  return { type, object: { metadata: { name, namespace: 'ns', uid: name, resourceVersion } } };
}

function bookmark(resourceVersion: string, annotations: object = {}): object {
  return { type: 'BOOKMARK', object: { metadata: { resourceVersion, annotations } } };
}

function failure(code: number, reason = ''): object {
  return { type: 'ERROR', object: { kind: 'Status', code, reason, message: 'no' } };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Sleeps in no time, except for the minute in which a watch list has to make progress: nothing is that slow here. */
function patientClock(): ReturnType<typeof noClock> {
  const clock = noClock();
  return {
    ...clock,
    sleep: (milliseconds, signal) =>
      milliseconds === 60_000 ? untilAborted(signal) : clock.sleep(milliseconds, signal),
  };
}

/** Follows pods through the watches given; the last one stays open until the follower is stopped. */
async function follow(
  watches: readonly Watch[],
  options: { readonly list?: Respond; readonly watchList?: boolean; readonly mode?: 'once' | 'watch' } = {},
) {
  const stop = new AbortController();
  const sink = new MirrorSink();
  const clock = patientClock();
  const states: string[] = [];
  let index = 0;
  const transport = fakeTransport(options.list ?? (() => podPage('10', ['a', 'b'])), async function* watch() {
    const events = watches[index];
    index += 1;
    for (const one of events ?? []) {
      if (one instanceof Error) throw one;
      yield one;
    }
    if (index >= watches.length) {
      stop.abort();
      throw new NetworkError('reset', 'stopped');
    }
  });
  const watchList = { enabled: options.watchList ?? false };
  const unseen: boolean[] = [];
  const report = ({ status, reason, unseenSince }: ScopeState): void => {
    if (unseen.at(-1) !== (unseenSince !== undefined)) unseen.push(unseenSince !== undefined);
    const line = reason === '' ? status : `${status}: ${reason}`;
    if (states.at(-1) !== line) states.push(line);
  };
  const context = { transport, clock, sink, slots: new Semaphore(4), mode: options.mode ?? 'watch', watchList };
  const plan = { target: targetOf('Pod'), namespace: null, signal: stop.signal, report, endsWhenDenied: false };
  await new ScopeFollower(plan, context).run();
  const requests = transport.log.map((line) => line.replace(/timeoutSeconds=\d+&?/, '').replace('/api/v1/pods?', ''));
  const watched = transport.log.filter((line) => line.startsWith('watch'));
  return { sink, slept: clock.slept, states, unseen, requests, watched, keys: [...sink.of('Pod').keys()].sort() };
}

const LIST = 'get limit=500';
const from = (version: string): string => `watch watch=true&allowWatchBookmarks=true&resourceVersion=${version}`;

describe('a reflector', () => {
  it('goes on at the last version that an event or a bookmark told, after a clean end', async () => {
    const { requests, keys, slept } = await follow([
      [event('ADDED', 'c', '11'), event('DELETED', 'a', '12')],
      [bookmark('20')],
      [event('MODIFIED', 'b', '21')],
      [],
    ]);
    expect(requests).toEqual([LIST, from('10'), from('12'), from('20'), from('21')]);
    expect(keys).toEqual(['ns/b', 'ns/c']);
    // Only the watch that brought nothing but a bookmark was very short.
    expect(slept).toEqual([1200]);
  });

  it.each([
    ['a clean end', [[event('ADDED', 'c', '11')], [event('ADDED', 'd', '12')], []], [false]],
    ['a reset', [[new NetworkError('reset', 'broke')], [event('ADDED', 'd', '12')], []], [false, true, false]],
    ['an expired version', [[failure(410, 'Expired')], [event('ADDED', 'd', '12')], []], [false, true, false]],
  ])('says after %s whether all changes were told', async (_name, watches, expected) => {
    // The last watch, which ends the test, breaks too.
    const { unseen } = await follow([...watches, [bookmark('13')]]);
    expect(unseen.slice(0, expected.length)).toEqual(expected);
  });

  it('asks for bookmarks, and for an end after five to ten minutes', async () => {
    const { watched } = await follow([[]]);
    const seconds = Number(/timeoutSeconds=(\d+)/.exec(watched[0] ?? '')?.[1]);
    expect(seconds).toBeGreaterThanOrEqual(300);
    expect(seconds).toBeLessThan(600);
  });

  it('backs off from watches that end at once, up to a minute, and forgets it after two minutes of peace', async () => {
    const { slept } = await follow(Array.from({ length: 9 }, () => []));
    // 800 ms doubled, each half as long again by chance (0.5), capped at 30 s before chance.
    expect(slept).toEqual([1200, 2400, 4800, 9600, 19_200, 38_400, 45_000, 45_000]);
  });

  it.each([
    ['410', failure(410, 'Expired')],
    ['a request error', failure(400, 'BadRequest')],
  ])('lists again after %s in the stream, and drops what has vanished', async (_name, error) => {
    let lists = 0;
    const { requests, keys } = await follow([[event('ADDED', 'c', '11'), error], []], {
      list: () => podPage(String((lists += 1) * 10), lists === 1 ? ['a', 'b'] : ['b', 'd']),
    });
    expect(requests).toEqual([LIST, from('10'), LIST, from('20')]);
    expect(keys).toEqual(['ns/b', 'ns/d']);
  });

  it.each([
    ['429', failure(429)],
    ['500', failure(500)],
    ['a reset', new NetworkError('reset', 'broke')],
    ['silence', new NetworkError('silent', 'nothing came')],
    ['a 401', new ApiError({ status: 401, message: 'who?' })],
  ])('goes on at the same version after %s', async (_name, error) => {
    const { requests, slept } = await follow([[event('ADDED', 'c', '11'), error], []]);
    expect(requests).toEqual([LIST, from('10'), from('11')]);
    expect(slept).toEqual([1200]);
  });

  it('lists again when the server keeps failing at one version', async () => {
    const { requests } = await follow([...Array.from({ length: 5 }, () => [failure(500)]), []]);
    expect(requests.filter((line) => line === LIST)).toHaveLength(2);
  });

  it('waits as long as the server asks', async () => {
    const { slept } = await follow([[new ApiError({ status: 429, message: 'slow', retryAfterMs: 9000 })], []]);
    expect(slept).toEqual([9000]);
  });

  it('says stale only where the connection can not be made again', async () => {
    const open = await follow([[event('ADDED', 'c', '11'), new NetworkError('reset', 'broke')], []]);
    expect(open.states).toEqual(['syncing', 'live']);
    const closed = await follow([[new NetworkError('unreachable', 'nothing listens')], [bookmark('11')], []]);
    expect(closed.states).toEqual(['syncing', 'live', 'stale: nothing listens', 'live']);
  });

  it('watches an inconsistent list from its start, and calls it approximate until it has caught up', async () => {
    let first = true;
    const { requests, states } = await follow([[event('ADDED', 'c', '25'), event('ADDED', 'd', '31')], []], {
      list: ({ query }) => {
        const token = query.get('continue');
        if (token === null) return podPage('20', ['a'], 'next');
        if (token === 'next') {
          first = !first;
          throw new ApiError({ status: 410, message: 'old', continueToken: 'inconsistent' });
        }
        return podPage('30', ['b']);
      },
    });
    expect(requests.slice(-2)).toEqual([from('20'), from('31')]);
    expect(states).toEqual(['syncing', expect.stringContaining('live: approximate'), 'live']);
  });

  it('that reads once forgets what was gone when the list began again', async () => {
    let isExpired = false;
    const { requests, keys } = await follow([], {
      mode: 'once',
      list: ({ query }) => {
        if (query.get('continue') === null)
          return podPage('20', isExpired ? ['b'] : ['a', 'b'], isExpired ? '' : 'next');
        isExpired = true;
        throw new ApiError({ status: 410, message: 'old' });
      },
    });
    expect(requests).toEqual([LIST, `${LIST}&continue=next`, LIST]);
    expect(keys).toEqual(['ns/b']);
  });

  it('that reads once forgets what was gone when the list was tried again', async () => {
    let tries = 0;
    const { keys } = await follow([], {
      mode: 'once',
      list: ({ query }) => {
        if (query.get('continue') === null) return podPage('20', tries === 0 ? ['a'] : ['b'], 'next');
        tries += 1;
        if (tries === 1) throw new ApiError({ status: 400, message: 'a rubbish token' });
        return podPage('20', ['c']);
      },
    });
    expect(keys).toEqual(['ns/b', 'ns/c']);
  });

  it('reads a refused kind again only after minutes', async () => {
    let lists = 0;
    const { slept, states } = await follow([[]], {
      list: () => {
        lists += 1;
        if (lists === 1) throw new ApiError({ status: 403, message: 'forbidden' });
        if (lists === 2) throw new ApiError({ status: 404, message: 'gone' });
        return podPage('1', []);
      },
    });
    expect(slept).toEqual([300_000, 300_000]);
    expect(states).toEqual(['syncing', 'denied: forbidden', 'absent: the server does not serve it', 'live']);
  });
});

describe('a watch list', () => {
  const END = { 'k8s.io/initial-events-end': 'true' };
  const INITIAL = 'watch watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';

  it('is live at the bookmark that ends it, and goes on from there whatever versions came before', async () => {
    const events = [event('ADDED', 'a', '900'), event('ADDED', 'b', '3'), bookmark('40', END)];
    const { requests, keys, states } = await follow([events, []], { watchList: true });
    expect(requests).toEqual([INITIAL, from('40')]);
    expect(keys).toEqual(['ns/a', 'ns/b']);
    expect(states).toEqual(['syncing', 'live']);
  });

  it('that breaks before its end begins anew, and becomes pages after three tries', async () => {
    const broken = [event('ADDED', 'gone', '3'), new NetworkError('reset', 'broke')];
    const { requests, keys } = await follow([broken, broken, broken, []], { watchList: true });
    expect(requests).toEqual([INITIAL, INITIAL, INITIAL, LIST, from('10')]);
    expect(keys).toEqual(['ns/a', 'ns/b']);
  });

  it('that the server does not know becomes pages at once', async () => {
    const { requests } = await follow([[new ApiError({ status: 422, message: 'forbidden' })], []], { watchList: true });
    expect(requests).toEqual([INITIAL, LIST, from('10')]);
  });
});
