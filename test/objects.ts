import type { Kind } from '../src/model/kind.ts';
import type { ObjectOf } from '../src/model/objects.ts';
import { createSlimmer } from '../src/sources/slim/slimmer.ts';

const slimmer = createSlimmer();

/** A slim object from a manifest, as a source would make it. */
export function object<K extends Kind>(kind: K, manifest: Record<string, unknown>): ObjectOf<K> {
  return slimmer.slim(manifest, kind);
}

export interface PodOptions {
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly owner?: { readonly kind: string; readonly name: string };
  readonly phase?: string;
  readonly spec?: Record<string, unknown>;
}

/** A running pod. */
export function pod(name: string, options: PodOptions = {}): ObjectOf<'Pod'> {
  const { namespace = 'shop', labels = {}, owner, phase = 'Running', spec = {} } = options;
  return object('Pod', {
    metadata: {
      name,
      namespace,
      uid: `uid-${namespace}-${name}`,
      labels,
      creationTimestamp: '2026-11-01T00:00:00Z',
      ownerReferences:
        owner === undefined
          ? []
          : [{ apiVersion: 'apps/v1', kind: owner.kind, name: owner.name, uid: 'owner', controller: true }],
    },
    spec: { containers: [{ name: 'main', image: 'registry.example/main:1' }], ...spec },
    status: { phase, podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] },
  });
}
