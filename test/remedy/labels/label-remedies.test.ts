import { describe, expect, it } from 'vitest';
import { buildRemedies } from '../../../src/remedy/build.ts';
import type { BuiltRemedy } from '../../../src/remedy/built-remedy.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { MISSING_RECOMMENDED } from '../../../src/rules/labels/missing-recommended.ts';
import { document, viewOf } from '../../analyses/labels/clusters.ts';
import type { ClusterOptions } from '../../analyses/network/cluster.ts';
import { engineOf } from '../case-engine.ts';

interface Deployment {
  readonly labels?: Readonly<Record<string, string>>;
  readonly podLabels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly selector?: Readonly<Record<string, string>>;
}

function deployment(name: string, options: Deployment = {}): string {
  const { labels = {}, podLabels = { app: name }, annotations = {}, selector = { app: name } } = options;
  return `---\n${JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', labels, annotations },
    spec: {
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: podLabels },
        spec: { containers: [{ name: 'main', image: 'r.example/web:1.2.3' }] },
      },
    },
  })}\n`;
}

const service = (name: string, selector: Readonly<Record<string, string>>): string =>
  `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec: { selector, ports: [{ port: 80 }] } })}\n`;

function remedies(yaml: string, rule: string): ReadonlyMap<string, BuiltRemedy> {
  const engine = engineOf(yaml);
  const finding = [...engine.findings.values()].find((one) => one.rule === rule);
  if (finding === undefined) throw new Error(`no finding of ${rule}`);
  return new Map(buildRemedies(engine, finding).map((one) => [one.id, one]));
}

function remedy(yaml: string, rule: string, id: string): BuiltRemedy {
  const found = remedies(yaml, rule).get(id);
  if (found === undefined) throw new Error(`no remedy ${id}`);
  return found;
}

const MISSING = 'labels/missing-recommended';

describe('labelling a workload', () => {
  it('comes first without touching its pods', () => {
    const [first, second] = [...remedies(deployment('web'), MISSING).values()];
    expect(first?.id).toBe('labels/label-workload');
    expect(JSON.stringify(first?.manifests)).not.toContain('template');
    expect(second?.id).toBe('labels/label-template');
    expect(second?.safety).toBe('review');
  });

  it('says how many pods restart, and of files that they do', () => {
    const pod = (name: string): string =>
      document({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name,
          namespace: 'shop',
          labels: { app: 'web' },
          ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'u', controller: true }],
        },
        spec: { containers: [{ name: 'main', image: 'i:1' }] },
        status: { phase: 'Running' },
      });
    const set = document({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'i:1' }] } },
      },
    });
    const note = (...given: readonly (string | ClusterOptions)[]): string => {
      const engine = new Engine(viewOf(...given), MISSING_RECOMMENDED);
      engine.settle();
      const found = [...engine.findings.values()].find((one) => one.subject.kind === 'StatefulSet');
      const built = found === undefined ? [] : buildRemedies(engine, found);
      return built.find((one) => one.id === 'labels/label-template')?.note ?? '';
    };
    expect(note(set, pod('web-0'), pod('web-1'))).toContain('which restarts 2 pods;');
    expect(note(set)).toContain('which restarts 0 pods;');
    expect(note(set, { facts: { source: 'files' } })).toContain('which restarts its pods, however many run;');
    expect(note(set, { denied: ['Pod'] })).toContain('which restarts its pods, however many run;');
  });

  it('says from what each value comes and what nothing tells', () => {
    const built = remedy(deployment('web'), MISSING, 'labels/label-template');
    expect(built.yaml).toContain('app.kubernetes.io/name: web # from label app (medium confidence)');
    expect(built.yaml).toContain('app.kubernetes.io/version: 1.2.3 # from image tag (medium confidence)');
    expect(built.note).toContain('Not added: app.kubernetes.io/component: nothing in the cluster tells its value');
    expect(JSON.stringify(built.manifests)).not.toContain('selector');
  });

  it('leaves out a label that would move the pods behind a Service', () => {
    const built = remedy(
      deployment('web') + service('other', { 'app.kubernetes.io/name': 'web' }),
      MISSING,
      'labels/label-template',
    );
    expect(JSON.stringify(built.manifests)).not.toContain('app.kubernetes.io/name');
    expect(built.note).toContain('app.kubernetes.io/name: a selector would match other objects than now');
    expect(built.effects).toContain('no selector changes what it matches');
  });

  it('of Argo CD becomes a Kustomize component that leaves selectors and the tool’s labels alone', () => {
    const built = remedy(
      deployment('web', { annotations: { 'argocd.argoproj.io/tracking-id': 'product:apps/Deployment:shop/web' } }),
      MISSING,
      'labels/label-template',
    );
    expect(built.target.manager).toBe('argocd');
    expect(built.manifests[0]).toMatchObject({
      kind: 'Component',
      labels: [{ pairs: { 'app.kubernetes.io/part-of': 'shop' }, includeSelectors: false, includeTemplates: true }],
      patches: [{ target: { group: 'apps', version: 'v1', kind: 'Deployment', name: 'web', namespace: 'shop' } }],
    });
    expect(JSON.stringify(built.manifests)).not.toMatch(/managed-by|instance/);
    expect(built.commands[1]).toBe('cd PATH && kustomize edit add component labels-web');
  });

  it('of Helm becomes values', () => {
    const built = remedy(
      deployment('web', { annotations: { 'meta.helm.sh/release-name': 'front' } }),
      MISSING,
      'labels/label-template',
    );
    expect(built.target).toMatchObject({ manager: 'helm', app: 'front' });
    expect(Object.keys(built.manifests[0] ?? {})).toEqual(['commonLabels', 'podLabels']);
    expect(built.commands).toEqual(['helm upgrade front CHART -n shop --reuse-values -f values-shop-web.yaml']);
  });
});

