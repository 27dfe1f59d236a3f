import { createHash } from 'node:crypto';
import { serializeObject, type KubeObject } from './kube-object.ts';
import { ResourceLog } from './resource-log.ts';
import { builtInKinds, servedByCrd, type ServedKind } from './served-kinds.ts';
import { metadataOf, parseStored, type StoredObject } from './stored-object.ts';

export interface ObjectStoreOptions {
  /** Milliseconds since the epoch; the creationTimestamp of objects that bring none. */
  readonly now?: () => number;
  /** How many events are kept per resource before the oldest are compacted away. */
  readonly historyLimit?: number;
  readonly firstResourceVersion?: number;
}

/** The objects of the demo cluster with their history, as etcd and the watch cache would hold them. */
export class ObjectStore {
  readonly #kinds = new Map<string, ServedKind>();
  readonly #byKind = new Map<string, ServedKind>();
  readonly #logs = new Map<string, ResourceLog>();
  readonly #now: () => number;
  readonly #historyLimit: number;
  #rv: number;

  constructor(options: ObjectStoreOptions = {}) {
    this.#now = options.now ?? Date.now;
    this.#historyLimit = options.historyLimit ?? 5000;
    this.#rv = options.firstResourceVersion ?? 1000;
    for (const kind of builtInKinds()) this.#serve(kind);
  }

  /** The resourceVersion of the newest change in the whole cluster. */
  get resourceVersion(): number {
    return this.#rv;
  }

  /** Every resource that is served now; a CustomResourceDefinition adds its own. */
  kinds(): ServedKind[] {
    return [...this.#kinds.values()];
  }

  /** @returns undefined where this group has no such resource */
  kindOfResource(group: string, resource: string): ServedKind | undefined {
    return this.#kinds.get(`${group}/${resource}`);
  }

  /** The history of one served resource. */
  log(kind: ServedKind): ResourceLog {
    const id = `${kind.group}/${kind.resource}`;
    let log = this.#logs.get(id);
    if (log === undefined) {
      log = new ResourceLog(this.#historyLimit);
      this.#logs.set(id, log);
    }
    return log;
  }

  /**
   * Creates or replaces an object; uid and creationTimestamp are kept or made up, the resourceVersion is assigned.
   *
   * @returns the stored version
   * @throws Error where the kind is not served; apply its CustomResourceDefinition first
   */
  apply(object: KubeObject): StoredObject {
    const kind = this.#kindOf(object.apiVersion, object.kind);
    const namespace = kind.namespaced ? (object.metadata.namespace ?? 'default') : '';
    const key = keyOf(namespace, object.metadata.name);
    const log = this.log(kind);
    const before = log.get(key);
    const old = before === undefined ? undefined : metadataOf(before);
    this.#rv += 1;
    const uid = object.metadata.uid ?? old?.uid ?? uidFor(`${kind.group}/${kind.resource}/${key}#${this.#rv}`);
    const { body, metaLength } = serializeObject(
      {
        ...object,
        metadata: {
          ...object.metadata,
          ...(kind.namespaced ? { namespace } : {}),
          uid,
          resourceVersion: String(this.#rv),
          creationTimestamp: object.metadata.creationTimestamp ?? old?.creationTimestamp ?? rfc3339(this.#now()),
        },
      },
      kind.custom,
    );
    const stored: StoredObject = {
      key,
      namespace,
      name: object.metadata.name,
      uid,
      labels: object.metadata.labels ?? {},
      rv: this.#rv,
      body,
      metaLength,
    };
    log.append({ type: before === undefined ? 'ADDED' : 'MODIFIED', rv: this.#rv, object: stored, before });
    if (object.kind === 'CustomResourceDefinition') this.#serveCrd(object);
    return stored;
  }

  /** Applies many objects in their order. */
  load(objects: Iterable<KubeObject>): void {
    for (const object of objects) this.apply(object);
  }

  /**
   * Deletes an object.
   *
   * @returns false where there was none
   */
  delete(apiVersion: string, kind: string, namespace: string, name: string): boolean {
    const log = this.log(this.#kindOf(apiVersion, kind));
    const before = log.get(keyOf(namespace, name));
    if (before === undefined) return false;
    this.#rv += 1;
    const body = before.body.replace(`"resourceVersion":"${before.rv}"`, `"resourceVersion":"${this.#rv}"`);
    const metaLength = before.metaLength + body.length - before.body.length;
    log.append({ type: 'DELETED', rv: this.#rv, object: { ...before, rv: this.#rv, body, metaLength }, before });
    return true;
  }

  /** @returns a copy of the object as it is now, or undefined */
  get(apiVersion: string, kind: string, namespace: string, name: string): KubeObject | undefined {
    const served = this.#kindOf(apiVersion, kind);
    const stored = this.log(served).get(keyOf(namespace, name));
    return stored === undefined ? undefined : parseStored(stored, served);
  }

  /** Copies of all objects of a kind, in key order, of one namespace where one is named. */
  list(apiVersion: string, kind: string, namespace?: string): KubeObject[] {
    const served = this.#kindOf(apiVersion, kind);
    return this.log(served)
      .current()
      .filter((stored) => namespace === undefined || stored.namespace === namespace)
      .map((stored) => parseStored(stored, served));
  }

  /** Forgets all history: watches and continue tokens from before this moment are answered with 410. */
  compact(): void {
    for (const kind of this.#kinds.values()) this.log(kind).compact(this.#rv);
  }

  #kindOf(apiVersion: string, kind: string): ServedKind {
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
    const served = this.#byKind.get(`${group}/${kind}`);
    if (served === undefined) {
      throw new Error(
        `the demo cluster serves no ${kind} of ${apiVersion}; apply its CustomResourceDefinition before it`,
      );
    }
    return served;
  }

  #serve(kind: ServedKind): void {
    this.#kinds.set(`${kind.group}/${kind.resource}`, kind);
    this.#byKind.set(`${kind.group}/${kind.kind}`, kind);
  }

  #serveCrd(crd: KubeObject): void {
    const kind = servedByCrd(crd);
    if (kind !== undefined) this.#serve(kind);
  }
}

function keyOf(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** A time as Kubernetes writes it in metadata: whole seconds, UTC. */
export function rfc3339(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** A uid that is the same in every run for the same text. */
export function uidFor(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
