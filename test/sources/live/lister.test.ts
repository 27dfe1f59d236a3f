import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/sources/live/api-error.ts';
import { targetOf } from '../../../src/sources/live/kinds.ts';
import { listAll } from '../../../src/sources/live/lister.ts';
import { NetworkError } from '../../../src/sources/live/network-error.ts';
import { keyOfRaw } from '../../../src/sources/live/sink.ts';
import { fakeTransport, podPage, type Respond } from './fake-transport.ts';
import { noClock } from './quick-clock.ts';

async function* nothing(): AsyncGenerator {}

const never = new AbortController().signal;

function list(respond: Respond) {
  const transport = fakeTransport(respond, nothing);
  const names: string[] = [];
  const clock = noClock();
  const outcome = listAll(
    {
      target: targetOf('Pod'),
      namespace: null,
      includeObject: 'Metadata',
      signal: never,
      onPage: (items) => {
        transport.log.push('page');
        names.push(...items.map(keyOfRaw));
      },
      onRestart: () => names.splice(0),
    },
    transport,
    clock,
  );
  return { outcome, names, transport, clock };
}

const expired = (continueToken: string): ApiError =>
  new ApiError({ status: 410, reason: 'Expired', message: 'too old', continueToken });

describe('listAll', () => {
  it('asks for the next page before it hands over the present one', async () => {
    const { outcome, names, transport } = list(({ query }) =>
      query.get('continue') === 'a' ? podPage('7', ['c']) : podPage('7', ['a', 'b'], 'a'),
    );
    expect(await outcome).toEqual({ resourceVersion: '7', firstVersion: '7' });
    expect(names).toEqual(['ns/a', 'ns/b', 'ns/c']);
    expect(transport.log).toEqual([
      'get /api/v1/pods?limit=500',
      'get /api/v1/pods?limit=500&continue=a',
      'page',
      'page',
    ]);
  });

  it('follows a token that only the end of the list gives, as custom resources do', async () => {
    const { outcome, names } = list(({ query }) => {
      const { items, metadata } = podPage(
        '7',
        [query.get('continue') ?? 'first'],
        query.has('continue') ? '' : 'a',
      ) as {
        readonly items: unknown;
        readonly metadata: unknown;
      };
      return { apiVersion: 'v1', items, kind: 'List', metadata };
    });
    await outcome;
    expect(names).toEqual(['ns/first', 'ns/a']);
  });

  it('begins again once when the token has expired', async () => {
    let first = 0;
    const { outcome, names } = list(({ query }) => {
      if (!query.has('continue')) return podPage(String((first += 1)), [`a${first}`], 'a');
      if (first === 1) throw expired('inconsistent');
      return podPage('2', ['b']);
    });
    expect(await outcome).toEqual({ resourceVersion: '2', firstVersion: '2' });
    expect(names).toEqual(['ns/a2', 'ns/b']);
  });

  it('takes the inconsistent token the second time, and says from which version on to watch', async () => {
    const { outcome, names } = list(({ query }) => {
      const token = query.get('continue');
      if (token === null) return podPage('1', ['a'], 'next');
      if (token === 'next') throw expired('inconsistent');
      return podPage('9', ['b']);
    });
    expect(await outcome).toEqual({ resourceVersion: '9', firstVersion: '1' });
    expect(names).toEqual(['ns/a', 'ns/b']);
  });

  it('asks for the same page again, after growing pauses, when it did not come whole', async () => {
    let tries = 0;
    const { outcome, names, clock } = list(() => {
      tries += 1;
      if (tries === 1) throw new NetworkError('reset', 'broke');
      return tries === 2 ? '{"kind":"PodList","apiVersion":"v1","metadata":{"resour' : podPage('1', ['a']);
    });
    await outcome;
    expect(names).toEqual(['ns/a']);
    expect(clock.slept).toEqual([1200, 2400]);
  });

  it('gives up after four tries, and at once where trying again is of no use', async () => {
    const broken = list(() => '{');
    await expect(broken.outcome).rejects.toThrow(SyntaxError);
    expect(broken.transport.log).toHaveLength(4);
    const refused = list(() => {
      throw new ApiError({ status: 403, message: 'no' });
    });
    await expect(refused.outcome).rejects.toMatchObject({ status: 403 });
    expect(refused.transport.log).toHaveLength(1);
  });

  it('halves pages that are too large', async () => {
    const { outcome, transport } = list(({ query }) => {
      if (Number(query.get('limit')) > 125) throw new NetworkError('too-large', 'large');
      return podPage('1', ['a']);
    });
    await outcome;
    expect(transport.log.filter((line) => line.startsWith('get')).map((line) => line.split('=')[1])).toEqual([
      '500',
      '250',
      '125',
    ]);
  });
});
