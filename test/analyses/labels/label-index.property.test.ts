import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelIndex } from '../../../src/analyses/labels/label-index.ts';
import { nearestInCluster } from '../../../src/analyses/labels/nearest-in-cluster.ts';
import { selectables, selected, type Selectable } from '../../../src/analyses/labels/selectable.ts';
import { editDistance } from '../../../src/kube/nearest-name.ts';
import { matches } from '../../../src/kube/selector.ts';
import { SimilarWords } from '../../../src/kube/similar-words.ts';
import type { Change } from '../../../src/model/change.ts';
import type { Labels, LabelSelector } from '../../../src/model/selector.ts';
import { LongList } from '../../../src/store/long-list.ts';
import type { StoreView } from '../../../src/store/store-view.ts';
import { objectsOf, pod } from '../network/cluster.ts';
import { viewOf } from './clusters.ts';
import { naiveNearest } from './naive-nearest.ts';

const NAMESPACES = ['shop', 'data', 'edge'] as const;
const key = fc.constantFrom(
  'app',
  'ap',
  'App',
  'app.kubernetes.io/name',
  'tier',
  'teir',
  'env',
  'component',
  'compnoent',
  'constructor',
);
const value = fc.constantFrom('frontend', 'frotnend', 'Frontend', 'cart', 'cert', 'web-1', 'web-2', 'x', 'prod', '');
const labels = fc.dictionary(key, value, { maxKeys: 4 });
const selector: fc.Arbitrary<LabelSelector> = fc.record(
  {
    matchLabels: fc.dictionary(key, value, { maxKeys: 3 }),
    matchExpressions: fc.array(
      fc.oneof(
        fc.record({ key, operator: fc.constant('In'), values: fc.array(value, { minLength: 1, maxLength: 2 }) }),
        fc.record({ key, operator: fc.constant('NotIn'), values: fc.array(value, { minLength: 1, maxLength: 2 }) }),
        fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);
interface Placed {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
}

const placed: fc.Arbitrary<Placed> = fc.record({
  namespace: fc.constantFrom(...NAMESPACES),
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  labels,
});
const step = fc.record({ put: placed, isGone: fc.boolean() });

function changesOf({ put, isGone }: { readonly put: Placed; readonly isGone: boolean }): readonly Change[] {
  if (isGone) return [{ type: 'remove', kind: 'Pod', namespace: put.namespace, name: put.name }];
  return objectsOf(pod(put.namespace, put.name, put.labels)).map((object) => ({ type: 'upsert', object }));
}

function everything(view: StoreView): readonly Selectable[] {
  return NAMESPACES.flatMap((name) => [...selectables(view, name)]);
}

/** What is asked of a view, so that every answer stands while the cluster changes. */
function answers(view: StoreView, asked: readonly LabelSelector[]): readonly unknown[] {
  return asked.map((one) =>
    view.derive('answer', JSON.stringify(one), (inner) => ({
      selected: selected(inner, one, 'shop')
        .map(({ owner }) => owner)
        .sort(),
      near: selected(inner, one, 'shop').length > 0 ? null : (nearestInCluster(inner, one, 'shop') ?? null),
    })),
  );
}

function naiveAnswers(all: readonly Selectable[], asked: readonly LabelSelector[]): readonly unknown[] {
  return asked.map((one) => {
    const here = all.filter(({ namespace, labels: own }) => namespace === 'shop' && matches(one, own));
    return {
      selected: here.map(({ owner }) => owner).sort(),
      near: here.length > 0 ? null : (naiveNearest(one, 'shop', all) ?? null),
    };
  });
}

describe('the label index', () => {
  it('answers as going through everything does, after any changes', () => {
    fc.assert(
      fc.property(
        fc.array(placed, { maxLength: 12 }),
        fc.array(step, { maxLength: 8 }),
        fc.array(selector, { minLength: 1, maxLength: 5 }),
        (first, steps, asked) => {
          const view = viewOf(...first.map((one) => pod(one.namespace, one.name, one.labels)));
          expect(answers(view, asked)).toEqual(naiveAnswers(everything(view), asked));
          for (const one of steps) {
            view.apply(changesOf(one));
            view.graph.settle(
              () => undefined,
              () => false,
            );
            expect(answers(view, asked)).toEqual(naiveAnswers(everything(view), asked));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is the same however it came about, and leaves earlier states as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.array(labels, { maxLength: 80 }), { minLength: 2, maxLength: 4 }), (states) => {
        const pool = new Map<string, { readonly labels: Labels }>();
        const lists = states.map((state) =>
          state.map((own) => {
            const text = JSON.stringify(own);
            const there = pool.get(text) ?? { labels: own };
            pool.set(text, there);
            return there;
          }),
        );
        const seen: {
          readonly index: LabelIndex<Labelled>;
          readonly list: readonly Labelled[];
          readonly text: string;
        }[] = [];
        for (const list of lists.map((one) => [...new Set(one)])) {
          const index = LabelIndex.of(listsOf(list), seen.at(-1)?.index);
          expect(contents(index, list)).toEqual(contents(LabelIndex.of(listsOf(list)), list));
          seen.push({ index, list, text: JSON.stringify(contents(index, list)) });
        }
        for (const { index, list, text } of seen) expect(JSON.stringify(contents(index, list))).toBe(text);
      }),
    );
  });
});

interface Labelled {
  readonly labels: Labels;
}

/** In lists of one to three, as workloads have pods. */
function listsOf(list: readonly Labelled[]): LongList<readonly Labelled[]> {
  const lists: (readonly Labelled[])[] = [];
  for (let at = 0; at < list.length; at += 1 + (at % 3)) lists.push(list.slice(at, at + 1 + (at % 3)));
  return LongList.of(lists);
}

function contents(index: LabelIndex<Labelled>, list: readonly Labelled[]): unknown {
  const keys = [...index.keys()].sort();
  const values = new Set(list.flatMap((one) => Object.values(one.labels)));
  return keys.map((one) => [
    one,
    [...values]
      .filter((word) => index.values(one).has(word))
      .sort()
      .map((word) => [word, [...index.carrying(one, word)].map((item) => JSON.stringify(item.labels)).sort()]),
  ]);
}

describe('SimilarWords', () => {
  const word = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '2', '-'), maxLength: 9 }),
    fc.constantFrom('frontend', 'frotnend', 'frontent', 'front-end', 'shard-1', 'shard-2', 'shrad-1'),
  );

  it('finds what comparing with each word finds', () => {
    fc.assert(
      fc.property(fc.uniqueArray(word, { maxLength: 30 }), word, (words, asked) => {
        const similar = new SimilarWords(() => words);
        const found = new Map(similar.slipsOf(asked).map((one) => [one.word, one.distance]));
        const wanted = words.flatMap((one): [string, number][] => {
          const length = Math.min(one.length, asked.length);
          const limit = length >= 6 ? 2 : length >= 3 ? 1 : 0;
          const distance = editDistance(one, asked);
          const isNumberOnly = one.replaceAll(/\d/g, '') === asked.replaceAll(/\d/g, '');
          return distance <= limit && !isNumberOnly ? [[one, distance]] : [];
        });
        expect(found).toEqual(new Map(wanted));
        expect(similar.sameButCase(asked.toUpperCase())).toEqual(
          words.filter((one) => one.toUpperCase() === asked.toUpperCase() && one !== asked.toUpperCase()),
        );
      }),
      { numRuns: 1000 },
    );
  });
});
