/**
 * The admission policy that keeps labels required, on a real API server: accepted as it is written, it warns first, and
 * once it denies it refuses exactly the workloads in which the rule finds something.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import type { Change } from '../../src/model/change.ts';
import type { Finding } from '../../src/model/finding.ts';
import { ALL_KINDS, apiVersionOf, kindInfo, type RequirableKind } from '../../src/model/kind.ts';
import type { LabelConvention } from '../../src/model/label-convention.ts';
import { buildRemedies } from '../../src/remedy/build.ts';
import type { BuiltRemedy } from '../../src/remedy/built-remedy.ts';
import { MISSING_RECOMMENDED } from '../../src/rules/labels/missing-recommended.ts';
import { REQUIRED_LABEL } from '../../src/rules/labels/required-label.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { createSlimmer } from '../../src/sources/slim/slimmer.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { findBinaries, startApiServer, type ApiServer } from './start-server.ts';

const NAMESPACES = ['shop', 'pay-eu'];
const STRATEGIC = 'application/strategic-merge-patch+json';
const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
const BINDINGS = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';

const CONVENTION: LabelConvention = {
  owner: 'team',
  include: [],
  required: [
    { key: 'team', values: ['pay'], namespaces: ['pay-*'], kinds: [] },
    { key: 'team', values: ['data'], namespaces: [], kinds: ['StatefulSet', 'CronJob'] },
    { key: 'team', values: ['shop', 'edge'], namespaces: [], kinds: [] },
    { key: 'example.com/tier', values: [], namespaces: ['s*p'], kinds: ['Deployment', 'Pod'] },
    { key: 'example.com/tier', values: [], namespaces: [], kinds: ['Service', 'HorizontalPodAutoscaler', 'ConfigMap'] },
  ],
};

const slimmer = createSlimmer();
let server: ApiServer;

describe.skipIf(findBinaries() === undefined)('required labels on a real API server', () => {
  beforeAll(async () => {
    server = await startApiServer();
    for (const name of NAMESPACES) {
      await expectStatus(server.request('POST', '/api/v1/namespaces', { body: { metadata: { name } } }), 201);
    }
  });

  afterAll(async () => {
    await server.stop();
  });

  test('is accepted, warns, and then refuses what the rule finds and nothing else', async () => {
    const lacking = workload('Deployment', 'shop', 'lacking', {});
    const [policy, binding] = remedyOf(lacking, 'labels/require-labels').manifests;
    for (const [path, body] of [
      [POLICIES, policy],
      [BINDINGS, binding],
    ] as const) {
      await expectStatus(server.request('POST', `${path}?dryRun=All&fieldValidation=Strict`, { body }), 201);
    }
    await expectStatus(create(lacking, false), 201);
    await expectStatus(server.request('POST', POLICIES, { body: policy }), 201);
    await expectStatus(server.request('POST', BINDINGS, { body: binding }), 201);
    const warned = await until(
      () => create(workload('Deployment', 'shop', 'warned', {})),
      (answer) => answer.headers['warning'] !== undefined,
    );
    expect(warned.status).toBe(201);
    expect(warned.headers['warning']).toContain('the label team is required, one of shop, edge');

    const spec = { validationActions: ['Deny'] };
    await expectStatus(
      server.request('PATCH', `${BINDINGS}/k8sec-required-labels`, {
        body: { spec },
        contentType: 'application/merge-patch+json',
      }),
      200,
    );
    await until(
      () => create(workload('Deployment', 'shop', 'refused', {})),
      ({ status }) => status === 422,
    );
    const wrong: unknown[] = [];
    let refused = 0;
    for (const [index, one] of fc.sample(GENERATED, { numRuns: 150, seed: 20_261_126 }).entries()) {
      const object = workload(one.kind, one.namespace, `w-${index}`, one.labels, one.isOwned);
      const answer = await create(object);
      const found = findingsOf(object).map(({ key }) => key);
      const isRefused = answer.status === 422;
      refused += isRefused ? 1 : 0;
      // The server names the first of several.
      const isNamed = !isRefused || found.some((key) => answer.text.includes(`the label ${key} is required`));
      if (isRefused !== found.length > 0 || !isNamed) wrong.push({ object, found, answer: answer.text });
    }
    expect(wrong.slice(0, 2)).toEqual([]);
    expect(refused).toBeGreaterThan(30);
    expect(refused).toBeLessThan(120);

    // What the cluster makes itself is asked for nothing, and what somebody else may call likewise is.
    const rootCertificates = workload('ConfigMap', 'shop', 'kube-root-ca.crt', {});
    expect(findingsOf(rootCertificates)).toEqual([]);
    await expectStatus(create(rootCertificates), 201);
    await expectStatus(create(workload('ConfigMap', 'shop', 'kube-root-ca', {})), 422);

    // What lacked its labels before can be changed, and labelled one by one; a label cannot be taken off again.
    const patch = async (labels: Record<string, string | null>, replicas: number): Promise<number> =>
      (
        await server.request('PATCH', `${pathOf('Deployment', 'shop')}/lacking`, {
          body: { metadata: { labels }, spec: { replicas } },
          contentType: STRATEGIC,
        })
      ).status;
    expect(await patch({}, 2)).toBe(200);
    expect(await patch({ team: 'nobody' }, 2)).toBe(422);
    expect(await patch({ team: 'shop' }, 2)).toBe(200);
    expect(await patch({ team: null }, 2)).toBe(422);
  });

  test.each(['Service', 'Ingress', 'NetworkPolicy', 'PodDisruptionBudget', 'HorizontalPodAutoscaler'] as const)(
    'accepts the patch that labels a %s',
    async (kind) => {
      const labels = { 'example.com/tier': 'a' };
      await expectStatus(create(workload(kind, 'pay-eu', 'patched', labels), false), 201);
      const engine = engineOf(workload(kind, 'pay-eu', 'patched', labels), MISSING_RECOMMENDED);
      const [finding] = engine.findings.values();
      const [built] = finding === undefined ? [] : buildRemedies(engine, finding);
      expect(built?.id).toBe('labels/label-object');
      const path = `${pathOf(kind, 'pay-eu')}/patched?dryRun=All&fieldValidation=Strict`;
      const [body] = built?.manifests ?? [];
      const answer = await expectStatus(server.request('PATCH', path, { body, contentType: STRATEGIC }), 200);
      expect(answer.json()).toMatchObject({ metadata: { labels: { 'app.kubernetes.io/name': 'patched', ...labels } } });
    },
  );

  test('accepts the patches that set a required label', async () => {
    const object = workload('StatefulSet', 'shop', 'store', {});
    const labelled = workload('StatefulSet', 'shop', 'store', { team: 'data' });
    await expectStatus(create(labelled, false), 201);
    for (const id of ['labels/set-required-label', 'labels/set-required-label-on-pods']) {
      const [body] = remedyOf(object, id).manifests;
      const path = `${pathOf('StatefulSet', 'shop')}/store?dryRun=All&fieldValidation=Strict`;
      const answer = await expectStatus(server.request('PATCH', path, { body, contentType: STRATEGIC }), 200);
      expect(answer.json()).toMatchObject({ metadata: { labels: { team: 'data' } } });
    }
  });
});

type Answer = Awaited<ReturnType<ApiServer['request']>>;

interface Workload {
  readonly apiVersion: string;
  readonly kind: RequirableKind;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly namespace: string };
  readonly spec?: unknown;
}

const GENERATED = fc.record({
  kind: fc.constantFrom<RequirableKind>(
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'CronJob',
    'Job',
    'ReplicaSet',
    'Pod',
    'Service',
    'HorizontalPodAutoscaler',
    'ConfigMap',
    'NetworkPolicy',
  ),
  namespace: fc.constantFrom(...NAMESPACES),
  labels: fc.record(
    {
      team: fc.constantFrom('pay', 'data', 'shop', 'edge', 'Shop', ''),
      'example.com/tier': fc.constantFrom('', 'a'),
      other: fc.constant('x'),
    },
    { requiredKeys: [] },
  ),
  isOwned: fc.integer({ min: 0, max: 7 }).map((one) => one === 0),
});

function workload(
  kind: RequirableKind,
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  isOwned = false,
): Workload {
  const owner = { apiVersion: 'example.com/v1', kind: 'App', name: 'app', uid: 'u-1', controller: true };
  const containers = [{ name: 'main', image: 'registry.example/web:1' }];
  const restartPolicy = kind === 'Job' || kind === 'CronJob' ? 'Never' : 'Always';
  const template = { metadata: { labels: { app: name } }, spec: { containers, restartPolicy } };
  const selector = { matchLabels: { app: name } };
  const specs: Partial<Record<RequirableKind, unknown>> = {
    Pod: template.spec,
    Job: { template },
    CronJob: { schedule: '* * * * *', jobTemplate: { spec: { template } } },
    StatefulSet: { selector, template, serviceName: name },
    Service: { selector: { app: name }, ports: [{ port: 80 }] },
    HorizontalPodAutoscaler: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name } },
    NetworkPolicy: { podSelector: { matchLabels: { app: name } } },
    PodDisruptionBudget: { maxUnavailable: 1, selector },
    Ingress: { defaultBackend: { service: { name, port: { number: 80 } } } },
  };
  return {
    apiVersion: apiVersionOf(kind),
    kind,
    metadata: { name, namespace, labels, ...(isOwned ? { ownerReferences: [owner] } : {}) },
    ...(kind === 'ConfigMap' ? { data: {} } : { spec: specs[kind] ?? { selector, template } }),
  };
}

function pathOf(kind: RequirableKind, namespace: string): string {
  const { group, resource } = kindInfo(kind);
  return `${group === '' ? '/api/v1' : `/apis/${apiVersionOf(kind)}`}/namespaces/${namespace}/${resource}`;
}

async function create(object: Workload, isDry = true): Promise<Answer> {
  const path = `${pathOf(object.kind, object.metadata.namespace)}${isDry ? '?dryRun=All' : ''}`;
  return await server.request('POST', path, { body: object });
}

async function expectStatus(answer: Promise<Answer>, status: number): Promise<Answer> {
  const got = await answer;
  if (got.status !== status) throw new Error(`${got.status} instead of ${status}: ${got.text}`);
  return got;
}

/** A policy takes effect a moment after it was written. */
async function until(ask: () => Promise<Answer>, isMet: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (isMet(answer)) return answer;
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
}

function engineOf(object: Workload, rules: readonly Rule[] = REQUIRED_LABEL): Engine {
  const engine = new Engine(new StoreView(new ClusterStore(), 0), rules);
  engine.apply([
    ...ALL_KINDS.map((kind): Change => ({
      type: 'coverage',
      coverage: { kind, apiVersion: '', status: 'live', namespaces: 'all', reason: '', since: 0 },
    })),
    { type: 'facts', facts: { source: 'cluster', serverVersion: 'v1.36.3', labels: CONVENTION } },
    { type: 'upsert', object: slimmer.slim(object, object.kind) },
  ]);
  engine.settle();
  return engine;
}

function findingsOf(object: Workload): readonly Finding[] {
  return [...engineOf(object).findings.values()];
}

function remedyOf(object: Workload, id: string): BuiltRemedy {
  const engine = engineOf(object);
  const finding = [...engine.findings.values()].find(({ key }) => key === 'team');
  const built = finding === undefined ? undefined : buildRemedies(engine, finding).find((one) => one.id === id);
  if (built === undefined || built.refused !== null) throw new Error(`${id}: ${built?.refused ?? 'not built'}`);
  return built;
}
