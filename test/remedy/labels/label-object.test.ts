import { describe, expect, it } from 'vitest';
import { buildRemedies } from '../../../src/remedy/build.ts';
import type { BuiltRemedy } from '../../../src/remedy/built-remedy.ts';
import { document } from '../../analyses/labels/clusters.ts';
import { engineOf } from '../case-engine.ts';

type Labels = Readonly<Record<string, string>>;

const NAME = 'app.kubernetes.io/name';
const PART_OF = 'app.kubernetes.io/part-of';

function deployment(name: string, podLabels: Labels): string {
  const container = { name: 'main', image: 'r.example/web:1', envFrom: [{ configMapRef: { name: 'settings' } }] };
  return document({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      selector: { matchLabels: { id: name } },
      template: { metadata: { labels: { ...podLabels, id: name } }, spec: { containers: [container] } },
    },
  });
}

function object(
  apiVersion: string,
  kind: string,
  spec: unknown,
  metadata: Readonly<Record<string, unknown>> = {},
): string {
  return document({ apiVersion, kind, metadata: { name: 'front', namespace: 'shop', ...metadata }, spec });
}

const service = (selector: Labels, metadata: Readonly<Record<string, unknown>> = {}): string =>
  object('v1', 'Service', { selector, ports: [{ port: 80 }] }, metadata);

/** The remedy of the one object in `yaml` that is called front. */
function remedy(yaml: string, rule = 'labels/missing-recommended'): BuiltRemedy {
  const engine = engineOf(yaml);
  const [finding, ...others] = [...engine.findings.values()].filter(
    (one) => one.rule === rule && one.subject.name === 'front',
  );
  const [built] = finding === undefined ? [] : buildRemedies(engine, finding);
  if (built === undefined || others.length > 0) throw new Error('one finding with a remedy was expected');
  return built;
}

describe('labelling an object around workloads', () => {
  const WEB = deployment('web', { [NAME]: 'web', [PART_OF]: 'till' });

  it.each([
    ['Service', service({ id: 'web' })],
    ['NetworkPolicy', object('networking.k8s.io/v1', 'NetworkPolicy', { podSelector: { matchLabels: { id: 'web' } } })],
    ['PodDisruptionBudget', object('policy/v1', 'PodDisruptionBudget', { selector: { matchLabels: { id: 'web' } } })],
    [
      'HorizontalPodAutoscaler',
      object('autoscaling/v2', 'HorizontalPodAutoscaler', {
        maxReplicas: 2,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      }),
    ],
    [
      'Ingress',
      object('networking.k8s.io/v1', 'Ingress', {
        defaultBackend: { service: { name: 'to-web', port: { number: 80 } } },
      }) + service({ id: 'web' }, { name: 'to-web' }),
    ],
    [
      'ConfigMap',
      `kind: Case\nspec: {facts: {labels: {owner: null, required: [], include: [ConfigMap]}}}\n${document({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'front', namespace: 'shop' },
      })}${deployment('other', { app: 'other' }).replaceAll('settings', 'others')}`,
    ],
  ])('takes the labels of the pods that it stands for: %s', (kind, yaml) => {
    const built = remedy(yaml + WEB.replaceAll('"settings"', '"front"'));
    expect(built.manifests).toMatchObject([{ kind, metadata: { labels: { [NAME]: 'web', [PART_OF]: 'till' } } }]);
    expect(built.yaml).toContain(`${NAME}: web # from the pods of Deployment shop/web (high confidence)`);
    expect(built.note).toContain('It restarts no pod.');
    expect(built.effects[0]).toBe('restarts no pod, and no selector changes what it matches');
  });

  it('takes only what all of its pods agree on, and guesses the rest with little confidence', () => {
    const two =
      deployment('one', { [NAME]: 'one', [PART_OF]: 'till' }) + deployment('two', { [NAME]: 'two', [PART_OF]: 'till' });
    const built = remedy(
      two + object('networking.k8s.io/v1', 'NetworkPolicy', { podSelector: { matchLabels: { [PART_OF]: 'till' } } }),
    );
    expect(built.yaml).toContain(
      `${PART_OF}: till # from the pods of Deployment shop/one and 1 more (medium confidence)`,
    );
    expect(built.yaml).toContain(`${NAME}: front # from the name of the object (low confidence)`);
  });

  it('says nothing of pods for a selector of everything', () => {
    const built = remedy(WEB + object('networking.k8s.io/v1', 'NetworkPolicy', { podSelector: {} }));
    expect(built.yaml).not.toContain('Deployment shop/web');
  });

  it('leaves out a label by which a monitor would begin to scrape the Service', () => {
    const monitor = object(
      'monitoring.coreos.com/v1',
      'ServiceMonitor',
      { selector: { matchLabels: { [NAME]: 'web' } }, endpoints: [{}] },
      { name: 'all-web' },
    );
    const built = remedy(WEB + service({ id: 'web' }) + monitor);
    expect(JSON.stringify(built.manifests)).not.toContain(NAME);
    expect(built.note).toContain(`${NAME}: a selector would match other objects than now`);
    const renamed = remedy(
      WEB + service({ id: 'web' }, { labels: { 'app.kubernetes.io/nmae': 'web' } }) + monitor,
      'labels/misspelt-label',
    );
    expect(renamed.effects).toContain('ServiceMonitor shop/all-web begins to select it');
    expect(renamed.closes.map(({ rule }) => rule)).toContain('labels/misspelt-label');
  });

  it('of Helm and Argo CD becomes a file for their sources, without the labels that those write', () => {
    const helm = remedy(WEB + service({ id: 'web' }, { annotations: { 'meta.helm.sh/release-name': 'till' } }));
    expect(helm.target.manager).toBe('helm');
    const argo = remedy(
      WEB + service({ id: 'web' }, { annotations: { 'argocd.argoproj.io/tracking-id': 'till:/Service:shop/front' } }),
    );
    expect(argo.manifests).toMatchObject([
      {
        kind: 'Component',
        labels: [{ pairs: { [PART_OF]: 'till' }, includeSelectors: false, includeTemplates: false }],
        patches: [{ target: { version: 'v1', kind: 'Service', name: 'front' } }],
      },
    ]);
    for (const built of [helm, argo]) expect(JSON.stringify(built.manifests)).not.toMatch(/managed-by|instance/);
  });
});
