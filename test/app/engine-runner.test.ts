import { describe, expect, test } from 'vitest';
import { EngineRunner } from '../../src/app/engine-runner.ts';
import type { AnalysedWorkload } from '../../src/analyses/workload/workloads.ts';
import type { Change } from '../../src/model/change.ts';
import { rule } from '../../src/rules/rule.ts';
import { pod } from '../objects.ts';
import { quiet, TestClock } from './test-clock.ts';

const upsert = (name: string): Change => ({ type: 'upsert', object: pod(name) });

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
    await clock.pass(599);
    expect(judged.length).toBe(3);
    await clock.pass(1);
    expect(judged.length).toBe(7);
    await push('h');
    await clock.pass(1999);
    expect(judged.length).toBe(7);
    await clock.pass(1);
    expect(judged.length).toBe(8);
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
