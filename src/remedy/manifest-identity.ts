import { kindOf, type Kind } from '../model/kind.ts';
import type { KubeObject } from '../model/objects.ts';
import type { ClusterView } from '../store/cluster-view.ts';
import type { Manifest } from './remedy.ts';

/** What a manifest says that it is about; '' for what it does not say. */
export interface ManifestIdentity {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** undefined for a kind that k8sec does not read. */
  readonly known: Kind | undefined;
}

/** Kind, namespace and name of a manifest. */
export function manifestIdentity(manifest: Manifest): ManifestIdentity {
  const metadata = (manifest['metadata'] ?? {}) as { namespace?: unknown; name?: unknown };
  const kind = textOf(manifest['kind']);
  return {
    kind,
    namespace: textOf(metadata.namespace),
    name: textOf(metadata.name),
    known: kindOf(textOf(manifest['apiVersion']), kind),
  };
}

/** `NetworkPolicy shop/deny`: what a manifest says that it is about. */
export function manifestText(manifest: Manifest): string {
  const { kind, namespace, name } = manifestIdentity(manifest);
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}

/** The object of that identity as it was read; undefined where there is none. */
export function liveObject(view: ClusterView, manifest: Manifest): KubeObject | undefined {
  const { known, namespace, name } = manifestIdentity(manifest);
  return known === undefined ? undefined : view.get(known, namespace, name);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