describe('correcting a label', () => {
  it('lists the selectors that follow, and is proven', () => {
    const yaml =
      deployment('front', { podLabels: { id: '1', app: 'wbe' }, selector: { id: '1' } }) +
      service('web', { app: 'web' });
    const built = remedy(yaml, 'labels/near-miss-value', 'labels/set-labels');
    expect(built.effects).toContain('Service shop/web (app=web, spec.selector) begins to select them');
    expect(built.closes.map((one) => one.rule).sort()).toEqual([
      'labels/near-miss-value',
      'labels/selector-matches-nothing',
    ]);
  });

  it('is refused where the immutable selector reads it', () => {
    const yaml =
      deployment('front', { podLabels: { app: 'wbe' }, selector: { app: 'wbe' } }) + service('web', { app: 'web' });
    expect(remedy(yaml, 'labels/near-miss-value', 'labels/set-labels').refused).toContain('is immutable');
  });
});

describe('correcting a selector', () => {
  const RULE = 'labels/selector-matches-nothing';

  it('removes the key that it replaces', () => {
    const yaml =
      deployment('web', {
        podLabels: { 'app.kubernetes.io/name': 'web' },
        selector: { 'app.kubernetes.io/name': 'web' },
      }) + service('web', { app: 'web' });
    const built = remedy(yaml, RULE, 'labels/fix-selector');
    expect(built.manifests[0]).toMatchObject({ spec: { selector: { app: null, 'app.kubernetes.io/name': 'web' } } });
    expect(built.commands).toEqual([`kubectl patch services web -n shop --type=merge --patch-file ${built.fileName}`]);
    expect(built.effects).toEqual(['app.kubernetes.io/name=web selects Deployment shop/web']);
    expect(built.closes.map((one) => one.rule)).toContain(RULE);
  });

  it('is refused where the pods are in another namespace', () => {
    const yaml = deployment('web') + service('web', { app: 'web' }).replaceAll('"shop"', '"edge"');
    expect(remedy(yaml, RULE, 'labels/fix-selector').refused).toContain('namespace shop');
  });
});

