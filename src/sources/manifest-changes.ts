import { ALL_KINDS, apiVersionOf } from '../model/kind.ts';
import type { BrokenObject, Change } from '../model/change.ts';
import type { ManifestResult } from './manifests/manifest-result.ts';

export interface ManifestFacts {
  /** Whether the files are the whole cluster, so that absence counts. */
  readonly complete: boolean;
  /** The server version to judge by; null where none was named. */
  readonly serverVersion: string | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What manifests told, as the changes that fill an empty store. */
export function manifestChanges(result: ManifestResult, facts: ManifestFacts): readonly Change[] {
  const present = new Set(result.objects.map((object) => object.kind));
  const unreadable = result.unreadable.map(({ path, message }): BrokenObject => ({
    file: path,
    line: null,
    kind: null,
    namespace: null,
    name: null,
    field: '',
    message,
  }));
  return [
    {
      type: 'facts',
      facts: {
        source: 'files',
        complete: facts.complete,
        serverVersion: facts.serverVersion,
        metricsReason: 'manifests have no metrics',
        duplicates: result.duplicates,
        removedApis: result.removedApis,
      },
    },
    ...ALL_KINDS.map((kind): Change => ({
      type: 'coverage',
      coverage: {
        kind,
        apiVersion: apiVersionOf(kind),
        status: present.has(kind) ? 'live' : 'absent',
        namespaces: 'all',
        reason: present.has(kind) ? '' : 'not in the input',
        since: facts.now,
      },
    })),
    ...[...result.broken, ...unreadable].map((problem): Change => ({ type: 'broken', problem })),
    ...result.objects.map((object): Change => ({ type: 'upsert', object })),
  ];
}
