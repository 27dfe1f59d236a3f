/** What tools of this kind get wrong about labels: each with the same cluster in which it is right. */
import { describe, expect, it } from 'vitest';
import { labelCoverage } from '../../../src/analyses/labels/label-coverage.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { refText } from '../../../src/kube/object-ref.ts';
import { RULES } from '../../../src/rules/index.ts';
import { deployment, document, service, viewOf } from './clusters.ts';

function budget(selector: unknown): string {
  return document({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { selector },
  });
}

/** A ReplicaSet that its Deployment keeps for a rollback, with the labels that the pods had then. */
function oldReplicaSet(app: string): string {
  return document({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: 'web-1',
      namespace: 'shop',
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', controller: true }],
    },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app } },
      template: { metadata: { labels: { app } }, spec: { containers: [{ name: 'main', image: 'i:1' }] } },
    },
  });
}

function scaler(name: string): string {
  return document({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, maxReplicas: 3 },
  });
}

const WEB = deployment('shop', 'web', { app: 'web' });
const NAMED = (name: string): string =>
  deployment('shop', 'web', { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': 'web-eu' });
const expression = (operator: string, ...values: readonly string[]): unknown => ({
  matchExpressions: [{ key: 'app', operator, ...(values.length > 0 ? { values } : {}) }],
});

interface Trap {
  readonly trap: string;
  readonly rule: string;
  readonly found: readonly string[];
  readonly at: string;
  readonly twin: readonly string[];
}

const NOTHING = 'labels/selector-matches-nothing';

const TRAPS: readonly Trap[] = [
  {
    trap: 'a selector of expressions only selects what they say, not nothing and not everything',
    rule: NOTHING,
    found: [WEB, budget(expression('In', 'wep'))],
    at: 'PodDisruptionBudget shop/web',
    twin: [WEB, budget(expression('In', 'web', 'wep'))],
  },
  {
    trap: 'NotIn is met where the key is absent, Exists is not',
    rule: NOTHING,
    found: [deployment('shop', 'web', { tier: 'front' }), budget(expression('Exists'))],
    at: 'PodDisruptionBudget shop/web',
    twin: [deployment('shop', 'web', { tier: 'front' }), budget(expression('NotIn', 'db'))],
  },
  {
    trap: 'an empty selector of a budget is every pod, also of those that are still to come',
    rule: NOTHING,
    found: [budget({ matchLabels: { app: 'web' } })],
    at: 'PodDisruptionBudget shop/web',
    twin: [budget({})],
  },
  {
    trap: 'the template of an old ReplicaSet makes no pods',
    rule: NOTHING,
    found: [WEB, oldReplicaSet('web-before'), service('shop', 'web', { app: 'web-before' })],
    at: 'Service shop/web',
    twin: [WEB, oldReplicaSet('web-before'), service('shop', 'web', { app: 'web' })],
  },
  {
    trap: 'an autoscaler finds its target by name, and a name that is nearly right is told',
    rule: NOTHING,
    found: [WEB, scaler('wbe')],
    at: 'HorizontalPodAutoscaler shop/web',
    twin: [WEB, scaler('web')],
  },
  {
    trap: 'labels of the Deployment are not those of its pods',
    rule: NOTHING,
    found: [deployment('shop', 'web', { tier: 'front' }, { app: 'web' }), service('shop', 'web', { app: 'web' })],
    at: 'Service shop/web',
    twin: [deployment('shop', 'web', { app: 'web' }, {}), service('shop', 'web', { app: 'web' })],
  },
  {
    trap: 'label values are compared byte by byte',
    rule: NOTHING,
    found: [WEB, service('shop', 'web', { app: 'Web' })],
    at: 'Service shop/web',
    twin: [WEB, service('shop', 'web', { app: 'web' })],
  },
  {
    trap: 'a selector looks in its own namespace only',
    rule: NOTHING,
    found: [WEB, service('edge', 'web', { app: 'web' })],
    at: 'Service edge/web',
    twin: [WEB, deployment('edge', 'web', { app: 'web' }), service('edge', 'web', { app: 'web' })],
  },
];

function findings(rule: string, documents: readonly string[]): readonly string[] {
  const engine = new Engine(viewOf(...documents), RULES);
  engine.settle();
  return [...engine.findings.values()].flatMap((one) => (one.rule === rule ? [refText(one.subject)] : []));
}

describe('traps of labels', () => {
  it.each(TRAPS)('$trap', ({ rule, found, at, twin }) => {
    expect(findings(rule, found)).toEqual([at]);
    expect(findings(rule, twin)).toEqual([]);
  });

  it('the instance need not be the name of the object, and two instances need not agree on anything', () => {
    const engine = new Engine(viewOf(NAMED('web'), service('shop', 'web', { 'app.kubernetes.io/name': 'web' })), RULES);
    engine.settle();
    const rules = [...engine.findings.values()].flatMap((one) => (one.pane === 'labels' ? [one.rule] : []));
    expect(new Set(rules)).toEqual(new Set(['labels/missing-recommended']));
  });

  it('evidence of a misspelt label is where the label stands, on the workload or on its template only', () => {
    const places = (own: Record<string, string>): readonly unknown[] => {
      const engine = new Engine(viewOf(deployment('shop', 'web', { 'app.kubernetes.io/nmae': 'web' }, own)), RULES);
      engine.settle();
      const found = [...engine.findings.values()].filter((one) => one.rule === 'labels/misspelt-label');
      return found.flatMap((one) => one.evidence.map(({ path }) => path));
    };
    expect(places({ 'app.kubernetes.io/nmae': 'web' })).toEqual(['metadata.labels']);
    expect(places({})).toEqual(['spec.template.metadata.labels']);
  });

  it('a deprecated label counts for no recommended one, and is no misspelling of one', () => {
    const view = viewOf(deployment('shop', 'web', { 'app.kubernetes.io/created-by': 'me' }));
    expect(labelCoverage(view).all).toEqual({ objects: 1, complete: 0, labels: 0 });
    expect(
      findings('labels/misspelt-label', [deployment('shop', 'web', { 'app.kubernetes.io/created-by': 'me' })]),
    ).toEqual([]);
  });
});
