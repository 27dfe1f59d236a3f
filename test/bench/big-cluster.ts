import { createHash } from 'node:crypto';
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
        yield renamed(replicated(moved(object, copy), made), `${object.metadata.name}-${replica}`);
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

/** What the replicas of a workload differ in: nodes, addresses, times, containers, the token volume, restarts. */
function replicated(pod: KubeObject, number: number): KubeObject {
  const id = (text: string, length: number): string =>
    createHash('sha256').update(`${text} ${number}`).digest('hex').slice(0, length);
  const text = JSON.stringify(pod)
    .replaceAll(/kube-api-access-[a-z0-9]{5}/g, `kube-api-access-${id('volume', 5)}`)
    .replaceAll(/"worker-\d"/g, `"worker-${1 + (number % 4)}"`)
    .replaceAll(/"10\.0\.1\.2\d"/g, `"10.0.1.2${1 + (number % 4)}"`)
    .replaceAll(/10\.244\.\d+\.\d+/g, `10.${128 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`)
    .replaceAll(
      /"(containerID":"containerd:\/\/)[0-9a-f]+"/g,
      (_match, key: string) => `"${key}${id('container', 64)}"`,
    )
    .replaceAll(
      /"((?:startTime|startedAt|lastTransitionTime|time)":"\d+-\d+-\d+T\d+):\d+:\d+Z"/g,
      (_match, key: string) => `"${key}:${10 + (number % 50)}:${10 + (number % 49)}Z"`,
    )
    .replaceAll(/"restartCount":\d+/g, `"restartCount":${number % 7 === 0 ? number % 12 : 0}`);
  return JSON.parse(text) as KubeObject;
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
