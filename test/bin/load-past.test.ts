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
    expect(past.sources.map((one) => one.type)).toEqual(['journal', 'cluster']);
    expect(
      past.evidence.listings.map(({ time, basis, objects }) => [time, basis, objects.map((one) => one.name)]),
    ).toEqual([
      [NOW - 10_000, 'journal', ['db']],
      [NOW, 'live', ['db']],
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
