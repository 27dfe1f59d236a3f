import { describe, expect, test } from 'vitest';
import { EngineRunner } from '../../src/app/engine-runner.ts';
import type { AnalysedWorkload } from '../../src/analyses/workload/workloads.ts';
import type { Change } from '../../src/model/change.ts';
import { rule } from '../../src/rules/rule.ts';
import { object, pod } from '../objects.ts';
import { quiet, TestClock } from './test-clock.ts';

const upsert = (name: string): Change => ({ type: 'upsert', object: pod(name) });

const policy = (name: string): Change => ({ type: 'upsert', object: object('NetworkPolicy', { metadata: { name } }) });

function started(): { clock: TestClock; runner: EngineRunner; sizes: number[] } {
  const clock = new TestClock();
  const sizes: number[] = [];
  const runner: EngineRunner = new EngineRunner([], clock, () => sizes.push(runner.engine.view.store.size()));
  return { clock, runner, sizes };
}

describe('the changes of a watch', () => {
  test('are judged at once after quiet, and together when they come soon after each other', async () => {
    const { clock, runner, sizes } = started();
    runner.push([upsert('a')]);
    await quiet();
    expect(sizes).toEqual([1]);
    for (const name of ['b', 'c', 'd']) {
      await clock.pass(50);
      runner.push([upsert(name)]);
    }
    await quiet();
    expect(sizes).toEqual([1]);
    await clock.pass(100);
    expect(sizes).toEqual([1, 4]);
    await clock.pass(1000);
    runner.push([upsert('e')]);
    await quiet();
    expect(sizes).toEqual([1, 4, 5]);
  });

  test('wait a second for company once all was read, unless somebody wrote something', async () => {
    const { clock, runner, sizes } = started();
    runner.follow();
    runner.push([upsert('a')]);
    await quiet();
    expect(sizes).toEqual([1]);
    runner.push([upsert('b')]);
    runner.push([{ type: 'remove', kind: 'Pod', namespace: 'default', name: 'c' }]);
    await clock.pass(999);
    expect(sizes).toEqual([1]);
    await clock.pass(1);
    expect(sizes).toEqual([1, 2]);
    await clock.pass(100);
    runner.push([upsert('d')]);
    runner.push([policy('e')]);
    await clock.pass(149);
    expect(sizes).toEqual([1, 2]);
    await clock.pass(1);
    expect(sizes).toEqual([1, 2, 4]);
    await clock.pass(500);
    runner.push([upsert('f')]);
    runner.push([policy('g'), upsert('h')]);
    await quiet();
    expect(sizes).toEqual([1, 2, 4, 7]);
    await clock.pass(2000);
    expect(sizes).toEqual([1, 2, 4, 7]);
  });

  test('wait ten times as long as the last took to be judged once all was read, and two seconds at most', async () => {
    const clock = new TestClock();
    const judged: string[] = [];
    const slow = rule({
      id: 'labels/slow',
      subject: 'Workload',
      summary: '',
      help: '',
      references: [],
      needs: [],
      check: (workload: AnalysedWorkload) => {
        judged.push(workload.ref.name);
        clock.spend(60);
        return [];
      },
    });
    const runner = new EngineRunner([slow], clock, () => undefined);
    const push = async (...names: string[]): Promise<void> => {
      for (const name of names) runner.push([upsert(name)]);
      await quiet();
    };
    await push('a');
    await push('b');
    await clock.pass(1000);
    expect(judged.length).toBe(2);
    runner.follow();
    await clock.pass(1000);
    await push('c');
    expect(judged.length).toBe(3);
    await push('d', 'e', 'f', 'g');
    await clock.pass(999);
    expect(judged.length).toBe(3);
    await clock.pass(1);
    expect(judged.length).toBe(7);
    await push('h');
    await clock.pass(1999);
    expect(judged.length).toBe(7);
    await clock.pass(1);
    expect(judged.length).toBe(8);
    await push('i', 'j');
    await clock.pass(1000);
    expect(judged.length).toBe(10);
    await push('k');
    await clock.pass(1199);
    expect(judged.length).toBe(10);
    await clock.pass(1);
    expect(judged.length).toBe(11);
    // A tenth of the time would be six hundred; what somebody wrote waits for half a second at most.
    await push('l', 'm', 'n');
    await clock.pass(100);
    runner.push([policy('p')]);
    await clock.pass(399);
    expect(judged.length).toBe(11);
    await clock.pass(1);
    expect(judged.length).toBe(14);
  });

  test('do not hold up a list, and are judged with it', async () => {
    const { clock, runner, sizes } = started();
    runner.push([upsert('a')]);
    await quiet();
    runner.push([upsert('b')]);
    runner.push(Array.from({ length: 100 }, (_, index) => upsert(`list-${index}`)));
    await quiet();
    expect(sizes).toEqual([1, 102]);
    await clock.pass(1000);
    expect(sizes).toEqual([1, 102]);
  });

  test('that tell nothing new are no work', async () => {
    const { clock, runner, sizes } = started();
    runner.push([upsert('a')]);
    await quiet();
    await clock.pass(1000);
    runner.push([upsert('a')]);
    await quiet();
    expect(sizes).toEqual([1]);
    await clock.pass(1000);
    runner.push([upsert('a'), upsert('b')]);
    expect(runner.unsettledSince).toBeNull();
    await quiet();
    expect(sizes).toEqual([1, 2]);
    expect(runner.unsettledSince).toBeNull();
  });

  test('keep the time still as well while they are held', async () => {
    const { clock, runner } = started();
    await quiet();
    const release = runner.hold();
    const before = runner.engine.view.now;
    await clock.pass(60_000);
    runner.tick();
    await quiet();
    expect(runner.engine.view.now).toBe(before);
    release();
    await quiet();
    expect(runner.engine.view.now).toBe(before + 60_000);
  });

  test('wait while the runner is held, and are judged together when it is let go', async () => {
    const { clock, runner, sizes } = started();
    const release = runner.hold();
    runner.push([upsert('a')]);
    await quiet();
    await clock.pass(1000);
    runner.push([upsert('b')]);
    await quiet();
    expect(sizes).toEqual([]);
    release();
    await quiet();
    expect(sizes).toEqual([2]);
    expect(runner.unsettledSince).toBeNull();
    runner.hold()();
    await quiet();
    expect(sizes).toEqual([2]);
  });

  test('are judged before somebody is answered', async () => {
    const { runner, sizes } = started();
    runner.push([upsert('a')]);
    await quiet();
    runner.push([upsert('b')]);
    await runner.settled();
    expect(sizes).toEqual([1, 2]);
  });

  test('are not judged any more once it is stopped', async () => {
    const { clock, runner, sizes } = started();
    runner.push([upsert('a')]);
    await quiet();
    runner.push([upsert('b')]);
    runner.stop();
    await clock.pass(1000);
    expect(sizes).toEqual([1]);
  });
});
