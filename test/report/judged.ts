import type { Waiver } from '../../src/config/waivers.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Change, ClusterFacts } from '../../src/model/change.ts';
import type { Coverage } from '../../src/model/coverage.ts';
import { ALL_KINDS, apiVersionOf, type Kind } from '../../src/model/kind.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { KubeObject } from '../../src/model/objects.ts';
import { PANE_LIST } from '../../src/panes/index.ts';
import { buildRemedies, remediesOf } from '../../src/remedy/build.ts';
import type { FormatContext } from '../../src/report/format.ts';
import { FORMATS } from '../../src/report/formats.ts';
import { exitVerdict } from '../../src/report/exit-code.ts';
import { parseBaseline } from '../../src/report/baseline.ts';
import { makeReport, type Report, type ReportOptions } from '../../src/report/report.ts';
import { WHOLE_SCOPE, type Scope } from '../../src/report/scope.ts';
import { RULES } from '../../src/rules/index.ts';
import { ClusterStore } from '../../src/store/cluster-store.ts';
import { StoreView } from '../../src/store/store-view.ts';
import { object } from '../objects.ts';

export const NOW = Date.parse('2026-11-23T10:00:00Z');

export interface Judged {
  readonly facts?: Partial<ClusterFacts>;
  readonly coverage?: readonly (Partial<Coverage> & { readonly kind: Kind })[];
  readonly changes?: readonly Change[];
  readonly scope?: Partial<Scope>;
  readonly waivers?: readonly Waiver[];
  /** Text of an earlier JSON report. */
  readonly baseline?: string;
  readonly allowUnread?: readonly string[];
  readonly withRemedies?: boolean;
  readonly generatedAt?: number;
  /** The objects were laid over a state: which of their findings it had already. */
  readonly before?: (finding: Finding) => boolean;
}

/** The report of a cluster that holds the objects and was read completely, unless `coverage` says otherwise. */
export function judged(objects: readonly KubeObject[], given: Judged = {}): Report {
  const store = new ClusterStore();
  store.apply([
    {
      type: 'facts',
      facts: {
        source: 'cluster',
        complete: true,
        context: 'prod',
        server: 'https://api.example',
        serverVersion: 'v1.36.3',
        ...given.facts,
      },
    },
    ...ALL_KINDS.map((kind): Change => {
      const overridden = given.coverage?.find((one) => one.kind === kind);
      return {
        type: 'coverage',
        coverage: {
          apiVersion: apiVersionOf(kind),
          status: 'live',
          namespaces: 'all',
          reason: '',
          since: NOW,
          ...overridden,
          kind,
        },
      };
    }),
    ...objects.map((one): Change => ({ type: 'upsert', object: one })),
    ...(given.changes ?? []),
  ]);
  const engine = new Engine(new StoreView(store, NOW), RULES);
  engine.settle();
  const facts = engine.view.facts();
  const options: ReportOptions = {
    engine,
    rules: RULES,
    panes: PANE_LIST,
    scope: { ...WHOLE_SCOPE, ...given.scope },
    generatedAt: given.generatedAt ?? NOW,
    source: {
      type: facts.source,
      context: facts.context,
      server: facts.server,
      clusterUID: facts.clusterUID,
      user: 'alice',
      kubernetesVersion: facts.serverVersion,
      paths: [],
      onto: null,
      ruleSet: 'test',
      configHash: null,
    },
    waivers: given.waivers ?? [],
    baseline: given.baseline === undefined ? null : parseBaseline(given.baseline, 'old.json'),
    base:
      given.before === undefined
        ? null
        : { findings: new Map([...engine.findings].filter(([, one]) => given.before?.(one))), connections: null },
    allowUnread: given.allowUnread ?? [],
    buildRemedies: given.withRemedies === true ? (finding) => buildRemedies(engine, finding) : null,
  };
  return makeReport(options);
}

/** A report in one of the formats. */
export function written(report: Report, format: string, overrides: Partial<FormatContext> = {}): string {
  const found = FORMATS.find((one) => one.name === format);
  if (found === undefined) throw new Error(`no format ${format}`);
  const pieces: string[] = [];
  found.write(report, (text) => void pieces.push(text), {
    verdict: exitVerdict(report, 'high'),
    failOn: 'high',
    took: null,
    paint: (text) => text,
    files: new Map(),
    firstRemedy: (finding) => remediesOf(finding)[0]?.title,
    ...overrides,
  });
  return pieces.join('');
}

/** A Deployment whose pods are privileged: one finding `vigilance/privileged-workload` of severity high, and more. */
export function privileged(name: string, namespace = 'shop'): KubeObject[] {
  const labels = { app: name };
  const spec = {
    containers: [{ name: 'main', image: 'registry.example/main:1', securityContext: { privileged: true } }],
  };
  return [
    object('Deployment', {
      metadata: { name, namespace, uid: `d-${name}`, creationTimestamp: '2026-11-01T00:00:00Z' },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    }),
    object('ReplicaSet', {
      metadata: {
        name: `${name}-5d9c`,
        namespace,
        uid: `r-${name}`,
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name, uid: `d-${name}`, controller: true }],
      },
    }),
    object('Pod', {
      metadata: {
        name: `${name}-5d9c-x7k2p`,
        namespace,
        uid: `p-${name}`,
        labels: { ...labels, 'pod-template-hash': '5d9c' },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-5d9c`, uid: `r-${name}`, controller: true },
        ],
      },
      spec,
      status: { phase: 'Running', podIP: '10.0.0.7' },
    }),
  ];
}

export const PRIVILEGED = 'vigilance/privileged-workload';

/** The scope of one rule, so that tests do not depend on what other rules find. */
export const ONLY_PRIVILEGED: Partial<Scope> = { rules: [PRIVILEGED] };
