/** Applying all label remedies of a cluster changes what no selector matches, and clears the findings. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { referrersTo } from '../../../src/analyses/labels/label-referrers.ts';
import { selects } from '../../../src/analyses/labels/pod-selector.ts';
import { matches } from '../../../src/kube/selector.ts';
import type { Change } from '../../../src/model/change.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { LabelConvention } from '../../../src/model/label-convention.ts';
import { kindOf } from '../../../src/model/kind.ts';
import { labelObject } from '../../../src/remedy/labels/label-object.ts';
import { labelTemplate } from '../../../src/remedy/labels/label-template.ts';
import { setRequiredLabelOnPods } from '../../../src/remedy/labels/set-required-label.ts';
import { labelWorkload } from '../../../src/remedy/labels/label-workload.ts';
import type { RemedyDraft } from '../../../src/remedy/remedy.ts';
import { labelNotOnTemplate } from '../../../src/rules/labels/label-not-on-template.ts';
import { REQUIRED_LABEL } from '../../../src/rules/labels/required-label.ts';
import { MISSING_RECOMMENDED } from '../../../src/rules/labels/missing-recommended.ts';
import { MISSPELT_LABEL } from '../../../src/rules/labels/misspelt-label.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { StoreView } from '../../../src/store/store-view.ts';
import { coverage } from '../../analyses/network/cluster.ts';
import { labelledCluster } from './generated-labels.ts';

const RULES = [...MISSPELT_LABEL, labelNotOnTemplate, ...MISSING_RECOMMENDED, ...REQUIRED_LABEL];

/** Nothing is required. */
const FREE: LabelConvention = { required: [], owner: null, include: [] };
const AGREED: LabelConvention = {
  required: [
    { key: 'tier', values: ['backend'], namespaces: [], kinds: [] },
    { key: 'app', values: [], namespaces: ['shop'], kinds: ['Deployment', 'CronJob'] },
  ],
  owner: null,
  include: [],
};

function engineOn(objects: readonly Readonly<Record<string, unknown>>[], labels = FREE): Engine {
  const slimmer = createSlimmer();
  const engine = new Engine(new StoreView(new ClusterStore(), 0), RULES);
  engine.apply([
    ...coverage(),
    { type: 'facts', facts: { source: 'cluster', complete: true, labels } },
    ...objects.flatMap((raw): Change[] => {
      const kind = kindOf(String(raw['apiVersion']), String(raw['kind']));
      return kind === undefined ? [] : [{ type: 'upsert', object: slimmer.slim(raw, kind) }];
    }),
  ]);
  engine.settle();
  return engine;
}

/** Which pods and templates each selector matches, and which Services each monitor. */
function matchSets(engine: Engine): readonly string[] {
  const { view } = engine;
  const scraped = view.list('ServiceMonitor').map((monitor) => {
    const services = view.list('Service').filter(({ labels }) => matches(monitor.selector, labels));
    return `ServiceMonitor ${monitor.name}: ${services.map(({ name }) => name).join(' ')}`;
  });
  const selecting = ['shop', 'data'].flatMap((namespace) => {
    const bodies = [
      ...view.list('Pod', namespace).map((pod) => ({ name: `Pod ${pod.name}`, labels: pod.labels })),
      ...(['Deployment', 'StatefulSet', 'CronJob'] as const).flatMap((kind) =>
        view.list(kind, namespace).flatMap((one) => {
          return one.template === null ? [] : [{ name: `${kind} ${one.name}`, labels: one.template.labels }];
        }),
      ),
    ];
    return referrersTo(view, namespace).map(
      ({ by, path, selector }) =>
        `${namespace} ${by.kind} ${by.name} ${path}: ${bodies
          .filter(({ labels }) => selects(selector, labels))
          .map(({ name }) => name)
          .join(' ')}`,
    );
  });
  return [...selecting, ...scraped];
}

function isAround(finding: Finding): boolean {
  return finding.remedies?.includes(labelObject.id) === true;
}

/** Workloads first: what stands around them takes their labels. */
function inOrder(engine: Engine): readonly Finding[] {
  return [...engine.findings.values()].toSorted(
    (a, b) => Number(isAround(a)) - Number(isAround(b)) || (a.rule < b.rule ? 1 : -1),
  );
}

function draftOf(engine: Engine, finding: Finding): RemedyDraft | undefined {
  const built = (isAround(finding) ? labelObject : labelTemplate).build(finding, engine.view);
  return 'refused' in built ? undefined : built;
}

/** Renaming a label may be what makes a selector see the pods: the remedy then says so, and is not for all at once. */
function movesNothing(draft: RemedyDraft): boolean {
  return draft.effects.every((effect) => effect.endsWith('no selector changes what it matches'));
}

describe('label remedies', () => {
  it('change what no selector matches, and clear what can be cleared', () => {
    fc.assert(
      fc.property(labelledCluster, (objects) => {
        const engine = engineOn(objects);
        const before = matchSets(engine);
        const closed = new Set<string>();
        for (const finding of inOrder(engine)) {
          if (!engine.findings.has(finding.id)) continue;
          const draft = draftOf(engine, finding);
          if (draft === undefined || !movesNothing(draft)) continue;
          for (const one of engine.prove(draft.changes).closes) closed.add(one.id);
          engine.apply(draft.changes);
          engine.settle();
        }
        expect(matchSets(engine)).toEqual(before);
        expect([...closed].filter((id) => engine.findings.has(id))).toEqual([]);
        const left = [...engine.findings.values()].flatMap((finding) => draftOf(engine, finding) ?? []);
        expect(left.filter(movesNothing)).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });

  it('leave pods alone where only the workload is labelled', () => {
    fc.assert(
      fc.property(labelledCluster, (objects) => {
        const engine = engineOn(objects);
        const before = matchSets(engine);
        for (const finding of engine.findings.values()) {
          const built = labelWorkload.build(finding, engine.view);
          if ('refused' in built) continue;
          expect(built.changes).toHaveLength(1);
          engine.apply(built.changes);
        }
        engine.settle();
        expect(matchSets(engine)).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });

  it('set what is required, and move no selector by it', () => {
    fc.assert(
      fc.property(labelledCluster, (objects) => {
        const engine = engineOn(objects, AGREED);
        const before = matchSets(engine);
        for (const finding of [...engine.findings.values()].filter(({ rule }) => rule === 'labels/required-label')) {
          const built = setRequiredLabelOnPods.build(finding, engine.view);
          if ('refused' in built) continue;
          engine.apply(built.changes);
          engine.settle();
          expect(engine.findings.has(finding.id)).toBe(false);
        }
        expect(matchSets(engine)).toEqual(before);
      }),
      { numRuns: 80 },
    );
  });

  it('never write what Helm or Argo CD write', () => {
    fc.assert(
      fc.property(labelledCluster, (objects) => {
        const engine = engineOn(objects);
        for (const finding of engine.findings.values()) {
          const draft = draftOf(engine, finding);
          if (draft?.about === undefined) continue;
          expect(JSON.stringify(draft.manifests)).not.toMatch(/app\.kubernetes\.io\/(?:managed-by|instance)/);
        }
      }),
      { numRuns: 50 },
    );
  });
});
