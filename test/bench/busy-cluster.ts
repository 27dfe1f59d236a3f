import type { KubeObject } from '../../src/sources/demo/kube-object.ts';

/** Where changes go to; a store of the demo server is one. */
interface Target {
  apply(object: KubeObject): unknown;
  delete(apiVersion: string, kind: string, namespace: string, name: string): unknown;
}

/** Of twenty changes: status updates of pods, then steps of rollouts, then whatever else happens. */
const STATUS_UPDATES = 12;
const ROLLOUT_STEPS = 7;
const ROUND = 20;
/** Deployments that roll out at the same time. */
const AT_ONCE = 5;
/** A prime, so that changes come to all pods and Deployments, in no order. */
const STRIDE = 7919;

/**
 * What happens in a busy cluster, one watch event of a kind that k8sec reads after the other: restarts and readiness of
 * pods, Deployments that roll out a new image pod by pod, now and then a label, an annotation or a node's status.
 */
export class BusyCluster {
  readonly #target: Target;
  readonly #pods: KubeObject[];
  readonly #nodes: readonly KubeObject[];
  readonly #deployments: readonly KubeObject[];
  readonly #replicaSets: readonly KubeObject[];
  readonly #podsOf: ReadonlyMap<string, readonly KubeObject[]>;
  readonly #rollouts: Iterator<void>[] = [];
  #count = 0;
  #begun = 0;

  /** @param objects everything in the cluster */
  constructor(target: Target, objects: readonly KubeObject[]) {
    const ofKind = (kind: string): readonly KubeObject[] => objects.filter((one) => one.kind === kind);
    this.#target = target;
    this.#pods = [...ofKind('Pod')];
    this.#nodes = ofKind('Node');
    this.#replicaSets = ofKind('ReplicaSet');
    this.#podsOf = Map.groupBy(this.#pods, ownerOf);
    this.#deployments = ofKind('Deployment');
  }

  /** Makes the next change. */
  change(): void {
    const at = this.#count % ROUND;
    this.#count += 1;
    if (at < STATUS_UPDATES) this.#updateStatus();
    else if (at < STATUS_UPDATES + ROLLOUT_STEPS) this.#rollOn();
    else this.#somethingElse();
  }

  /** A container restarted, or a probe has failed or passes again. */
  #updateStatus(): void {
    const pod = one(this.#pods, this.#count);
    const status = fieldsOf(pod['status']);
    const isReady = this.#count % 2 === 0;
    const time = new Date(this.#count * 1000).toISOString();
    const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: time }];
    const containerStatuses = [{ name: 'main', ready: isReady, restartCount: this.#count }];
    this.#target.apply({ ...pod, status: { ...status, conditions, containerStatuses } });
  }

  #rollOn(): void {
    const place = this.#count % AT_ONCE;
    const rollout = (this.#rollouts[place] ??= this.#rollout());
    if (rollout.next().done === true) {
      this.#rollouts[place] = this.#rollout();
      this.#rollouts[place].next();
    }
  }

  /** One event a step. */
  *#rollout(): Generator<void, void> {
    const deployment = one(this.#deployments, (this.#begun += 1));
    const { namespace = '', name } = deployment.metadata;
    const old = this.#replicaSets.find((each) => ownerOf(each) === `${namespace}/Deployment/${name}`);
    const hash = `rollout${this.#begun}`;
    const image = `registry.example/${name}:${this.#begun}`;
    this.#target.apply({ ...deployment, spec: withImage(fieldsOf(deployment['spec']), image) });
    if (old === undefined) return;
    yield;
    const set = { ...old, metadata: { ...relabelled(old, hash), name: `${name}-${hash}` } };
    this.#target.apply(set);
    for (const [at, pod] of (this.#podsOf.get(`${namespace}/ReplicaSet/${old.metadata.name}`) ?? []).entries()) {
      yield;
      yield* this.#replace(pod, `${set.metadata.name}-${at}`, set.metadata.name, { hash, image });
      this.#target.apply({ ...deployment, status: { updatedReplicas: at + 1 } });
    }
    yield;
    this.#target.apply({ ...old, spec: { ...fieldsOf(old['spec']), replicas: 0 } });
  }

  /** Created, scheduled and started; the old one is told to end, and is gone. */
  *#replace(pod: KubeObject, name: string, set: string, { hash, image }: Revision): Generator<void, void> {
    const { ownerReferences = [], uid: _uid, ...rest } = relabelled(pod, hash);
    const owners = ownerReferences.map((owner) => ({ ...owner, name: set }));
    const { nodeName, ...spec } = podSpecWith(fieldsOf(pod['spec']), image);
    const metadata = { ...rest, name, ownerReferences: owners };
    this.#target.apply({ ...pod, metadata, spec, status: { phase: 'Pending' } });
    yield;
    this.#target.apply({ ...pod, metadata, spec: { ...spec, nodeName }, status: { phase: 'Pending' } });
    yield;
    this.#target.apply({ ...pod, metadata, spec: { ...spec, nodeName } });
    yield;
    this.#target.apply({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-11-27T00:00:00Z' } });
    yield;
    this.#target.delete('v1', 'Pod', pod.metadata.namespace ?? '', pod.metadata.name);
    this.#pods.splice(this.#pods.indexOf(pod), 1);
    yield;
  }

  #somethingElse(): void {
    const time = `${this.#count}`;
    const kinds = [this.#pods, this.#deployments, this.#nodes];
    const which = Math.floor(this.#count / ROUND) % kinds.length;
    const changed = one(kinds[which] ?? [], this.#count);
    const { metadata } = changed;
    if (which === 0) {
      this.#target.apply({ ...changed, metadata: { ...metadata, labels: { ...metadata.labels, looked: time } } });
    } else if (which === 1) {
      const annotations = { ...metadata.annotations, 'deployment.kubernetes.io/revision': time };
      this.#target.apply({ ...changed, metadata: { ...metadata, annotations } });
    } else this.#target.apply({ ...changed, status: { ...fieldsOf(changed['status']), images: [{ names: [time] }] } });
  }
}

interface Revision {
  readonly hash: string;
  readonly image: string;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return value as Fields;
}

/** `shop/ReplicaSet/web-5d8f` of what controls an object. */
function ownerOf({ metadata }: KubeObject): string {
  const owner = metadata.ownerReferences?.find((each) => each.controller === true);
  return `${metadata.namespace ?? ''}/${owner?.kind ?? ''}/${owner?.name ?? ''}`;
}

function relabelled({ metadata }: KubeObject, hash: string): KubeObject['metadata'] {
  return { ...metadata, labels: { ...metadata.labels, 'pod-template-hash': hash } };
}

function withImage(spec: Fields, image: string): Fields {
  const template = fieldsOf(spec['template']);
  return { ...spec, template: { ...template, spec: podSpecWith(fieldsOf(template['spec']), image) } };
}

/** The first container has another image. */
function podSpecWith(spec: Fields, image: string): Fields {
  const [first, ...others] = spec['containers'] as readonly Fields[];
  return { ...spec, containers: [{ ...first, image }, ...others] };
}

function one<T>(list: readonly T[], count: number): T {
  const found = list[(count * STRIDE) % list.length];
  if (found === undefined) throw new Error('nothing of that kind is in the cluster');
  return found;
}
