/**
 * Generated network policies on a real API server: it accepts every document in a dry run, and what it stores after the
 * documents are applied in order decides exactly what the evaluation promised.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { overlay } from '../../src/analyses/network/overlay.ts';
import { connections, type Endpoint } from '../../src/analyses/network/reach.ts';
import { Engine } from '../../src/engine/engine.ts';
import { rangeText } from '../../src/kube/ip-range.ts';
import { refText } from '../../src/kube/object-ref.ts';
import { portsText } from '../../src/kube/port-set.ts';
import type { Change } from '../../src/model/change.ts';
import { defaultDeny } from '../../src/remedy/network/default-deny.ts';
import { fixSelector } from '../../src/remedy/network/fix-selector.ts';
import { leastPolicy } from '../../src/remedy/network/least-policy.ts';
import type { Manifest, RemedyDraft } from '../../src/remedy/remedy.ts';
import { RULES } from '../../src/rules/index.ts';
import { createSlimmer } from '../../src/sources/slim/slimmer.ts';
import type { ClusterView } from '../../src/store/cluster-view.ts';
import type { StoreView } from '../../src/store/store-view.ts';
import { cluster, namespace, pod, policy } from '../analyses/network/cluster.ts';
import { boutiqueCluster, demoCluster } from '../analyses/network/fixtures.ts';
import { microservicesYaml, ONLINE_SHOP } from '../analyses/network/microservices.ts';
import { findBinaries, startApiServer, type ApiServer } from './start-server.ts';

const REMEDIES = [leastPolicy, defaultDeny];
let server: ApiServer;

describe.skipIf(findBinaries() === undefined)('network remedies on a real API server', () => {
  beforeAll(async () => {
    server = await startApiServer();
  });

  afterAll(async () => {
    await server.stop();
  });

  test.each([
    ['the demo cluster', demoCluster, 150],
    ['the boutique', boutiqueCluster, 25],
    ['the online shop', onlineShop, 50],
  ])('every document for %s is accepted in a dry run', async (_name, make, atLeast) => {
    const documents = drafts(make()).flatMap((draft) => draft.manifests);
    await createNamespaces(documents);
    const refused: string[] = [];
    for (const manifest of documents) {
      const answer = await send(manifest, 'dryRun=All&fieldValidation=Strict');
      if (answer !== undefined) refused.push(answer);
    }
    expect(refused).toEqual([]);
    expect(documents.length).toBeGreaterThanOrEqual(atLeast);
  });

  test.each([
    ['the boutique', boutiqueCluster, ['shop', 'edge']],
    ['the online shop', onlineShop, ['shop', 'load']],
  ])('what the server stores for %s decides what was promised', async (_name, make, namespaces) => {
    const view = make();
    const sets = drafts(view).filter((draft) => draft.changes.length > 1);
    expect(sets.map((draft) => namespaceOf(draft.manifests[0] ?? {})).sort()).toEqual(namespaces.toSorted());
    const documents = sets.flatMap((draft) => draft.manifests);
    await createNamespaces(documents);
    for (const manifest of documents) expect(await send(manifest, 'fieldValidation=Strict')).toBeUndefined();
    const slimmer = createSlimmer();
    const stored: Change[] = [];
    for (const namespace of namespaces) {
      const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
      const { items } = (await server.request('GET', path)).json<{ readonly items: readonly unknown[] }>();
      stored.push(...items.map((item): Change => ({ type: 'upsert', object: slimmer.slim(item, 'NetworkPolicy') })));
      await server.request('DELETE', path);
    }
    expect(stored).toHaveLength(documents.length);
    expect(answers(view, stored)).toEqual(
      answers(
        view,
        sets.flatMap((draft) => draft.changes),
      ),
    );
  });

  test('a corrected selector is what the server has after the patch, without the key that was wrong', async () => {
    const live = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'key', namespace: 'fix' },
    };
    const spec = { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] };
    const view = cluster(
      namespace('fix') +
        pod('fix', 'web', { 'app.kubernetes.io/name': 'web' }) +
        policy('fix', 'key', JSON.stringify(spec)),
    );
    const engine = new Engine(view, RULES);
    engine.settle();
    const finding = [...engine.findings.values()].find((one) => one.remedies?.includes(fixSelector.id) === true);
    const draft = finding === undefined ? undefined : fixSelector.build(finding, view);
    if (draft === undefined || 'refused' in draft) throw new Error('no remedy');
    await createNamespaces([live]);
    const path = '/apis/networking.k8s.io/v1/namespaces/fix/networkpolicies';
    expect((await server.request('POST', path, { body: { ...live, spec } })).status).toBe(201);
    const body = draft.manifests[0] ?? {};
    const contentType = 'application/merge-patch+json';
    const answer = await server.request('PATCH', `${path}/key?fieldValidation=Strict`, { body, contentType });
    expect(answer.status).toBe(200);
    const [change] = draft.changes;
    if (change?.type !== 'upsert' || change.object.kind !== 'NetworkPolicy') throw new Error('no change');
    const { podSelector } = createSlimmer().slim(answer.json<unknown>(), 'NetworkPolicy');
    expect(podSelector).toEqual(change.object.podSelector);
  });
});

function onlineShop(): StoreView {
  return cluster(microservicesYaml(ONLINE_SHOP), { facts: { source: 'files' } });
}

/** The network remedies of every finding, as far as they can be built. */
function drafts(view: StoreView): readonly RemedyDraft[] {
  const engine = new Engine(view, RULES);
  engine.settle();
  return [...engine.findings.values()].flatMap((finding) =>
    REMEDIES.filter((remedy) => finding.remedies?.includes(remedy.id) === true).flatMap((remedy) => {
      const made = remedy.build(finding, view);
      return 'refused' in made ? [] : [made];
    }),
  );
}

function answers(view: ClusterView, changes: readonly Change[]): readonly string[] {
  const after = overlay(view, changes);
  if (after === undefined) throw new Error('no overlay');
  const text = (end: Endpoint): string => (end.type === 'workload' ? refText(end.node.ref) : rangeText(end.range));
  return [...connections(after)].map(
    ({ source, destination, ports }) => `${text(source)} -> ${text(destination)} ${portsText(ports)}`,
  );
}

function namespaceOf(manifest: Manifest): string {
  return (manifest['metadata'] as { readonly namespace?: string }).namespace ?? '';
}

async function createNamespaces(manifests: readonly Manifest[]): Promise<void> {
  for (const name of new Set(manifests.map(namespaceOf))) {
    await server.request('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
  }
}

/** undefined where the server accepts the document. */
async function send(manifest: Manifest, query: string): Promise<string | undefined> {
  const { name, namespace } = manifest['metadata'] as { readonly name: string; readonly namespace: string };
  const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${name}`;
  const answer = await server.request('PATCH', `${path}?${query}&fieldManager=k8sec&force=true`, {
    body: manifest,
    contentType: 'application/apply-patch+yaml',
  });
  return answer.status < 300 ? undefined : `${namespace}/${name}: ${answer.text}`;
}
