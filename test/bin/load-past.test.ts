import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseArguments } from '../../bin/arguments.ts';
import { FLAGS } from '../../bin/flags.ts';
import { loadPast } from '../../bin/load-past.ts';
import { settingsOf } from '../../bin/settings.ts';
import { processWorld } from '../../bin/world.ts';
import type { Change } from '../../src/model/change.ts';
import type { Past } from '../../src/model/past.ts';
import { openJournal } from '../../src/sources/journal/journal-writer.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { pod } from '../objects.ts';

const NOW = Date.parse('2026-11-01T00:00:00Z');

it('answers in a session from its journal and what it shows, without reading the cluster again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'k8sec-past-'));
  try {
    const coverage = { apiVersion: 'v1', status: 'live', namespaces: 'all', reason: '', since: NOW } as const;
    const changes: readonly Change[] = [
      { type: 'upsert', object: pod('db', {}) },
      { type: 'coverage', coverage: { kind: 'Pod', ...coverage } },
    ];
    const journal = openJournal(folder, NOW - 10_000);
    journal.apply(changes, NOW - 10_000);
    journal.close(NOW);
    const store = new ClusterStore();
    store.apply(changes);
    const { options } = parseArguments(['--journal', folder], FLAGS);
    const world = { ...processWorld(), env: {}, now: () => NOW, readFile: (path: string) => readFile(path, 'utf8') };
    const range = { from: NOW, to: NOW };
    const past = await loadPast(world, settingsOf(options, NOW), range, new StoreView(store, NOW, false));
    expect(past.sources.map((one) => one.type)).toEqual(['cluster', 'journal']);
    expect(
      past.evidence.listings.map(({ time, basis, objects }) => [time, basis, objects.map((one) => one.name)]),
    ).toEqual([
      [NOW, 'live', ['db']],
      [NOW - 10_000, 'journal', ['db']],
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Journals of some clusters in one folder, each with its number of the cluster. */
async function withJournals(uids: readonly (string | null)[], use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'k8sec-past-'));
  try {
    for (const [index, clusterUID] of uids.entries()) {
      const at = NOW - 100_000 + index * 10_000;
      const journal = openJournal(folder, at);
      if (clusterUID !== null) journal.apply([{ type: 'facts', facts: { clusterUID } }], at);
      journal.apply([{ type: 'upsert', object: pod(`of-${clusterUID}`, {}) }, LIVE], at);
      journal.close(at + 5000);
    }
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const LIVE: Change = {
  type: 'coverage',
  coverage: { kind: 'Pod', apiVersion: 'v1', status: 'live', namespaces: 'all', reason: '', since: NOW },
};

async function pastOf(folder: string, clusterUID: string | null): Promise<Past> {
  const { options } = parseArguments(['--journal', folder], FLAGS);
  const world = { ...processWorld(), env: {}, now: () => NOW };
  const store = new ClusterStore();
  if (clusterUID !== null) store.apply([{ type: 'facts', facts: { clusterUID } }]);
  return loadPast(world, settingsOf(options, NOW), { from: NOW, to: NOW }, new StoreView(store, NOW, false));
}

it('leaves out the journals of another cluster than the one that is meant, and says so', () =>
  withJournals(['a', 'b', null], async (folder) => {
    const { evidence } = await pastOf(folder, 'b');
    const named = evidence.listings.flatMap(({ objects }) => objects.map((one) => one.name));
    expect(named).toEqual(['of-b', 'of-null']);
    expect(evidence.notes).toEqual([
      expect.stringMatching(/^\/.*does not say which cluster it is of: it is taken for the same one$/),
      expect.stringMatching(/: of another cluster, and left out: journal-/),
    ]);
  }));

it('asks which cluster is meant where journals are of several', () =>
  withJournals(['a', 'b'], async (folder) => {
    await expect(pastOf(folder, null)).rejects.toThrow(/holds journals of several clusters .* by --context, or/);
  }));
