import type { KubeObject } from '../../src/sources/demo/kube-object.ts';
import { shopObjects } from '../../src/sources/demo/shop/shop-cluster.ts';

/** Replicas that stand for one of the shop's pods. */
const REPLICAS = 10;

/**
 * A generated cluster: the demo shop many times over, each copy in namespaces of its own, each pod with ten replicas, until
 * there are `pods` pods of about 7 KB. Everything else is there once a copy.
 */
export function* bigCluster(pods: number, now: number): Generator<KubeObject> {
  const shop = shopObjects(now);
  const namespaced = shop.filter((object) => object.metadata.namespace !== undefined);
  yield* shop.filter((object) => object.metadata.namespace === undefined && object.kind !== 'Namespace');
  const namespaces = shop.filter((object) => object.kind === 'Namespace');
  let made = 0;
  for (let copy = 0; made < pods; copy += 1) {
    for (const object of namespaces) yield renamed(object, `${object.metadata.name}-${copy}`);
    for (const object of namespaced) {
      if (object.kind !== 'Pod') {
        yield moved(object, copy);
        continue;
      }
      for (let replica = 0; replica < REPLICAS && made < pods; replica += 1, made += 1) {
        yield renamed(moved(object, copy), `${object.metadata.name}-${replica}`);
      }
    }
  }
}

function renamed(object: KubeObject, name: string): KubeObject {
  const { uid: _uid, ...metadata } = object.metadata;
  const labels =
    object.kind === 'Namespace' ? { ...metadata.labels, 'kubernetes.io/metadata.name': name } : metadata.labels;
  return { ...object, metadata: { ...metadata, name, ...(labels === undefined ? {} : { labels }) } };
}

/** Every mention of a namespace of the shop becomes the copy's. */
function moved(object: KubeObject, copy: number): KubeObject {
  const { uid: _uid, ...metadata } = object.metadata;
  const text = JSON.stringify({ ...object, metadata }).replaceAll(
    /"namespace":"([a-z-]+)"/g,
    (_match, name: string) => `"namespace":"${name}-${copy}"`,
  );
  return JSON.parse(text) as KubeObject;
}
