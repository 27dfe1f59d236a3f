/** Coverage of recommended labels on the demo cluster, counted here from its manifests by nothing but the labels. */
import { expect, it } from 'vitest';
import { labelCoverage } from '../../../src/analyses/labels/label-coverage.ts';
import { labelsPane } from '../../../src/panes/labels.ts';
import { labelsSection } from '../../../src/report/sections/labels.ts';
import type { KubeObject } from '../../../src/sources/demo/kube-object.ts';
import { shopObjects } from '../../../src/sources/demo/shop/shop-cluster.ts';
import { demoCluster } from '../network/fixtures.ts';

const NAMES = ['name', 'instance', 'version', 'component', 'part-of', 'managed-by'];
const TEAMS = ['team', 'owner', 'app.kubernetes.io/team', 'app.kubernetes.io/owner'];
const AROUND = ['Service', 'Ingress', 'NetworkPolicy', 'PodDisruptionBudget', 'HorizontalPodAutoscaler'];
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'ReplicaSet'];

type Labels = Readonly<Record<string, string>>;
interface Template {
  readonly metadata?: { readonly labels?: Labels };
}
interface Spec {
  readonly template?: Template;
  readonly jobTemplate?: { readonly spec: { readonly template: Template } };
}
interface Counted {
  readonly kind: string;
  readonly namespace: string;
  readonly team: string;
  readonly present: number;
}

const controlled = ({ metadata }: KubeObject): boolean =>
  ((metadata['ownerReferences'] ?? []) as readonly { readonly controller?: boolean }[]).some(
    (one) => one.controller === true,
  );

/** What runs on its own: workloads and pods that nothing else controls; a pod of a node is the kubelet's. */
function counted(object: KubeObject): readonly Counted[] {
  const { kind, metadata } = object;
  const isPod = kind === 'Pod';
  if ((!isPod && !WORKLOADS.includes(kind)) || controlled(object)) return [];
  const spec = (object['spec'] ?? {}) as Spec;
  const template = spec.jobTemplate?.spec.template ?? spec.template;
  return [countOf(object, isPod ? (metadata.labels ?? {}) : (template?.metadata?.labels ?? {}))];
}

/** What stands around them; what the control plane makes is nobody's to label. */
function countedAround(object: KubeObject, kinds: readonly string[] = AROUND): readonly Counted[] {
  const { kind, metadata } = object;
  const isOwn = ['kubernetes', 'kube-root-ca.crt', 'extension-apiserver-authentication'].includes(metadata.name);
  return !kinds.includes(kind) || controlled(object) || isOwn ? [] : [countOf(object, metadata.labels ?? {})];
}

function countOf({ kind, metadata }: KubeObject, onPods: Labels): Counted {
  const own: Labels = metadata.labels ?? {};
  const present = NAMES.map((name) => `app.kubernetes.io/${name}`).filter((key) => key in own && key in onPods);
  const team = TEAMS.flatMap((key) => own[key] ?? NAMESPACES.get(metadata.namespace ?? '')?.[key] ?? [])[0] ?? '';
  return { kind, namespace: metadata.namespace ?? '', team, present: present.length };
}

const OBJECTS = shopObjects(Date.parse('2026-11-23T10:00:00Z'));
const NAMESPACES = new Map(
  OBJECTS.filter((one) => one.kind === 'Namespace').map(({ metadata }) => [metadata.name, metadata.labels]),
);

function tally(all: readonly Counted[], by: (one: Counted) => string): unknown {
  return [...Map.groupBy(all, by)]
    .map(([name, group]) => ({ name, ...sumOf(group) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function sumOf(group: readonly Counted[]): {
  readonly objects: number;
  readonly complete: number;
  readonly labels: number;
} {
  return {
    objects: group.length,
    complete: group.filter((one) => one.present === NAMES.length).length,
    labels: group.reduce((sum, one) => sum + one.present, 0),
  };
}

it('is what the manifests say, in the report and in the pane', () => {
  const workloads = OBJECTS.flatMap(counted);
  const around = OBJECTS.flatMap((one) => countedAround(one));
  const all = [...workloads, ...around];
  expect(new Set(around.map(({ kind }) => kind)).size).toBeGreaterThan(2);
  const view = demoCluster();
  const section = labelsSection(view, () => true);
  const { coverage } = section;
  expect(coverage.all).toEqual(sumOf(all));
  expect(coverage.byNamespace).toEqual(tally(all, (one) => one.namespace));
  expect(coverage.byKind).toEqual(tally(all, (one) => one.kind));
  expect(coverage.byTeam).toEqual(tally(all, (one) => one.team));
  expect([...section.objects].map(({ kind, missing }) => `${kind} ${NAMES.length - missing.length}`).sort()).toEqual(
    around.map(({ kind, present }) => `${kind} ${present}`).sort(),
  );

  const shop = sumOf(all.filter((one) => one.namespace === 'shop'));
  expect(labelsSection(view, (name) => name === 'shop').coverage.all).toEqual(shop);
  const rows = [...labelsPane.rows(view, [])];
  const { subjects, failing, aside } = labelsPane.summary(view, [], rows);
  expect({ subjects, failing }).toEqual({ subjects: workloads.length, failing: lackingOf(workloads) });
  expect(aside).toBe(`${lackingOf(around)} of ${around.length} objects around them too`);
  const cell = rows.find((row) => row.namespace === 'shop')?.cells['IN NAMESPACE']?.text;
  expect(cell).toBe(
    `${shop.complete} of ${shop.objects}, ${Math.round((100 * shop.labels) / (shop.objects * NAMES.length))} %`,
  );
  expect(labelCoverage(view).all).toEqual(coverage.all);
});

it('is what a person counts in two namespaces', () => {
  const { byNamespace } = labelsSection(demoCluster(), () => true).coverage;
  const found = byNamespace.filter(({ name }) => name === 'ci' || name === 'edge');
  expect(found).toEqual([
    // 7 workloads, of which three of Argo CD carry all six on themselves and on their pods (18) and deployer its name (1);
    // 4 Services, of which two of Argo CD carry their name (2); an Ingress (0); a NetworkPolicy with its part-of (1).
    { name: 'ci', objects: 13, complete: 3, labels: 18 + 1 + 2 + 0 + 1 },
    // 5 workloads, of which ingress-nginx and oauth2-proxy carry all six (12); 5 Services, of which theirs carry a name (2).
    { name: 'edge', objects: 10, complete: 2, labels: 12 + 2 },
  ]);
});

it('counts ConfigMaps where the config includes them', () => {
  const maps = OBJECTS.flatMap((one) => countedAround(one, ['ConfigMap']));
  expect(maps.length).toBeGreaterThan(0);
  const view = demoCluster();
  view.apply([{ type: 'facts', facts: { labels: { owner: null, required: [], include: ['ConfigMap'] } } }]);
  const { byKind } = labelsSection(view, () => true).coverage;
  expect(byKind.find(({ name }) => name === 'ConfigMap')).toEqual({ name: 'ConfigMap', ...sumOf(maps) });
});

function lackingOf(group: readonly Counted[]): number {
  return group.length - sumOf(group).complete;
}
