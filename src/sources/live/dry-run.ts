import { ApiError, type StatusCause } from './api-error.ts';
import { reasonOf } from './connection-error.ts';
import { objectOf, textOf, type JsonObject } from './json-shape.ts';
import { acceptOf, pathOf, targetOf, type KindTarget } from './kinds.ts';
import type { Transport } from './transport.ts';
import { kindInfo, kindOf } from '../../model/kind.ts';

/** What the server would say to a manifest. Nothing is stored; admission webhooks run, and the request is logged. */
export type DryRunResult =
  | { readonly status: 'accepted' }
  /** refused: the object or the change is wrong; forbidden: we may not write; unsupported: the server can't dry-run. */
  | {
      readonly status: 'refused' | 'forbidden' | 'unsupported' | 'unreachable';
      readonly message: string;
      readonly causes: readonly StatusCause[];
    };

/**
 * Forced, because a remedy changes fields that somebody else applied: without it every such change is a conflict, and
 * says nothing of whether the object is valid. Nothing is taken from anybody, since nothing is stored.
 */
const QUERY = 'dryRun=All&fieldManager=k8sec&fieldValidation=Strict&force=true';
/** Between us and the server, or a server that is overloaded; a 500 is what an unknown field of an apply gives. */
const TEMPORARY = new Set([429, 502, 503, 504]);

/**
 * Server-side dry run: an apply (PATCH, as `kubectl apply --server-side --dry-run=server`), which creates what is not
 * there.
 *
 * @param manifest one object with apiVersion, kind, metadata.name and, where namespaced, metadata.namespace
 */
export async function dryRun(transport: Transport, manifest: JsonObject, signal: AbortSignal): Promise<DryRunResult> {
  const target = targetOfManifest(manifest);
  const metadata = objectOf(manifest['metadata']);
  const name = textOf(metadata['name']);
  if (target === null || name === '') {
    const message = 'k8sec does not know where objects of this kind belong, or it has no name';
    return { status: 'unsupported', message, causes: [] };
  }
  const namespace = target.namespaced ? textOf(metadata['namespace']) || 'default' : null;
  try {
    const answer = await transport.getBuffer({
      method: 'PATCH',
      path: `${pathOf(target, namespace, name)}?${QUERY}`,
      accept: acceptOf('full', 'get'),
      contentType: 'application/apply-patch+yaml',
      // JSON is YAML.
      body: JSON.stringify(manifest),
      signal,
    });
    answer.release();
    return { status: 'accepted' };
  } catch (error) {
    signal.throwIfAborted();
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): DryRunResult {
  const message = reasonOf(error);
  if (!(error instanceof ApiError)) return { status: 'unreachable', message, causes: [] };
  const { causes, status } = error;
  if (status === 403) return { status: 'forbidden', message, causes };
  if (status === 405 || status === 415 || status === 501) return { status: 'unsupported', message, causes };
  return { status: TEMPORARY.has(status) ? 'unreachable' : 'refused', message, causes };
}

/** The manifest's own version is used, so that the server judges what would really be applied. */
function targetOfManifest(manifest: JsonObject): KindTarget | null {
  const apiVersion = textOf(manifest['apiVersion']);
  const kind = kindOf(apiVersion, textOf(manifest['kind']));
  if (kind === undefined) return null;
  const slash = apiVersion.indexOf('/');
  return targetOf(kind, {
    group: slash < 0 ? kindInfo(kind).group : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
  });
}
