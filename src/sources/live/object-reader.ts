import { rawText } from '../../kube/exact-text.ts';
import { cutAnnotatedCopies } from './cut-bytes.ts';
import { objectOf, type JsonObject } from './json-shape.ts';
import { pathOf, type KindTarget } from './kinds.ts';
import { withoutCopies } from './table-rows.ts';
import type { Transport } from './transport.ts';

/**
 * Reads one object as it is now, for people to look at. Of a Secret only its metadata, without copies of its data.
 *
 * @param namespace as it is shown; '' for cluster-scoped kinds
 * @param name as it is shown
 * @throws ApiError (404 where it is gone), NetworkError, Error where the name is longer than what is kept of names
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
    path: pathOf(target, namespace === '' ? null : asServerKnows(namespace), asServerKnows(name)),
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

function asServerKnows(exact: string): string {
  const raw = rawText(exact);
  if (raw === undefined) throw new Error('the name is too long to be kept whole; read the object with kubectl');
  return raw;
}
