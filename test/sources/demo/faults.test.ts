import { describe, expect, it } from 'vitest';
import { FaultDice, type FaultRule } from '../../../src/sources/demo/faults.ts';
import { ask, lines, parse, type Answer } from './demo-client.ts';
import { pod, serve, until } from './running-server.ts';

const LIST = '/api/v1/pods';
const WATCH = '/api/v1/pods?watch=1&allowWatchBookmarks=true';

async function struck(rule: FaultRule, path: string, timeoutMs?: number): Promise<Answer> {
  const server = await serve({ faults: { rules: [rule] }, bookmarkEveryMs: 2 });
  server.store.load(Array.from({ length: 40 }, (_, index) => pod(`pod-${index}`)));
  return ask(server.url + path, timeoutMs === undefined ? {} : { timeoutMs });
}

const rolls = (seed: number): string => {
  const dice = new FaultDice({ seed, rules: [{ fault: 'server-error', probability: 0.5 }] });
  return Array.from({ length: 64 }, () => (dice.roll('list', 'pods') === undefined ? '.' : 'x')).join('');
};

describe('faults', () => {
  it.each([
    ['a list', LIST],
    ['a watch', WATCH],
  ])('resets the connection in the middle of %s', async (_what, path) => {
    const answer = await struck({ fault: 'reset', afterBytes: 1000 }, path);
    expect(answer.broken).toBeDefined();
    expect(answer.text).toHaveLength(1000);
  });

  it('resets at a random place where none is named', async () => {
    const answer = await struck({ fault: 'reset' }, LIST);
    expect(answer.broken).toBeDefined();
    expect(() => parse(answer)).toThrow(SyntaxError);
  });

  it.each([
    ['a list', LIST],
    ['a watch', WATCH],
  ])('ends %s cleanly inside the JSON', async (_what, path) => {
    const answer = await struck({ fault: 'truncated', afterBytes: 1000 }, path);
    expect(answer.broken).toBeUndefined();
    expect(answer.text).toHaveLength(1000);
  });

  it('stalls: the body begins and nothing more comes', async () => {
    const answer = await struck({ fault: 'stall', afterBytes: 500 }, LIST, 50);
    expect(answer.broken).toBe('timeout');
    expect(answer.text).toHaveLength(500);
  });

  it('accepts and never answers', async () => {
    await expect(struck({ fault: 'no-answer' }, LIST, 50)).rejects.toThrow('timeout');
  });

  it('dribbles the body, complete in the end', async () => {
    const answer = await struck({ fault: 'slow', chunkBytes: 2000, everyMs: 1 }, LIST);
    expect(parse(answer).items).toHaveLength(40);
  });

  it('says 410 for lists and for watches, each in its way', async () => {
    expect(parse(await struck({ fault: 'gone' }, LIST))).toMatchObject({ code: 410, reason: 'Expired' });
    expect(lines(await struck({ fault: 'gone' }, WATCH))).toMatchObject([{ type: 'ERROR', object: { code: 410 } }]);
  });

  it('says 410 at a continue with a token that ends the list', async () => {
    const server = await serve({ faults: { rules: [{ fault: 'gone', at: 'continue', times: 1 }] } });
    server.store.load([pod('a'), pod('b'), pod('c')]);
    const first = parse(await ask(`${server.url}${LIST}?limit=1`));
    const gone = parse(await ask(`${server.url}${LIST}?limit=1&continue=${first.metadata.continue}`));
    expect(gone.code).toBe(410);
    const rest = parse(await ask(`${server.url}${LIST}?continue=${gone.metadata.continue}`));
    expect(rest.items.map((item) => item.metadata.name)).toEqual(['b', 'c']);
  });

  it.each<[FaultRule, number, string | undefined]>([
    [{ fault: 'too-many-requests', retryAfterSeconds: 3 }, 429, '3'],
    [{ fault: 'server-error' }, 500, undefined],
    [{ fault: 'server-error', code: 503 }, 503, undefined],
    [{ fault: 'unauthorized' }, 401, undefined],
    [{ fault: 'forbidden' }, 403, undefined],
  ])('answers with the status of %o', async (rule, code, retryAfter) => {
    for (const path of [LIST, WATCH]) {
      const answer = await struck(rule, path);
      expect(answer.code).toBe(code);
      expect(answer.headers['retry-after']).toBe(retryAfter);
    }
  });

  it('sends a server error inside the stream of a watch', async () => {
    const answer = await struck({ fault: 'server-error', inStream: true }, WATCH);
    expect(lines(answer)).toMatchObject([{ type: 'ERROR', object: { code: 500 } }]);
  });

  it('ends a watch cleanly almost at once', async () => {
    const answer = await struck({ fault: 'short-watch', afterMs: 1 }, `${WATCH}&resourceVersion=1040`);
    expect(answer.broken).toBeUndefined();
    expect(answer.code).toBe(200);
  });

  it('swells one object', async () => {
    const list = await struck({ fault: 'huge-object', bytes: 3_000_000 }, LIST);
    expect(list.text.length).toBeGreaterThan(3_000_000);
    expect(parse(list).items).toHaveLength(40);
    const server = await serve({ faults: { rules: [{ fault: 'huge-object', bytes: 100_000 }] } });
    server.store.apply(pod('a'));
    const answer = ask(`${server.url}${WATCH}`);
    await until(() => server.openWatches === 1);
    server.endWatches();
    expect(lines(await answer)[0]).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } });
  });

  it('plays a server without WatchList', async () => {
    const query = '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    expect((await struck({ fault: 'no-watch-list' }, WATCH + query)).code).toBe(422);
  });

  it('strikes only where it is told to, as often as it is told to', async () => {
    const server = await serve();
    server.setFaults({ rules: [{ fault: 'server-error', at: 'list', resource: 'secrets', after: 1, times: 1 }] });
    const codes: number[] = [];
    for (const path of ['pods', 'secrets', 'secrets', 'secrets']) {
      codes.push((await ask(`${server.url}/api/v1/${path}`)).code);
    }
    expect(codes).toEqual([200, 200, 500, 200]);
  });

  it('rolls the same dice for the same seed', () => {
    expect(rolls(7)).toBe(rolls(7));
    expect(rolls(7)).not.toBe(rolls(8));
    expect(rolls(7)).toMatch(/x.*\..*x/);
  });
});
