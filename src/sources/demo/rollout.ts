import { recordOf, recordsOf, scalarText } from './json-value.ts';
import type { KubeObject } from './kube-object.ts';
import { rfc3339, type ObjectStore } from './object-store.ts';
import { nameSuffix } from './shop/metadata.ts';
import type { Placement } from './shop/nodes.ts';
import { replicaSetWithPods, templateIn } from './shop/replica-set.ts';
import { endpointSlices } from './shop/services.ts';

/** One rollout of a Deployment, a step at a time: new pods pending, new pods running, old pods gone. */
export class Rollout {
  readonly #store: ObjectStore;
  readonly #namespace: string;
  readonly #name: string;
  readonly #hash: string;
  readonly #placement: Placement;
  #steps = 0;

  /** @param revision tells the rollouts of one Deployment apart */
  constructor(store: ObjectStore, placement: Placement, namespace: string, name: string, revision: number) {
    this.#store = store;
    this.#placement = placement;
    this.#namespace = namespace;
    this.#name = name;
    this.#hash = nameSuffix(`${namespace}/${name}/rollout/${revision}`, 10);
  }

  /** Does the next step. */
  step(now: number): 'more' | 'done' {
    const deployment = this.#store.get('apps/v1', 'Deployment', this.#namespace, this.#name);
    if (deployment === undefined) return 'done';
    this.#steps += 1;
    if (this.#steps === 1) {
      this.#start(deployment, now);
      return 'more';
    }
    if (this.#steps === 2) {
      this.#run(now);
      return 'more';
    }
    this.#retire(now);
    return 'done';
  }

  #start(deployment: KubeObject, now: number): void {
    const replicas = Number(recordOf(deployment['spec'])['replicas'] ?? 1);
    const revision = { hash: this.#hash, replicas, createdAt: rfc3339(now), now, phase: 'Pending' } as const;
    const { metadata } = deployment;
    this.#store.apply({ ...deployment, metadata: { ...metadata, generation: (metadata.generation ?? 1) + 1 } });
    this.#store.load(replicaSetWithPods(deployment, templateIn(deployment), revision, this.#placement));
  }

  #run(now: number): void {
    for (const pod of this.#pods().filter((one) => this.#isNew(one))) {
      const status = recordOf(pod['status']);
      const started = { running: { startedAt: pod.metadata.creationTimestamp } };
      this.#store.apply({
        ...pod,
        status: {
          ...status,
          phase: 'Running',
          conditions: recordsOf(status['conditions']).map((condition) => ({ ...condition, status: 'True' })),
          ...this.#address(pod),
          containerStatuses: recordsOf(status['containerStatuses']).map((one) => ({
            ...one,
            state: started,
            ready: true,
            started: true,
          })),
        },
      });
    }
    this.#refreshSlices(now);
  }

  #retire(now: number): void {
    for (const pod of this.#pods().filter((one) => !this.#isNew(one))) {
      this.#store.delete('v1', 'Pod', this.#namespace, pod.metadata.name);
    }
    for (const set of this.#store.list('apps/v1', 'ReplicaSet', this.#namespace)) {
      const owned = set.metadata.ownerReferences?.some((owner) => owner.name === this.#name) === true;
      const hash = set.metadata.labels?.['pod-template-hash'];
      if (!owned || hash === this.#hash) continue;
      const status = { replicas: 0, observedGeneration: 2 };
      this.#store.apply({ ...set, spec: { ...recordOf(set['spec']), replicas: 0 }, status });
    }
    this.#refreshSlices(now);
  }

  #address(pod: KubeObject): { podIP: string; podIPs: { ip: string }[] } {
    const node = scalarText(recordOf(pod['spec'])['nodeName']);
    const { ip } = this.#placement.on(node, false);
    return { podIP: ip, podIPs: [{ ip }] };
  }

  #isNew(pod: KubeObject): boolean {
    return pod.metadata.labels?.['pod-template-hash'] === this.#hash;
  }

  #pods(): KubeObject[] {
    return this.#store
      .list('v1', 'Pod', this.#namespace)
      .filter((pod) => pod.metadata.ownerReferences?.some((owner) => this.#isOwnSet(owner.name)) === true);
  }

  #isOwnSet(setName: string): boolean {
    return setName.slice(0, setName.lastIndexOf('-')) === this.#name;
  }

  #refreshSlices(now: number): void {
    const services = this.#store
      .list('v1', 'Service', this.#namespace)
      .filter((one) => one.metadata.name === this.#name);
    const slices = endpointSlices(services, this.#store.list('v1', 'Pod', this.#namespace), now);
    for (const slice of slices) {
      const before = this.#store.get(slice.apiVersion, slice.kind, this.#namespace, slice.metadata.name);
      this.#store.apply({ ...slice, metadata: before?.metadata ?? slice.metadata });
    }
  }
}
