import { expect, test } from 'vitest';
import { PaneEvaluation } from '../../src/app/pane-evaluation.ts';
import { WHOLE_CLUSTER } from '../../src/app/session-scope.ts';
import { SYSTEM_CLOCK, type SessionClock } from '../../src/app/session-source.ts';
import { SLICE } from '../../src/app/turns.ts';
import type { Pane, Row } from '../../src/panes/pane.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { row } from './fake-model.ts';

test('rows that are the same stay the same list, so that nobody looks at them again', async () => {
  let rows: readonly Row[] = [row('shop', 'cart', 'high'), row('shop', 'web', 'low')];
  const pane = paneOf(() => [...rows]);
  const evaluation = new PaneEvaluation([pane], SYSTEM_CLOCK);
  const view = new StoreView(new ClusterStore(), 0);
  const evaluate = async (version: number): Promise<readonly Row[] | undefined> => {
    const judged = { findings: new Map(), scope: WHOLE_CLUSTER, pending: new Map(), version, rowsBeside: () => [] };
    await evaluation.run(view, judged, 'network');
    return evaluation.snapshots()[0]?.rows;
  };
  const first = await evaluate(1);
  expect(await evaluate(2)).toBe(first);
  rows = [...rows.slice(0, 1), row('shop', 'web', 'high')];
  const changed = await evaluate(3);
  expect(changed).not.toBe(first);
  expect(changed).toEqual(rows);
});

test('a table that takes long is made in slices, and what others do meanwhile is none of its cost', async () => {
  let now = 0;
  const turns: number[] = [];
  const clock: SessionClock = {
    now: () => now,
    spent: () => now,
    after: () => () => undefined,
    soon: (run) => {
      turns.push(now);
      now += 1000;
      setImmediate(run);
    },
  };
  const pane: Pane = {
    ...paneOf(function* () {
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        now += SLICE / 2;
        yield row('shop', name, 'high');
      }
    }),
    summary: (_view, _findings, rows) => {
      now += 1;
      return { subjects: rows.length, failing: 0, headline: '', aside: '', share: null, activity: null };
    },
  };
  const evaluation = new PaneEvaluation([pane], clock);
  const judged = { findings: new Map(), scope: WHOLE_CLUSTER, pending: new Map(), version: 1, rowsBeside: () => [] };
  const { cost } = await evaluation.run(new StoreView(new ClusterStore(), 0), judged, null);
  // Two rows a slice, then the rest of them, then the summary.
  expect(turns).toEqual([SLICE, 2 * SLICE + 1000, 2.5 * SLICE + 2000, 2.5 * SLICE + 3001]);
  expect(cost).toBe(2.5 * SLICE + 1);
  expect(evaluation.snapshots()[0]?.summary.subjects).toBe(5);
});

test('a pane in the background is made again when the clock was set back', async () => {
  let now = 3_600_000;
  let made = 0;
  const pane = paneOf(() => {
    made += 1;
    return [];
  });
  const evaluation = new PaneEvaluation([pane], { ...SYSTEM_CLOCK, now: () => now });
  const evaluate = async (version: number): Promise<number> => {
    const judged = { findings: new Map(), scope: WHOLE_CLUSTER, pending: new Map(), version, rowsBeside: () => [] };
    await evaluation.run(new StoreView(new ClusterStore(), 0), judged, 'rbac');
    return made;
  };
  expect(await evaluate(1)).toBe(1);
  now += 1000;
  expect(await evaluate(2)).toBe(1);
  now = 0;
  expect(await evaluate(3)).toBe(2);
});

/** A pane that says nothing of its rows. */
function paneOf(rows: Pane['rows']): Pane {
  return {
    name: 'network',
    title: 'Network',
    about: '',
    unit: 'workloads',
    columns: [],
    rows,
    summary: () => ({ subjects: 0, failing: 0, headline: '', aside: '', share: null, activity: null }),
  };
}
