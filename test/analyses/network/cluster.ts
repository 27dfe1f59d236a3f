import { parseAllDocuments } from 'yaml';
import type { BrokenObject, Change, ClusterFacts } from '../../../src/model/change.ts';
import { ALL_KINDS, kindOf, type Kind } from '../../../src/model/kind.ts';
import type { KubeObject } from '../../../src/model/objects.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { StoreView } from '../../../src/store/store-view.ts';

export interface ClusterOptions {
  readonly denied?: readonly Kind[];
  readonly broken?: readonly BrokenObject[];
  readonly facts?: Partial<ClusterFacts>;
}

const NOW = Date.parse('2026-11-23T10:00:00Z');

/** The slim objects of a YAML stream. */
export function objectsOf(yaml: string): KubeObject[] {
  const slimmer = createSlimmer();
  return parseAllDocuments(yaml).flatMap((document) => {
    const raw = document.toJS() as { apiVersion: string; kind: string } | null;
    if (raw === null) return [];
    const kind = kindOf(raw.apiVersion, raw.kind);
    if (kind === undefined) throw new Error(`The test names an unknown kind: ${raw.apiVersion} ${raw.kind}`);
    return [slimmer.slim(raw, kind)];
  });
}

/** Coverage of a cluster in which all kinds could be read, but for those `denied`. */
export function coverage(denied: readonly Kind[] = []): Change[] {
  return ALL_KINDS.map((kind) => ({
    type: 'coverage',
    coverage: {
      kind,
      apiVersion: '',
      status: denied.includes(kind) ? 'denied' : 'live',
      namespaces: denied.includes(kind) ? [] : 'all',
      reason: denied.includes(kind) ? 'forbidden' : '',
      since: 0,
    },
  }));
}

/** A view of a cluster with these objects. */
export function cluster(yaml: string, options: ClusterOptions = {}): StoreView {
  const view = new StoreView(new ClusterStore(), NOW);
  view.apply([
    ...coverage(options.denied),
    { type: 'facts', facts: { source: 'cluster', complete: true, ...options.facts } },
    ...objectsOf(yaml).map((object): Change => ({ type: 'upsert', object })),
    ...(options.broken ?? []).map((problem): Change => ({ type: 'broken', problem })),
  ]);
  return view;
}

/** Applies changes and brings everything that was computed up to date, as the engine does. */
export function apply(view: StoreView, changes: readonly Change[]): void {
  view.apply(changes);
  view.graph.settle(
    () => {},
    () => false,
  );
}

let address = 10;

/** A running pod; `more` is put into its spec. */
export function pod(namespace: string, name: string, labels: Readonly<Record<string, string>>, more = ''): string {
  address += 1;
  return `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: ${JSON.stringify(labels)}}
spec:
  containers: [{name: app, image: app, ports: [{name: web, containerPort: 8080}]}]
${more}
status: {phase: Running, podIPs: [{ip: 10.1.0.${address}}]}
`;
}

/** A NetworkPolicy with this spec, in flow style. */
export function policy(namespace: string, name: string, spec: string): string {
  return `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
`;
}

/** A namespace as an API server stores it. */
export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): string {
  return `---
apiVersion: v1
kind: Namespace
metadata: {name: ${name}, uid: uid-${name}, labels: ${JSON.stringify({ 'kubernetes.io/metadata.name': name, ...labels })}}
`;
}
