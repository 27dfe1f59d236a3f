import { dayText } from '../../kube/age.ts';
import { nodeNameOf, subjectKey, SYSTEM_MASTERS, userKeys } from '../../kube/rbac-user.ts';
import type { AuditActor } from '../../model/audit-group.ts';
import type { AuditUse } from '../../model/audit-state.ts';
import type { PodObject } from '../../model/objects.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import { usesOfSpec } from '../secrets/secret-uses.ts';
import { readingsBy, subjectSecrets } from '../secrets/subject-secrets.ts';
import { mountsToken } from '../vigilance/service-account-use.ts';

/** A Secret, or the token of a service account, that somebody has or may have. */
export interface Exposed {
  readonly namespace: string;
  readonly name: string;
  /** Whether the log shows that it was handed out; else it could have been. */
  readonly isRead: boolean;
  /** The ways, one text each: `read 3 times, last on 2026-11-23`. */
  readonly ways: readonly string[];
}

/** Everything that has to be changed once an actor is not to be trusted, as far as the log and the cluster tell. */
export interface ActorExposure {
  /** What was read first, then by namespace and name. */
  readonly secrets: readonly Exposed[];
  /** Service accounts whose tokens it got or could get, in the same order. */
  readonly accounts: readonly Exposed[];
  /** Why the two lists may not be all. */
  readonly unknown: readonly string[];
}

/** Whoever makes one of these may let its pods mount any Secret of the namespace, and run as any account in it. */
const POD_MAKERS = new Set([
  'pods',
  'replicationcontrollers',
  'deployments',
  'statefulsets',
  'daemonsets',
  'replicasets',
  'jobs',
  'cronjobs',
]);
const MAKING = new Set(['create', 'update', 'patch']);
/** Subresources through which one is inside a pod. */
const ENTERING = new Set(['exec', 'attach', 'ephemeralcontainers']);

/**
 * The Secrets and tokens that an actor of the audit log read, and those that it could have read: by its bindings, inside
 * the pods that it entered, with the pods that it made, through the kubelets that it reached.
 */
export function exposureTo(view: ClusterView, { username, groups }: AuditActor): ActorExposure {
  const exposure = new Exposure(view);
  exposure.addReadings(username);
  exposure.addRights(username, groups);
  for (const use of view.audit().uses) {
    if (use.username === username && use.answered !== null) exposure.addUse(use);
  }
  const node = nodeNameOf({ name: username, groups });
  if (node !== undefined) exposure.addNode(node, `is on node ${node}, whose own credential this is`);
  return exposure.all();
}

interface Growing {
  readonly namespace: string;
  readonly name: string;
  isRead: boolean;
  readonly ways: Set<string>;
}

class Exposure {
  readonly #view: ClusterView;
  readonly #secrets = new Map<string, Growing>();
  readonly #accounts = new Map<string, Growing>();
  readonly #unknown = new Set<string>();

  constructor(view: ClusterView) {
    this.#view = view;
    if (!view.audit().usesAreComplete) this.#unknown.add('the log holds more kinds of requests than are kept');
    for (const { from, to } of view.audit().coverage.gaps) {
      this.#unknown.add(`the log has a gap from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}`);
    }
  }

