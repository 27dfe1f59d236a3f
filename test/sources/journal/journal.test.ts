import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Timeline } from '../../../src/analyses/as-of/timeline.ts';
import type { Change } from '../../../src/model/change.ts';
import type { PastEvidence } from '../../../src/model/observation.ts';
import { apiVersionOf, type Kind } from '../../../src/model/kind.ts';
import { JournalError } from '../../../src/sources/journal/journal-error.ts';
import { openJournal } from '../../../src/sources/journal/journal-writer.ts';
import { readJournal, type JournalPart } from '../../../src/sources/journal/read-journal.ts';
import { object, pod } from '../../objects.ts';

const START = Date.parse('2026-11-01T00:00:00Z');
const KILLS = 100;
const TOGETHER = 4;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k8sec-journal-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function textIn(path: string): Promise<string> {
  const [name = ''] = await readdir(path);
  return readFile(join(path, name), 'utf8');
}

function upsert(name: string, verbs: readonly string[]): Change {
  const rules = [{ apiGroups: [''], resources: ['pods'], verbs }];
  return { type: 'upsert', object: object('Role', { metadata: { name, namespace: 'shop', uid: name }, rules }) };
}

function coverage(kind: Kind, status: 'live' | 'stale' | 'absent'): Change {
  const namespaces = status === 'absent' ? [] : 'all';
  return {
    type: 'coverage',
    coverage: { kind, status, apiVersion: apiVersionOf(kind), namespaces, reason: '', since: 0 },
  };
}

/** What a journal says about roles at a second of its time. */
function saidAt(part: JournalPart, second: number): string {
  const line = new Timeline({ ...part, doubts: [], witnesses: [], notes: [] });
  const time = START + second * 1000;
  const { present, unknown } = line.at(time);
  const verbs = present.map(
    (one) => `${one.object.name} ${'rules' in one.object ? one.object.rules[0]?.verbs.join() : ''}`,
  );
  const open = unknown.map((one) => `${one.name} unknown`);
  const isComplete = line.incompleteAt('Role', 'shop', time) === null;
  return [...verbs, ...open, isComplete ? 'complete' : 'perhaps more'].join('; ');
}