describe('correcting the selector of a plugin policy', () => {
  const RULE = 'labels/selector-matches-nothing';
  const web = deployment('web', { podLabels: { 'app.kubernetes.io/name': 'web', tier: 'front' } });
  const cilium = (spec: unknown, kind = 'CiliumNetworkPolicy'): string =>
    document({ apiVersion: 'cilium.io/v2', kind, metadata: { name: 'p', namespace: 'shop' }, ...(spec as object) });
  const calico = (selector: string): string =>
    document({
      apiVersion: 'projectcalico.org/v3',
      kind: 'NetworkPolicy',
      metadata: { name: 'p', namespace: 'shop' },
      spec: { selector, types: ['Ingress'] },
    });

  it('writes the label of a Cilium policy and keeps its source, and what else is asked for', () => {
    const endpointSelector = {
      matchLabels: { 'k8s:app.kubernetes.io/nmae': 'web', 'k8s:tier': 'front' },
      matchExpressions: [{ key: 'any:track', operator: 'DoesNotExist' }],
    };
    const built = remedy(web + cilium({ spec: { endpointSelector, ingress: [{}] } }), RULE, 'labels/fix-selector');
    expect(built.manifests).toEqual([
      {
        apiVersion: 'cilium.io/v2',
        kind: 'CiliumNetworkPolicy',
        metadata: { name: 'p', namespace: 'shop' },
        spec: {
          endpointSelector: {
            matchLabels: { 'k8s:app.kubernetes.io/nmae': null, 'k8s:app.kubernetes.io/name': 'web' },
          },
        },
      },
    ]);
    expect(built.commands).toEqual([
      `kubectl patch ciliumnetworkpolicies.cilium.io p -n shop --type=merge --patch-file ${built.fileName}`,
    ]);
    expect(built.effects).toEqual(['with app.kubernetes.io/name=web it selects Deployment shop/web']);
    expect(built.safety).toBe('review');
    expect(built.closes.map((one) => one.rule)).toContain(RULE);
  });

  it('writes the only value of an expression', () => {
    const expression = (value: string): unknown => ({ key: 'tier', operator: 'In', values: [value] });
    const endpointSelector = { matchExpressions: [expression('fornt'), { key: 'track', operator: 'DoesNotExist' }] };
    const built = remedy(web + cilium({ spec: { endpointSelector, ingress: [{}] } }), RULE, 'labels/fix-selector');
    expect(built.manifests[0]?.['spec']).toEqual({
      endpointSelector: { matchExpressions: [expression('front'), { key: 'track', operator: 'DoesNotExist' }] },
    });
    expect(built.closes.map((one) => one.rule)).toContain(RULE);
  });

  it('changes the key and the value in the expression of a Calico policy, and no other character', () => {
    const built = remedy(
      web + calico(`tier == "fornt"  &&  app.kubernetes.io/name=='web'`),
      RULE,
      'labels/fix-selector',
    );
    expect(built.manifests).toEqual([
      {
        apiVersion: 'projectcalico.org/v3',
        kind: 'NetworkPolicy',
        metadata: { name: 'p', namespace: 'shop' },
        spec: { selector: `tier == "front"  &&  app.kubernetes.io/name=='web'` },
      },
    ]);
    expect(built.commands[0]).toContain('patch networkpolicies.projectcalico.org p -n shop');
    expect(built.closes.map((one) => one.rule)).toContain(RULE);
  });

  it('corrects a cluster-wide policy, and names the pods', () => {
    const policy = document({
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumClusterwideNetworkPolicy',
      metadata: { name: 'p' },
      spec: { endpointSelector: { matchLabels: { tier: 'fornt' } }, ingress: [{}] },
    });
    const built = remedy(web + policy, RULE, 'labels/fix-selector');
    expect(built.manifests[0]).toMatchObject({
      metadata: { name: 'p' },
      spec: { endpointSelector: { matchLabels: { tier: 'front' } } },
    });
    expect(built.commands[0]).toBe(
      `kubectl patch ciliumclusterwidenetworkpolicies.cilium.io p --type=merge --patch-file ${built.fileName}`,
    );
    expect(built.effects).toEqual(['with tier=front it selects Deployment shop/web']);
  });

  it.each([
    [
      'whose specifications stand in a list',
      cilium({ specs: [{ endpointSelector: { matchLabels: { tier: 'fornt' } }, ingress: [{}] }] }),
    ],
    [
      'that would select with one label less',
      cilium({ spec: { endpointSelector: { matchLabels: { tier: 'front', track: 'canary' } }, ingress: [{}] } }),
    ],
    ['of which a part is no equality', calico("tier == 'fornt' && has(app)")],
  ])('is not offered for one %s', (_what, policy) => {
    expect([...remedies(web + policy, RULE).keys()]).toEqual([]);
  });
});