  all(): ActorExposure {
    return { secrets: sorted(this.#secrets), accounts: sorted(this.#accounts), unknown: [...this.#unknown] };
  }

  addReadings(username: string): void {
    for (const { namespace, name, count, last } of readingsBy(this.#view, { kind: 'User', name: username }) ?? []) {
      const times = `${count === 1 ? 'once' : `${count} times`}, last on ${dayText(last)}`;
      if (name === null) this.#addSecretsOf(namespace, `read in a list ${times}`, true);
      else add(this.#secrets, namespace, name, `read ${times}`, true);
    }
  }

  addRights(username: string, groups: readonly string[]): void {
    if (groups.includes(SYSTEM_MASTERS)) {
      this.#addSecretsOf('', `readable for ${SYSTEM_MASTERS}`);
      return;
    }
    const readable = this.#view.readable('Secret');
    if (!readable.ok) {
      this.#unknown.add(`not all Secrets could be read (${readable.reason}): which of them it may read is not known`);
    }
    const subjects = subjectSecrets(this.#view);
    if (subjects === null) {
      this.#unknown.add('roles or bindings could not be read: what it may read is not known');
      return;
    }
    const keys = new Set(userKeys({ name: username, groups }));
    for (const { subject, namespaces, named, bindings } of subjects) {
      if (!keys.has(subjectKey(subject, '') ?? '')) continue;
      const way = `readable by ${bindings.join(', ')}`;
      for (const namespace of namespaces.keys()) this.#addSecretsOf(namespace, way);
      for (const { namespace, name } of named) add(this.#secrets, namespace, name, way);
    }
  }

  addUse({ resource, subresource, namespace, names, verb, count }: AuditUse): void {
    const place = `${resource}/${subresource}`;
    if (resource === 'pods' && ENTERING.has(subresource)) {
      for (const name of this.#namesOf(names, `pods of ${namespace} that it entered`)) this.#addPod(namespace, name);
    } else if (place === 'nodes/proxy') {
      for (const name of this.#namesOf(names, 'nodes whose kubelet it reached')) {
        this.addNode(name, `is on node ${name}, whose kubelet it reached`);
      }
    } else if (place === 'serviceaccounts/token' && verb === 'create') {
      const way = `minted ${count === 1 ? 'once' : `${count} times`}`;
      for (const name of this.#namesOf(names, `accounts of ${namespace} whose tokens it minted`)) {
        add(this.#accounts, namespace, name, way, true);
      }
    } else if (subresource === '' && POD_MAKERS.has(resource) && MAKING.has(verb) && namespace !== '') {
      this.#addSecretsOf(namespace, `in ${namespace}, where it wrote ${resource}, which may mount any Secret`);
      this.#unknown.add(`what it wrote of ${resource} in ${namespace} may have run as any account there`);
    }
  }

  addNode(node: string, way: string): void {
    if (!this.#view.readable('Pod').ok) this.#unknown.add('pods could not be read: what nodes hold is not known');
    for (const pod of podsByNode(this.#view).get(node) ?? []) this.#addHeld(pod, way);
  }

  #namesOf(names: readonly string[] | null, what: string): readonly string[] {
    if (names === null) this.#unknown.add(`the ${what} are too many for their names to be kept`);
    return (names ?? []).filter((name) => name !== '');
  }

  #addPod(namespace: string, name: string): void {
    const pod = this.#view.get('Pod', namespace, name);
    if (pod !== undefined) this.#addHeld(pod, `in pod ${name}, which it entered`);
    else this.#unknown.add(`pod ${namespace}/${name}, which it entered, is gone: what it held is not known`);
  }

  #addHeld({ namespace, spec }: PodObject, way: string): void {
    for (const { name, how } of usesOfSpec(spec)) {
      if (how !== 'image-pull') add(this.#secrets, namespace, name, way);
    }
    if (mountsToken(this.#view, namespace, spec) !== false) {
      add(this.#accounts, namespace, spec.serviceAccountName || 'default', way);
    }
  }

  /** @param namespace '' for all */
  #addSecretsOf(namespace: string, way: string, isRead = false): void {
    const readable = this.#view.readable('Secret', namespace === '' ? undefined : namespace);
    if (!readable.ok) {
      const where = namespace === '' ? 'all namespaces' : namespace;
      this.#unknown.add(`the Secrets of ${where} could not be read (${readable.reason})`);
    }
    const secrets = namespace === '' ? this.#view.list('Secret') : this.#view.list('Secret', namespace);
    for (const secret of secrets) add(this.#secrets, secret.namespace, secret.name, way, isRead);
  }
}

function add(to: Map<string, Growing>, namespace: string, name: string, way: string, isRead = false): void {
  const key = `${namespace}/${name}`;
  let there = to.get(key);
  if (there === undefined) to.set(key, (there = { namespace, name, isRead: false, ways: new Set() }));
  if (isRead) there.isRead = true;
  there.ways.add(way);
}

function sorted(all: ReadonlyMap<string, Growing>): readonly Exposed[] {
  return [...all.entries()]
    .sort(([a, left], [b, right]) => Number(right.isRead) - Number(left.isRead) || (a < b ? -1 : 1))
    .map(([, one]) => ({ ...one, ways: [...one.ways] }));
}

/** Of each node, all pods that were given to it, finished ones too. */
function podsByNode(view: ClusterView): ReadonlyMap<string | null, readonly PodObject[]> {
  return view.derive('audit/pods-by-node', '', (inner) => Map.groupBy(inner.list('Pod'), (pod) => pod.nodeName));
}