describe('the journal', () => {
  it('tells what was so while it was watched, and no more', async () => {
    const journal = openJournal(folder, START);
    const at = (second: number): number => START + second * 1000;
    journal.apply([upsert('a', ['get']), coverage('Role', 'live')], at(1));
    journal.apply([upsert('a', ['list'])], at(10));
    journal.apply([upsert('b', ['get'])], at(20));
    journal.apply([{ type: 'remove', kind: 'Role', namespace: 'shop', name: 'a' }], at(30));
    journal.flush(at(40));
    journal.apply([coverage('Role', 'stale')], at(41));
    journal.close(at(60));
    const part = await readJournal([await textIn(folder)], 'journal');
    expect(Object.fromEntries([5, 9, 15, 25, 35, 50].map((second) => [second, saidAt(part, second)]))).toEqual({
      5: 'a get; complete',
      // A watch tells of a change a moment after it happened.
      9: 'a unknown; complete',
      15: 'a list; complete',
      25: 'a list; b get; complete',
      35: 'b get; complete',
      50: 'b unknown; perhaps more',
    });
  });

  it('tells of policies that the server does not serve while NetworkPolicies are watched, until it names one', async () => {
    const journal = openJournal(folder, START);
    const at = (second: number): number => START + second * 1000;
    journal.apply([coverage('CiliumNetworkPolicy', 'absent'), coverage('CalicoNetworkPolicy', 'absent')], at(1));
    journal.apply([coverage('NetworkPolicy', 'live')], at(3));
    for (let second = 4; second <= 25; second += 1) journal.flush(at(second));
    const policy = object('CiliumNetworkPolicy', { metadata: { name: 'a', namespace: 'shop' }, spec: {} });
    journal.apply([{ type: 'upsert', object: policy }, coverage('CiliumNetworkPolicy', 'live')], at(25));
    for (let second = 26; second < 40; second += 1) journal.flush(at(second));
    journal.close(at(40));
    const line = new Timeline({
      ...(await readJournal([await textIn(folder)], 'x')),
      doubts: [],
      witnesses: [],
      notes: [],
    });
    const isKnown = (kind: 'CiliumNetworkPolicy' | 'CalicoNetworkPolicy', second: number): boolean =>
      line.incompleteAt(kind, 'shop', at(second)) === null;
    expect([2, 10, 30, 39].map((second) => isKnown('CalicoNetworkPolicy', second))).toEqual([false, true, true, false]);
    // When the first one came was not watched: what the server serves is looked for every few minutes.
    expect([10, 30].map((second) => isKnown('CiliumNetworkPolicy', second))).toEqual([false, true]);
  });

  it('keeps when RBAC objects were last written, which tells of the time before', async () => {
    const journal = openJournal(folder, START);
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
    const written = { manager: 'kubectl', operation: 'Update', time: '2026-10-01T00:00:00Z' };
    const own = { name: 'a', namespace: 'shop', uid: 'a', creationTimestamp: '2026-10-01T00:00:00Z' };
    const role = object('Role', { metadata: { ...own, managedFields: [written] }, rules });
    journal.apply([{ type: 'upsert', object: role }, coverage('Role', 'live')], START);
    journal.close(START);
    const part = await readJournal([await textIn(folder)], 'journal');
    expect(saidAt(part, -3600)).toBe('a get; perhaps more');
  });

  it('writes no status, no annotation and nothing of values', async () => {
    const journal = openJournal(folder, START);
    const env = [{ name: 'PASSWORD', value: 'hunter2hunter2' }];
    const spec = { containers: [{ name: 'main', image: 'x', env, args: ['--password=hunter2hunter2'] }] };
    const running = pod('db', { spec });
    journal.apply([{ type: 'upsert', object: running }], START);
    journal.apply([{ type: 'upsert', object: { ...running, phase: 'Failed', podIPs: [] } }], START);
    journal.apply(
      [{ type: 'upsert', object: object('Secret', { metadata: { name: 's' }, data: { k: 'aHVudGVyMg==' } }) }],
      START,
    );
    journal.close(START);
    const text = await textIn(folder);
    expect(text).not.toMatch(/hunter2|aHVudGVyMg|PASSWORD|Running/);
    expect(text.match(/"up"/g)).toHaveLength(1);
  });

  it('refuses what is no journal, and one of a newer version', async () => {
    await expect(readJournal(['{"a":1,"time":1}\n'], 'x')).rejects.toThrow(JournalError);
    await expect(readJournal(['{"format":"k8sec-journal","version":9,"time":1}\n'], 'x')).rejects.toThrow('format 9');
    expect((await readJournal(['{"format":"k8sec-jo'], 'x')).observations).toEqual([]);
  });

  const HEAD = { format: 'k8sec-journal', version: 1, time: START };
  const text = (lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

  it('is not watched from a damaged line on', async () => {
    const before = [HEAD, { time: START, listed: 'Role', namespaces: 'all' }];
    const after = [{ time: START + 10_000 }];
    expect((await readJournal([text([...before, ...after])], 'x')).windows).toEqual([
      { kind: 'Role', namespaces: 'all', from: START, to: START + 8_000 },
    ]);
    for (const line of [
      'nonsense',
      '7',
      '{"time":1,"up":{"kind":"Role","name":"reader"}}',
      '{"down":"Role/shop/reader"}',
      '{"time":1,"listed":"Nothing","namespaces":"all"}',
      '{"time":1,"listed":"Role"}',
    ]) {
      const damaged = await readJournal([text(before), `${line}\n`, text(after)], 'x');
      expect(damaged).toMatchObject({ windows: [], damaged: 1 });
    }
  });

  it('does not know which objects there are once a line was damaged', async () => {
    const listed = [{ time: START, listed: 'Role', namespaces: 'all' }, { time: START + 10_000 }];
    const part = await readJournal([text([HEAD]), '{"time":1,"up":{"kind":"Ro\n', text(listed)], 'x');
    expect(part).toMatchObject({ listings: [], windows: [], damaged: 1 });
  });

  it('reads a file in pieces, wherever they are cut', async () => {
    const journal = openJournal(folder, START);
    journal.apply([upsert('a', ['get']), coverage('Role', 'live')], START);
    journal.close(START + 9000);
    const whole = await textIn(folder);
    expect(await readJournal(whole, 'x')).toEqual(await readJournal([whole], 'x'));
  });

  it.each([
    ['the machine sleeps', [0, 5], [600, 800], [0, 3, 780, 798]],
    ['the clock is set back', [3600, 3605], [10, 3800], [3785, 3798]],
  ])('does not claim to have watched while %s', async (_, first, then, expected) => {
    const at = (second: number): number => START + second * 1000;
    const journal = openJournal(folder, at(first[0] ?? 0));
    journal.apply([coverage('Role', 'live')], at(first[0] ?? 0));
    for (const [from = 0, to = 0] of [first, then]) {
      for (let second = from; second <= to; second += 1) journal.flush(at(second));
    }
    const { windows } = await readJournal([await textIn(folder)], 'x');
    expect(windows.flatMap(({ from, to }) => [from, to])).toEqual(expected.map(at));
  });

  it('is a file a day, watched without a break, and each of them whole', async () => {
    const late = START + 86_400_000 - 5000;
    const journal = openJournal(folder, late);
    journal.apply([{ type: 'facts', facts: { clusterUID: 'uid' } }, upsert('a', ['get'])], late);
    journal.apply([coverage('CalicoNetworkPolicy', 'absent'), coverage('NetworkPolicy', 'live')], late);
    journal.apply([coverage('Role', 'live')], late);
    for (let second = 1; second <= 10; second += 1) journal.flush(late + second * 1000);
    journal.close(late + 11_000);
    const names = (await readdir(folder)).sort();
    const parts = await Promise.all(
      names.map(async (name) => readJournal([await readFile(join(folder, name), 'utf8')], name)),
    );
    expect(parts.map(({ clusterUID }) => clusterUID)).toEqual(['uid', 'uid']);
    const all = { doubts: [], witnesses: [], notes: [] };
    const line = new Timeline({
      observations: parts.flatMap((one) => one.observations),
      listings: parts.flatMap((one) => one.listings),
      windows: parts.flatMap((one) => one.windows),
      ...all,
    });
    for (let second = 0; second < 9; second += 0.5) {
      expect(line.at(late + second * 1000)).toMatchObject({ present: [{ object: { name: 'a' } }], unknown: [] });
      expect(line.incompleteAt('Role', 'shop', late + second * 1000)).toBeNull();
      expect(line.incompleteAt('CalicoNetworkPolicy', 'shop', late + second * 1000)).toBeNull();
    }
    const second = new Timeline({ ...parts[1], ...all } as PastEvidence);
    expect(second.at(late + 7000).present).toHaveLength(1);
  });

  it('claims nothing of a kind whose watch broke, from when it was last heard of until it goes on', async () => {
    const journal = openJournal(folder, START);
    const at = (second: number): number => START + second * 1000;
    const live = coverage('Role', 'live') as Extract<Change, { type: 'coverage' }>;
    const unseen: Change = { type: 'coverage', coverage: { ...live.coverage, unseenSince: at(5) } };
    journal.apply([live], at(0));
    for (let second = 1; second < 8; second += 1) journal.flush(at(second));
    journal.apply([unseen, upsert('a', ['get'])], at(8));
    journal.flush(at(9));
    journal.apply([live], at(15));
    journal.close(at(24));
    const { windows, observations, listings } = await readJournal([await textIn(folder)], 'x');
    expect(windows).toEqual([
      { kind: 'Role', namespaces: 'all', from: at(0), to: at(3) },
      { kind: 'Role', namespaces: 'all', from: at(15), to: at(22) },
    ]);
    expect(observations).toEqual([]);
    expect(listings.map(({ time, objects }) => [time, objects.length])).toEqual([
      [at(0), 0],
      [at(15), 1],
    ]);
  });

  it('claims no more of a namespace that may not be read any longer', async () => {
    const journal = openJournal(folder, START);
    const at = (second: number): number => START + second * 1000;
    const live = coverage('Role', 'live') as Extract<Change, { type: 'coverage' }>;
    const inNamespaces = (namespaces: readonly string[]): Change => {
      return { type: 'coverage', coverage: { ...live.coverage, namespaces } };
    };
    journal.apply([inNamespaces(['shop', 'web'])], at(0));
    for (let second = 1; second < 10; second += 1) journal.flush(at(second));
    journal.apply([inNamespaces(['shop'])], at(9));
    journal.close(at(18));
    const part = await readJournal([await textIn(folder)], 'x');
    const line = new Timeline({ ...part, doubts: [], witnesses: [], notes: [] });
    const known = (namespace: string): readonly boolean[] =>
      [5, 14].map((second) => line.incompleteAt('Role', namespace, at(second)) === null);
    expect({ shop: known('shop'), web: known('web'), all: known('') }).toEqual({
      shop: [true, true],
      web: [true, false],
      all: [false, false],
    });
  });

  it(`opens again after any of ${KILLS} kills, with all that was flushed`, { timeout: 120_000 }, async () => {
    const child = join(import.meta.dirname, 'journal-child.ts');
    const killed = async (index: number): Promise<number> => {
      const own = join(folder, String(index));
      const running = spawn(process.execPath, [child, own], { stdio: ['ignore', 'pipe', 'inherit'] });
      let flushed = 0;
      let told = 0;
      // Killed at another point of its work each time: between writes, within one, within a flush.
      const after = 1 + (index % 10);
      await new Promise<void>((resolve) => {
        running.stdout.on('data', (chunk: Buffer) => {
          told += 1;
          flushed = Number(chunk.toString().trimEnd().split('\n').at(-1)) || flushed;
          if (told === after) setTimeout(() => running.kill('SIGKILL'), (index * 7) % 11);
        });
        running.on('close', () => resolve());
      });
      const text = await textIn(own);
      const part = await readJournal([text], own);
      expect(part.damaged).toBe(0);
      return (text.slice(0, text.lastIndexOf('\n') + 1).match(/"up"/g)?.length ?? 0) - flushed;
    };
    const lost: number[] = [];
    for (let from = 0; from < KILLS; from += TOGETHER) {
      lost.push(...(await Promise.all(Array.from({ length: TOGETHER }, (_, at) => killed(from + at)))));
    }
    expect(lost).toHaveLength(KILLS);
    expect(Math.min(...lost)).toBeGreaterThanOrEqual(0);
  });
});