describe('setting a required label', () => {
  const RULE = 'labels/required-label';
  const requires = (entry: string, version = 'v1.36.3'): string =>
    `kind: Case
spec: {serverVersion: ${version}, facts: {labels: {owner: null, required: [{namespaces: [], kinds: [], ${entry}}]}}}
`;
  const namespace = (team: string): string =>
    `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { team } } })}\n`;
  const TEAM = requires('key: team, values: [pay, shop]');

  it.each([
    ['the label of its namespace', TEAM + namespace('pay') + deployment('web'), 'pay'],
    ['its pods', TEAM + deployment('web', { podLabels: { app: 'web', team: 'shop' } }), 'shop'],
    ['the config, which allows no other', requires('key: team, values: [ops]') + deployment('web'), 'ops'],
    ['Shop, spelt as the config allows it', TEAM + deployment('web', { labels: { team: 'Shop' } }), 'shop'],
  ])('takes the value from %s', (from, yaml, value) => {
    const built = remedy(yaml, RULE, 'labels/set-required-label');
    expect(built.manifests).toMatchObject([{ metadata: { labels: { team: value } } }]);
    expect(built.yaml).toContain(`team: ${value} # from ${from}`);
    expect(built.note).toBe('It restarts no pod.');
    expect(built.closes.map((one) => one.rule)).toEqual([RULE]);
  });

  it.each([
    ['Nothing tells which value of team is meant.', TEAM + namespace('ops') + deployment('web')],
    ['Nothing tells which value of team is meant.', TEAM + deployment('web', { labels: { team: 'ops' } })],
    [
      'Which value of team is meant is ambiguous: shop (from its pods), pay (from the label of its namespace).',
      TEAM + namespace('pay') + deployment('web', { podLabels: { app: 'web', team: 'shop' } }),
    ],
  ])('guesses nothing: %s', (refused, yaml) => {
    expect(remedy(yaml, RULE, 'labels/set-required-label').refused).toBe(refused);
  });

  it('reaches the pods too, unless that moves a selector', () => {
    const onPods = 'labels/set-required-label-on-pods';
    const built = remedy(TEAM + namespace('pay') + deployment('web'), RULE, onPods);
    expect(built.manifests).toMatchObject([{ spec: { template: { metadata: { labels: { team: 'pay' } } } } }]);
    expect(JSON.stringify(built.manifests)).not.toContain('selector');
    const moving = TEAM + namespace('pay') + deployment('web') + service('all-of-pay', { team: 'pay' });
    expect(remedy(moving, RULE, onPods).refused).toBe(
      'The label on the pods would move a selector: Service shop/all-of-pay (team=pay, spec.selector) begins to select them.',
    );
  });

  it('leaves to Helm what Helm writes', () => {
    const yaml =
      requires("key: app.kubernetes.io/managed-by, values: ['Helm']") +
      deployment('web', { annotations: { 'meta.helm.sh/release-name': 'front' } });
    expect(remedy(yaml, RULE, 'labels/set-required-label').refused).toContain('is set by helm itself');
  });

  it('is kept by an admission policy that warns, where the server has such policies', () => {
    const built = remedy(requires('key: team, values: [pay]') + deployment('web'), RULE, 'labels/require-labels');
    expect(built.manifests).toMatchObject([
      { kind: 'ValidatingAdmissionPolicy' },
      { kind: 'ValidatingAdmissionPolicyBinding', spec: { validationActions: ['Warn', 'Audit'] } },
    ]);
    expect(built.closes).toEqual([]);
    expect(built.yaml).not.toContain('shop/web');
    const old = requires('key: team, values: [pay]', 'v1.29.4') + deployment('web');
    expect(remedy(old, RULE, 'labels/require-labels').refused).toBe(
      'A ValidatingAdmissionPolicy needs Kubernetes 1.30, and this is v1.29.4.',
    );
  });
});

describe('pods of which as many have one value as another', () => {
  const stateful = `---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {of: web}}
  template: {metadata: {labels: {of: web, app: web}}, spec: {containers: [{name: app, image: 'app:1'}]}}
`;
  const member = (name: string, app: string): string => `---
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: shop
  labels: {of: web, app: ${app}}
  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: web, controller: true}]
spec: {containers: [{name: app, image: 'app:1'}]}
status: {phase: Running}
`;
  const pods = member('web-0', 'web') + member('web-1', 'wbe');

  it('get that of the template', () => {
    const { commands } = remedy(stateful + pods, 'labels/replicas-differ', 'labels/relabel-pods');
    expect(commands).toEqual(['kubectl label pod web-1 -n shop --overwrite app=web']);
  });

  it('are left to a person where the template was not read', () => {
    expect(remedy(pods, 'labels/replicas-differ', 'labels/relabel-pods').refused).toBe(
      'As many of its pods have one value of app as another, and no template tells which is right.',
    );
  });
});
