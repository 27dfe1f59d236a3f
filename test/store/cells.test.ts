import { beforeEach, describe, expect, it } from 'vitest';
import { textOf } from '../../src/store/cell.ts';
import { CellGraph } from '../../src/store/cells.ts';

const same = Object.is;
const NEVER = (): boolean => false;

function dependents(graph: CellGraph<undefined>, buckets: ReadonlySet<string>): readonly string[] {
  return [...graph.dependents(buckets)].map(textOf).sort();
}

function counted() {
  const graph = new CellGraph(undefined);
  const inputs = new Map<string, number>();
  const runs: string[] = [];
  const input = (name: string): number => {
    graph.record(name);
    return inputs.get(name) ?? 0;
  };
  const cell = (key: string, compute: () => number): number =>
    graph.read(
      key,
      '',
      () => {
        runs.push(key);
        return compute();
      },
      same,
    );
  const set = (name: string, value: number): void => {
    inputs.set(name, value);
    graph.touch([name]);
  };
  return { graph, input, cell, set, runs };
}

/** Numbers by name, and the computations over them. */
class Numbers {
  readonly graph: CellGraph<Numbers>;
  readonly #numbers: Readonly<Record<string, number>>;
  /** The names of the cells that were computed, on overlays too. */
  readonly #runs: string[];

  constructor(
    numbers: Readonly<Record<string, number>>,
    runs: string[],
    graph: (own: Numbers) => CellGraph<Numbers> = (own) => new CellGraph(own),
  ) {
    this.#numbers = numbers;
    this.#runs = runs;
    this.graph = graph(this);
  }

