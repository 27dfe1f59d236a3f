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

/** What runs on its own: workloads and pods that nothing else controls; a pod of a node is the kubelet's. */
function counted(object: KubeObject): readonly Counted[] {
  const { kind, metadata } = object;
  const isPod = kind === 'Pod';
  const owners = (metadata['ownerReferences'] ?? []) as readonly { readonly controller?: boolean }[];
  if ((!isPod && !WORKLOADS.includes(kind)) || owners.some((one) => one.controller === true)) return [];
  const own: Labels = metadata.labels ?? {};
  const spec = (object['spec'] ?? {}) as Spec;
  const template = spec.jobTemplate?.spec.template ?? spec.template;
  const onPods: Labels = isPod ? own : (template?.metadata?.labels ?? {});
  const present = NAMES.map((name) => `app.kubernetes.io/${name}`).filter((key) => key in own && key in onPods);
  const team = TEAMS.flatMap((key) => own[key] ?? [])[0] ?? '';
  return [{ kind, namespace: metadata.namespace ?? '', team, present: present.length }];
}

function tally(all: readonly Counted[], by: (one: Counted) => string): unknown {
  return [...Map.groupBy(all, by)]
    .map(([name, group]) => ({ name, ...sumOf(group) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function sumOf(group: readonly Counted[]): {
  readonly workloads: number;
  readonly complete: number;
  readonly labels: number;
} {
  return {
    workloads: group.length,
    complete: group.filter((one) => one.present === NAMES.length).length,
    labels: group.reduce((sum, one) => sum + one.present, 0),
  };
}

it('is what the manifests say, in the report and in the pane', () => {
  const all = shopObjects(Date.parse('2026-11-23T10:00:00Z')).flatMap(counted);
  const view = demoCluster();
  const { coverage } = labelsSection(view, () => true);
  expect(coverage.all).toEqual(sumOf(all));
  expect(coverage.byNamespace).toEqual(tally(all, (one) => one.namespace));
  expect(coverage.byKind).toEqual(tally(all, (one) => one.kind));
  expect(coverage.byTeam).toEqual(tally(all, (one) => one.team));

  const shop = sumOf(all.filter((one) => one.namespace === 'shop'));
  expect(labelsSection(view, (name) => name === 'shop').coverage.all).toEqual(shop);
  const rows = labelsPane.rows(view, []);
  const { subjects, failing } = labelsPane.summary(view, [], rows);
  expect({ subjects, failing }).toEqual({ subjects: all.length, failing: all.length - sumOf(all).complete });
  const cell = rows.find((row) => row.namespace === 'shop')?.cells['IN NAMESPACE']?.text;
  expect(cell).toBe(
    `${shop.complete} of ${shop.workloads}, ${Math.round((100 * shop.labels) / (shop.workloads * NAMES.length))} %`,
  );
  expect(labelCoverage(view).all).toEqual(coverage.all);
});

it('counts the objects around workloads by kind', () => {
  const objects = shopObjects(Date.parse('2026-11-23T10:00:00Z'));
  const { around } = labelsSection(demoCluster(), () => true).coverage;
  expect(around.map((one) => [one.kind, one.objects])).toEqual(
    ['Service', 'Ingress', 'NetworkPolicy', 'PodDisruptionBudget', 'HorizontalPodAutoscaler'].flatMap((kind) => {
      const count = objects.filter((one) => one.kind === kind).length;
      return count === 0 ? [] : [[kind, count]];
    }),
  );
  const services = objects.filter((one) => one.kind === 'Service');
  const present = services.flatMap(({ metadata }) =>
    NAMES.filter((name) => metadata.labels?.[`app.kubernetes.io/${name}`] !== undefined),
  );
  expect(around.find((one) => one.kind === 'Service')?.labels).toBe(present.length);
});
