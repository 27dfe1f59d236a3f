import { parseAllDocuments } from 'yaml';
import type { Change, ClusterFacts } from '../../../src/model/change.ts';
import { ALL_KINDS, apiVersionOf, kindOf, type Kind } from '../../../src/model/kind.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';
import { ClusterStore } from '../../../src/store/cluster-store.ts';
import { StoreView } from '../../../src/store/store-view.ts';

export interface ViewOptions {
  readonly facts?: Partial<ClusterFacts>;
  readonly denied?: readonly Kind[];
}

/** A live, fully readable cluster that holds the objects of a YAML stream. */
export function viewOf(yaml: string, options: ViewOptions = {}): StoreView {
  return viewOfObjects(
    parseAllDocuments(yaml).map((one) => one.toJS() as RawObject),
    options,
  );
}

export interface RawObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** One with whatever its kind has besides. */
export interface RawManifest extends RawObject {
  readonly [field: string]: unknown;
}

/** The same for parsed objects. */
export function viewOfObjects(objects: readonly RawObject[], options: ViewOptions = {}): StoreView {
  const view = new StoreView(new ClusterStore(), Date.UTC(2026, 10, 24));
  const facts = { source: 'cluster', complete: true, serverVersion: 'v1.36.3', ...options.facts } as const;
  view.apply([{ type: 'facts', facts }, ...coverage(options.denied ?? []), ...upserts(objects)]);
  return view;
}

/** Changes that put objects into a store. */
export function upserts(objects: readonly RawObject[]): Change[] {
  const slimmer = createSlimmer();
  return objects
    .filter((one) => one !== null)
    .map((raw) => {
      const kind = kindOf(raw.apiVersion, raw.kind);
      if (kind === undefined) throw new Error(`${raw.apiVersion} ${raw.kind} is not read`);
      return { type: 'upsert', object: slimmer.slim(raw, kind) };
    });
}

function coverage(denied: readonly Kind[]): Change[] {
  return ALL_KINDS.map((kind) => ({
    type: 'coverage',
    coverage: {
      kind,
      apiVersion: apiVersionOf(kind),
      status: denied.includes(kind) ? 'denied' : 'live',
      namespaces: denied.includes(kind) ? [] : 'all',
      reason: denied.includes(kind) ? `${kind}: forbidden` : '',
      since: 0,
    },
  }));
}