  with(change: Readonly<Record<string, number>>): Numbers {
    const touched = new Set(Object.keys(change).map((name) => `input/${name}`));
    return new Numbers({ ...this.#numbers, ...change }, this.#runs, (own) => this.graph.overlay(own, touched));
  }

  sum(): number {
    return this.graph.read('sum', '', (inner) => inner.#number('a') + inner.#number('b'), same);
  }

  #number(name: string): number {
    return this.graph.read(
      'number',
      name,
      (inner) => {
        inner.#runs.push(name);
        inner.graph.record(`input/${name}`);
        return inner.#numbers[name] ?? 0;
      },
      same,
    );
  }
}

describe('an overlay', () => {
  const runs: string[] = [];
  const numbers = { a: 1, b: 2 };

  beforeEach(() => {
    runs.length = 0;
  });

  it('computes again only what hangs on the difference', () => {
    const base = new Numbers(numbers, runs);
    expect(base.sum()).toBe(3);
    expect(base.with({ b: 20 }).sum()).toBe(21);
    expect(runs).toEqual(['a', 'b', 'b']);
  });

  it('sees what its base came to know only after it was made', () => {
    const base = new Numbers(numbers, runs);
    const after = base.with({ b: 20 });
    expect(base.sum()).toBe(3);
    expect(after.sum()).toBe(21);
    expect(runs).toEqual(['a', 'b', 'b']);
  });

  it('takes nothing from a graph that does not record what was read, such as that of an overlay', () => {
    const once = new Numbers(numbers, runs, (own) => new CellGraph(own, false));
    expect(once.sum()).toBe(3);
    expect(once.with({ b: 20 }).sum()).toBe(21);
    const after = new Numbers(numbers, runs).with({ b: 20 });
    expect(after.sum()).toBe(21);
    expect(after.with({ a: 5 }).sum()).toBe(25);
  });
});

describe('a graph of one pass', () => {
  it('computes a value once, nothing among them', () => {
    const graph = new CellGraph(undefined, false);
    const runs: string[] = [];
    const nothing = (id: string): undefined =>
      graph.read('nothing', id, (_context, _previous, of, name) => void runs.push(`${name} ${of}`), same);
    expect([nothing('a'), nothing('a'), nothing('b')]).toEqual([undefined, undefined, undefined]);
    expect(runs).toEqual(['nothing a', 'nothing b']);
  });

  it('refuses a computation that reads itself, and computes anew what threw', () => {
    const graph = new CellGraph(undefined, false);
    const loop = (): number => graph.read('loop', 'a', () => loop(), same);
    expect(loop).toThrow('The computation loop/a reads itself.');
    expect(graph.read('loop', 'a', () => 1, same)).toBe(1);
  });

  it('asks once what a computation asks twice, and again in another', () => {
    const graph = new CellGraph(undefined, false);
    let asked = 0;
    const question = (): number => graph.once('question', () => (asked += 1));
    const outer = graph.read(
      'outer',
      '',
      () => [question(), graph.read('inner', '', () => [question(), question()], same), question()],
      same,
    );
    expect(outer).toEqual([1, [2, 2], 1]);
  });
});

describe('CellGraph', () => {
  it('computes once and again only when something that was read changes', () => {
    const { input, cell, set, runs } = counted();
    const read = (): number => cell('sum', () => input('a') + input('b'));
    expect(read()).toBe(0);
    expect(read()).toBe(0);
    set('c', 1);
    expect(read()).toBe(0);
    expect(runs).toEqual(['sum']);
    set('b', 2);
    expect(read()).toBe(2);
    expect(runs).toEqual(['sum', 'sum']);
  });

  it('stops where a value comes out equal again', () => {
    const { graph, input, cell, set, runs } = counted();
    const parity = (): number => cell('parity', () => input('a') % 2);
    cell('label', () => parity() + 10);
    set('a', 2);
    const changed: string[] = [];
    expect(graph.settle(({ name }) => changed.push(name), NEVER)).toBe(true);
    expect(runs).toEqual(['label', 'parity', 'parity']);
    expect(changed).toEqual([]);
    set('a', 3);
    graph.settle(({ name }) => changed.push(name), NEVER);
    expect(changed.sort()).toEqual(['label', 'parity']);
  });

  it('computes what one computation asks for again and again once for it, and it counts as the reader', () => {
    const { graph, input, cell, set, runs } = counted();
    const shared = (): number =>
      graph.once('shared', () => {
        runs.push('shared');
        return input('a');
      });
    const read = (key: string): number => cell(key, () => shared() + shared());
    expect([read('one'), read('two')]).toEqual([0, 0]);
    expect(runs).toEqual(['one', 'shared', 'two', 'shared']);
    set('a', 2);
    expect([read('one'), read('two')]).toEqual([4, 4]);
    expect(shared()).toBe(2);
  });

  it('runs a computation once more under whose hands something changed that it had read', () => {
    const { graph, input, cell, set } = counted();
    const source = (): number => cell('source', () => input('a'));
    const derived = (): number => cell('derived', () => source() * 10);
    expect(derived()).toBe(0);
    set('a', 1);
    // Only what reads `a` itself is known to be stale so far: `derived` is once `source` has come out different.
    const summed = (): number => cell('summed', () => derived() + source() + derived());
    summed();
    expect(graph.settle(() => undefined, NEVER)).toBe(true);
    expect(summed()).toBe(21);
  });

  it('runs what nobody reads last, and so once, however long the ways are by which a change comes to it', () => {
    const { graph, input, cell, set, runs } = counted();
    const near = (): number => cell('near', () => input('a'));
    const far = (): number => cell('far', () => cell('between', () => cell('first', () => input('a'))));
    expect(cell('end', () => near() + far())).toBe(0);
    runs.length = 0;
    set('a', 1);
    expect(graph.settle(() => undefined, NEVER)).toBe(true);
    expect(runs).toEqual(['near', 'first', 'between', 'far', 'end']);
    expect(cell('end', () => 0)).toBe(2);
  });

  it('looks at the parts of a value that changed, and runs only those that came out different', () => {
    const { graph, input, cell, set, runs } = counted();
    const whole = (): readonly number[] =>
      graph.read(
        'whole',
        '',
        () => [input('a'), input('b')],
        (x, y) => x.every((item, index) => item === y[index]),
      );
    const part = (at: number): number =>
      graph.read(
        'part',
        `${at}`,
        () => {
          runs.push(`part-${at}`);
          return whole()[at] ?? 0;
        },
        same,
        { pick: (value) => (value as readonly number[])[at] ?? 0 },
      );
    cell('first', () => part(0));
    cell('second', () => part(1));
    runs.length = 0;
    set('b', 2);
    const changed: string[] = [];
    graph.settle((one) => changed.push(textOf(one)), NEVER);
    expect(runs).toEqual(['part-1', 'second']);
    expect(changed).toEqual(['whole', 'part/1', 'second']);
    expect(dependents(graph, new Set(['b']))).toEqual(['first', 'part/0', 'part/1', 'second', 'whole']);
  });

  it('runs what read one of many buckets when that is touched by its name, wherever a slash stands in it', () => {
    const { graph, cell, runs } = counted();
    const reader = (group: string, id: string): number =>
      cell(`${group}: ${id}`, () => {
        graph.recordIn(group, id);
        return 0;
      });
    for (const id of ['web', 'api', 'b/c']) reader('Pod/shop', id);
    reader('Pod/shop/b', 'c');
    runs.length = 0;
    graph.touch(['Pod/shop/web', 'Pod/shop']);
    graph.settle(() => undefined, NEVER);
    expect(runs).toEqual(['Pod/shop: web']);
    expect(dependents(graph, new Set(['Pod/shop/b/c']))).toEqual(['Pod/shop/b: c', 'Pod/shop: b/c']);
    for (const id of ['web', 'api', 'b/c']) graph.drop(`Pod/shop: ${id}`, '');
    reader('Pod/shop', 'web');
    runs.length = 0;
    graph.touch(['Pod/shop/web', 'Pod/shop/api']);
    graph.settle(() => undefined, NEVER);
    expect(runs).toEqual(['Pod/shop: web']);
  });

  it('forgets what a cell no longer reads', () => {
    const { graph, input, cell, set, runs } = counted();
    cell('choice', () => (input('which') === 0 ? input('left') : input('right')));
    set('which', 1);
    graph.settle(() => undefined, NEVER);
    runs.length = 0;
    set('left', 9);
    graph.settle(() => undefined, NEVER);
    expect(runs).toEqual([]);
    set('right', 9);
    graph.settle(() => undefined, NEVER);
    expect(runs).toEqual(['choice']);
    // What it reads now as it did before.
    set('which', 0);
    graph.settle(() => undefined, NEVER);
    expect(runs).toEqual(['choice', 'choice']);
  });

  it('knows who reads a bucket that its only reader leaves while another begins to read it', () => {
    const { graph, input, cell, set, runs } = counted();
    const inner = (): number => cell('inner', () => (input('on') === 0 ? input('a') : 0));
    expect(inner()).toBe(0);
    set('on', 1);
    cell('outer', () => input('a') + inner());
    runs.length = 0;
    set('a', 5);
    graph.settle(() => undefined, NEVER);
    expect(runs).toEqual(['outer']);
    expect(cell('outer', () => 0)).toBe(5);
  });

  it('runs the readers of a cell that was dropped, and knows the new one of its name', () => {
    const { graph, input, cell, set, runs } = counted();
    const inner = (): number => cell('inner', () => input('a'));
    cell('outer', inner);
    graph.drop('inner', '');
    runs.length = 0;
    graph.settle(() => undefined, NEVER);
    expect(runs).toEqual(['outer', 'inner']);
    set('a', 3);
    graph.settle(() => undefined, NEVER);
    expect(cell('outer', () => 0)).toBe(3);
  });

  it('forgets a dirty cell that nothing reads and nobody keeps', () => {
    const { graph, input, cell, set, runs } = counted();
    const inner = (): number => cell('inner', () => input('a'));
    cell('kept', inner);
    cell('asked-once', () => input('a'));
    runs.length = 0;
    set('a', 1);
    graph.settle(
      () => undefined,
      NEVER,
      ({ name }) => name === 'kept',
    );
    expect(runs.sort()).toEqual(['inner', 'kept']);
    expect(dependents(graph, new Set(['a']))).toEqual(['inner', 'kept']);
  });

  it('names everything that hangs on a bucket, through other cells too', () => {
    const { graph, input, cell } = counted();
    const inner = (): number => cell('inner', () => input('a'));
    cell('outer', inner);
    cell('other', () => input('b'));
    expect(dependents(graph, new Set(['a']))).toEqual(['inner', 'outer']);
  });

  it('refuses a computation that reads itself', () => {
    const { cell } = counted();
    const loop = (): number => cell('loop', () => loop());
    expect(loop).toThrow('reads itself');
  });

  it('stays dirty where a computation throws, and works once it no longer does', () => {
    const { input, cell, set } = counted();
    const read = (): number =>
      cell('fragile', () => {
        if (input('a') === 1) throw new Error('broken');
        return input('a');
      });
    expect(read()).toBe(0);
    set('a', 1);
    expect(read).toThrow('broken');
    set('a', 2);
    expect(read()).toBe(2);
  });
});
