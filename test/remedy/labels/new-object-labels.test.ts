/** Objects that a remedy adds are labelled as a finding about them would ask for; what is there keeps its labels. */
import { expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { toYaml } from '../../../src/remedy/to-yaml.ts';
import { REMEDIES } from '../../../src/remedy/index.ts';
import type { RemedyDraft } from '../../../src/remedy/remedy.ts';
import { RULES } from '../../../src/rules/index.ts';
import { deployment, document, viewOf } from '../../analyses/labels/clusters.ts';

const CART = {
  'app.kubernetes.io/name': 'cart',
  'app.kubernetes.io/instance': 'cart-prod',
  'app.kubernetes.io/component': 'api',
  'app.kubernetes.io/part-of': 'shop',
};

function drafted(engine: Engine, rule: string, subject: string, remedy: string): RemedyDraft {
  const finding = [...engine.findings.values()].find((one) => one.rule === rule && one.subject.name === subject);
  if (finding === undefined) throw new Error(`no ${rule} on ${subject}`);
  const made = REMEDIES.find(({ id }) => id === remedy)?.build(finding, engine.view);
  if (made === undefined || 'refused' in made) throw new Error(made?.refused);
  return made;
}

function engineOn(...documents: readonly string[]): Engine {
  const labels = {
    required: [{ key: 'cost', values: ['c-1'], namespaces: [], kinds: ['NetworkPolicy'] }],
    owner: null,
    include: [],
  } as const;
  const engine = new Engine(viewOf(...documents, { facts: { source: 'files', labels } }), RULES);
  engine.settle();
  return engine;
}

it('a policy of a workload carries what its pods do, and what the config requires', () => {
  const engine = engineOn(deployment('shop', 'cart', CART));
  const { manifests, comments, changes } = drafted(
    engine,
    'network/no-ingress-isolation',
    'cart',
    'network/least-policy',
  );
  const labels = { ...CART, 'app.kubernetes.io/managed-by': 'kubectl', cost: 'c-1' };
  expect(manifests.map((one) => one['metadata'])).toEqual([{ name: 'cart-ingress', namespace: 'shop', labels }]);
  expect(changes.map((one) => one.type === 'upsert' && one.object.labels)).toEqual([labels]);
  expect(toYaml(manifests, comments)).toContain('# from the pods of Deployment shop/cart (high confidence)');
});

it('a policy of a namespace names what it is, and says how sure each value is', () => {
  const engine = engineOn(
    document({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }),
    deployment('shop', 'cart', CART),
  );
  const { manifests } = drafted(engine, 'network/namespace-without-default-deny', 'shop', 'network/default-deny');
  expect(manifests.map((one) => one['metadata'])).toEqual([
    {
      name: 'default-deny',
      namespace: 'shop',
      labels: {
        'app.kubernetes.io/name': 'default-deny',
        'app.kubernetes.io/instance': 'default-deny',
        'app.kubernetes.io/part-of': 'shop',
        'app.kubernetes.io/managed-by': 'kubectl',
        cost: 'c-1',
      },
    },
  ]);
});

it('a policy that is there keeps the labels that it has, and gets no others', () => {
  const engine = engineOn(
    deployment('shop', 'cart', CART),
    document({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'cart', namespace: 'shop', labels: { team: 'shop' } },
      spec: { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'crat' } } },
    }),
  );
  const { manifests } = drafted(engine, 'network/policy-selects-nothing', 'cart', 'network/fix-selector');
  expect(manifests.map((one) => one['metadata'])).toEqual([{ name: 'cart', namespace: 'shop' }]);
});
