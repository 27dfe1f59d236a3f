import { cutAnnotatedCopies } from './cut-bytes.ts';
import { objectOf, type JsonObject } from './json-shape.ts';
import { pathOf, type KindTarget } from './kinds.ts';
import { withoutCopies } from './table-rows.ts';
import type { Transport } from './transport.ts';

/**
 * Reads one object as it is now, for people to look at. Of a Secret only its metadata, without copies of its data.
 *
 * @param namespace '' for cluster-scoped kinds
 * @throws ApiError (404 where it is gone), NetworkError
 */
export async function readObject(
  transport: Transport,
  target: KindTarget,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<JsonObject> {
  const isSecret = target.plan.form === 'table';
  const answer = await transport.getBuffer({
    path: pathOf(target, namespace === '' ? null : namespace, name),
    // No plain fallback for Secrets: a server that can't leave the data out must refuse.
    accept: isSecret ? 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' : 'application/json',
    signal,
  });
  try {
    const bytes = isSecret ? cutAnnotatedCopies(answer.bytes) : answer.bytes;
    const object = objectOf(JSON.parse(bytes.toString()));
    if (!isSecret) return object;
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: withoutCopies(objectOf(object['metadata'])),
    };
  } finally {
    answer.release();
  }
}
