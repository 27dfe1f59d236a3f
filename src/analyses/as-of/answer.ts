/** The answer to "at this instant: which workloads matched, and who had access to them". */
import { describeGrant } from '../../kube/rbac-reason.ts';
import { appliesTo, parseServiceAccountUser } from '../../kube/rbac-user.ts';
import type { Grant } from '../../kube/authorizer.ts';
import type { ObjectRef } from '../../model/finding.ts';
import type { CitedRequest, Witness } from '../../model/observation.ts';
import type { BindingObject, PodObject, Subject } from '../../model/objects.ts';
import { bindingsIn, rulesOfRole } from '../rbac/policy.ts';
import { whoCan } from '../rbac/who-can.ts';
import { topOwner } from '../workload/top-owner.ts';
import { ACCESSES, accessOf, type Access } from '../../kube/accesses.ts';
import {
  anyConnection,
  pastConnections,
  unknownConnection,
  type ConnectionsOf,
  type PastConnection,
} from './connection.ts';
import type { PastView } from './past-view.ts';
import { claimsOf, secretsOf, type Target } from './target.ts';
import { earliestOf } from './witness.ts';
import type { PastPresence, PastUnknown } from './timeline.ts';

type Grade = 'witnessed' | 'possible' | 'unknown';

/** A pod that matched. */
export interface MatchedPod {
  readonly pod: PodObject;
  readonly workload: ObjectRef;
  readonly presence: PastPresence;
  /** Why it is meant. */
  readonly reason: string;
  /** Whether it is known to have been so then; else it was there, and was so later. */
  readonly certain: boolean;
}

/** Somebody who had access, or did what only access allows. */
export interface Principal {
  /** Of a binding, or a workload. */
  readonly subject: Subject;
  /** Such as `exec`, `read-secret`, `hold-credential`; `not known` where the role's rules are not. */
  readonly access: string;
  /** On what: `Pod shop/db-0`, `Secret shop/pg`, `namespace shop`, `cluster`. */
  readonly on: string;
  readonly grade: Grade;
  /** The bindings that gave it, in the API server's words; empty where none is known to have. */
  readonly via: readonly string[];
  readonly auditIDs: readonly string[];
  /** Milliseconds since the epoch of the last such request; null where none was seen. */
  readonly lastSeen: number | null;
  /** Of who holds a credential: whether policies let it connect to the pods that it is for. */
  readonly connection: PastConnection | null;
}

export interface Answer {
  readonly time: number;
  readonly pods: readonly MatchedPod[];
  readonly principals: readonly Principal[];
  readonly unknown: readonly PastUnknown[];
}

/**
 * Answers for one instant.
 *
 * @param until requests up to then count: the instant itself, or the end of the time in which nothing changed
 */
export function answerAt(
  past: PastView,
  target: Target,
  witnesses: readonly Witness[],
  until: number = past.time,
): Answer {
  const pods = matchedPods(past, target);
  const found = new Map<string, Draft>();
  const questions = questionsOf(pods);
  for (const asked of questions) addHolders(past.view, asked, 'possible', found);
  const { later } = past;
  // Who has it only by what bindings and roles were later may have had it.
  if (later !== null) for (const asked of questions) addHolders(later, asked, 'unknown', found);
  const connectionsOf = pastConnections(past);
  for (const one of past.present) addCredentials(past.view, one, pods, connectionsOf, found);
  for (const one of past.unknown) if (one.later !== null) addCredentials(past.view, one.later, pods, null, found);
  for (const witness of witnesses) addWitness(past, witness, until, pods, found);
  for (const namespace of ['', ...new Set(pods.map(({ pod }) => pod.namespace))]) {
    if (pods.length > 0) addUnreadRoles(past, namespace, found);
  }
  const principals = [...found.values()].map(({ cited, connections, ...rest }) => ({
    ...rest,
    auditIDs: earliestOf(cited).map((one) => one.auditID),
    connection: connections.length === 0 ? null : anyConnection(connections),
  }));
  return { time: past.time, pods, principals: principals.sort(byName), unknown: past.unknown };
}

function matchedPods({ view, present, unknown }: PastView, target: Target): readonly MatchedPod[] {
  const matched = (presence: PastPresence, certain: boolean): readonly MatchedPod[] => {
    const { object: pod } = presence;
    if (pod.kind !== 'Pod') return [];
    const reason = target.reasonFor(view, pod);
    return reason === null ? [] : [{ pod, workload: topOwner(view, pod), presence, reason, certain }];
  };
  return [
    ...present.flatMap((one) => matched(one, true)),
    ...unknown.flatMap((one) => (one.later === null ? [] : matched(one.later, false))),
  ];
}

interface Draft extends Omit<Principal, 'auditIDs' | 'connection'> {
  grade: Grade;
  via: string[];
  cited: CitedRequest[];
  connections: PastConnection[];
  lastSeen: number | null;
}

/** One access on one thing. */
interface Asked {
  readonly access: Access;
  /** '' for the cluster. */
  readonly namespace: string;
  readonly name: string;
  readonly on: string;
}

function questionsOf(pods: readonly MatchedPod[]): readonly Asked[] {
  const asked = new Map<string, Asked>();
  for (const { pod } of pods) {
    for (const access of ACCESSES) {
      for (const { namespace, name, on } of thingsOf(pod, access)) {
        asked.set(`${access.resource}/${access.subresource}/${access.group}/${access.verbs[0]}/${on}`, {
          access,
          namespace,
          name,
          on,
        });
      }
    }
  }
  return [...asked.values()];
}

function thingsOf(pod: PodObject, access: Access): readonly Omit<Asked, 'access'>[] {
  const { namespace } = pod;
  const named = (kind: string, name: string): Omit<Asked, 'access'> => ({
    namespace,
    name,
    on: `${kind} ${namespace}/${name}`,
  });
  switch (access.on) {
    case 'pod':
      return [named('Pod', pod.name)];
    case 'secret':
      return secretsOf(pod.spec).map((name) => named('Secret', name));
    case 'account':
      return [named('ServiceAccount', pod.spec.serviceAccountName || 'default')];
    case 'claims':
      return claimsOf(pod.spec).length === 0 ? [] : [{ namespace, name: '', on: `namespace ${namespace}` }];
    case 'namespace':
      return [{ namespace, name: '', on: `namespace ${namespace}` }];
    case 'cluster':
      return [{ namespace: '', name: '', on: 'cluster' }];
  }
}

function addHolders(
  view: PastView['view'],
  { access, namespace, name, on }: Asked,
  grade: Grade,
  found: Map<string, Draft>,
): void {
  const { group, resource, subresource } = access;
  for (const verb of access.verbs) {
    // A list names nothing, except with a field selector, where a rule for one name allows it as well.
    const request = { type: 'resource', verb, group, resource, subresource, namespace, name } as const;
    for (const { grant } of whoCan(view, request, namespace === '' ? [] : [namespace]).holders) {
      const draft = draftOf(found, subjectOf(grant), access.access, on, grade);
      if (draft.grade !== grade) continue;
      const via = describeGrant(grant.binding, grant.subject);
      if (!draft.via.includes(via)) draft.via.push(via);
    }
  }
}

/**
 * A workload that holds a Secret of a matched one can log in as whoever the Secret is for, where it can connect.
 *
 * @param connectionsOf null where the pod is not known to have been so then
 */
function addCredentials(
  view: PastView['view'],
  { object: pod }: PastPresence,
  pods: readonly MatchedPod[],
  connectionsOf: ConnectionsOf | null,
  found: Map<string, Draft>,
): void {
  if (pod.kind !== 'Pod' || pods.some((one) => one.pod.namespace === pod.namespace && one.pod.name === pod.name))
    return;
  const own = new Set(secretsOf(pod.spec));
  const wanted = Map.groupBy(
    pods
      .filter((one) => one.pod.namespace === pod.namespace)
      .flatMap((one) => secretsOf(one.pod.spec).flatMap((name) => (own.has(name) ? [{ name, one }] : []))),
    ({ name }) => name,
  );
  const grade = connectionsOf === null ? 'unknown' : 'possible';
  for (const [name, databases] of wanted) {
    const { kind, namespace, name: workload } = topOwner(view, pod);
    const subject = { kind, namespace, name: workload };
    const draft = draftOf(found, subject, 'hold-credential', `Secret ${namespace}/${name}`, grade);
    const via = `Pod ${pod.namespace}/${pod.name} reads Secret ${name}`;
    if (draft.grade !== grade || draft.via.includes(via)) continue;
    draft.via.push(via);
    for (const { one } of databases) {
      const connection = one.certain ? connectionsOf?.(pod, one.pod) : undefined;
      draft.connections.push(connection ?? unknownConnection(UNKNOWN_ENDS));
    }
  }
}

const UNKNOWN_ENDS = 'what its pods or the matched ones were then is not known';

/** A service account's subject carries the namespace in which it is looked up. */
function subjectOf({ subject, binding }: Pick<Grant, 'subject' | 'binding'>): Subject {
  if (subject.kind !== 'ServiceAccount') return { kind: subject.kind, name: subject.name };
  return { kind: subject.kind, namespace: subject.namespace ?? binding.namespace, name: subject.name };
}

function draftOf(
  found: Map<string, Draft>,
  subject: Subject,
  access: string,
  on: string,
  grade: Grade = 'possible',
): Draft {
  const key = JSON.stringify([subject.kind, subject.namespace, subject.name, access, on]);
  let draft = found.get(key);
  if (draft === undefined) {
    draft = { subject, access, on, grade, via: [], cited: [], connections: [], lastSeen: null };
    found.set(key, draft);
  }
  return draft;
}

/**
 * A request before the instant makes the grant that it used a witnessed one. What was allowed by a binding that is known
 * to be gone at the instant is past; where no binding is named (system:masters, a webhook) or the binding's state is not
 * known, the request itself is the only evidence.
 */
function addWitness(
  past: PastView,
  witness: Witness,
  until: number,
  pods: readonly MatchedPod[],
  found: Map<string, Draft>,
): void {
  const access = accessOf(witness);
  const last = witness.times.findLast((time) => time <= until);
  if (access === undefined || last === undefined) return;
  const on = thingOf(witness, access, pods);
  if (on === null) return;
  const user = { name: witness.username, groups: witness.groups };
  const named = /^RBAC: allowed by (.*)$/.exec(witness.reason)?.[1];
  const holders = [...found.values()].filter(
    (draft) =>
      draft.access === access.access &&
      draft.on === on &&
      draft.via.length > 0 &&
      appliesTo(draft.subject, draft.subject.namespace ?? '', user),
  );
  const own = holders.filter((draft) => named === undefined || draft.via.includes(named));
  if (named !== undefined && own.length === 0 && holders.length === 0 && !mayStillHold(past, named)) return;
  const drafts = own.length > 0 ? own : [draftOf(found, subjectOfUser(witness.username), access.access, on)];
  for (const draft of drafts) {
    draft.grade = 'witnessed';
    if (draft.via.length === 0 && named !== undefined) draft.via.push(named);
    if (draft.lastSeen === null || last > draft.lastSeen) draft.lastSeen = last;
    draft.cited.push(...witness.earliest.filter((one) => one.time <= until));
  }
}

function subjectOfUser(username: string): Subject {
  const account = parseServiceAccountUser(username);
  return account === undefined ? { kind: 'User', name: username } : { kind: 'ServiceAccount', ...account };
}

/** On which of the matched things a request was made; null: on none of them. */
function thingOf({ namespace, name }: Witness, access: Access, pods: readonly MatchedPod[]): string | null {
  for (const { pod } of pods) {
    for (const thing of thingsOf(pod, access)) {
      if (thing.namespace !== '' && namespace !== '' && thing.namespace !== namespace) continue;
      // A list of all reads each of them; a creation names what is new.
      const isNamed = access.on === 'pod' || access.on === 'secret' || access.on === 'account';
      if (!isNamed || name === '' || name === thing.name) return thing.on;
    }
  }
  return null;
}

/** Whether the binding that a reason names may have been there at the instant: it was not known to be gone. */
function mayStillHold({ unknown }: PastView, named: string): boolean {
  const [, kind, quoted] = /^(ClusterRoleBinding|RoleBinding) "((?:[^"\\]|\\.)*)" of /.exec(named) ?? [];
  if (kind === undefined || quoted === undefined) return true;
  const name = kind === 'RoleBinding' ? quoted.slice(0, quoted.lastIndexOf('/')) : quoted;
  return unknown.some(
    (one) => one.kind.endsWith('Role') || (one.kind === kind && (one.name === null || one.name === name)),
  );
}

/** A binding to a role whose rules are not known may give anything. */
function addUnreadRoles({ view }: PastView, namespace: string, found: Map<string, Draft>): void {
  for (const binding of bindingsIn(view, namespace)) {
    if (isRoleKnown(view, binding)) continue;
    for (const subject of binding.subjects) {
      const on = namespace === '' ? 'cluster' : `namespace ${namespace}`;
      const draft = draftOf(found, subjectOf({ subject, binding }), 'not known', on);
      draft.grade = 'unknown';
      draft.via.push(describeGrant(binding, subject));
    }
  }
}

function isRoleKnown(view: PastView['view'], binding: BindingObject): boolean {
  const { kind, name } = binding.roleRef;
  if (kind !== 'ClusterRole' && (kind !== 'Role' || binding.namespace === '')) return true;
  return rulesOfRole(view, kind, kind === 'Role' ? binding.namespace : '', name).status !== 'unknown';
}

function byName(a: Principal, b: Principal): number {
  const left = `${a.subject.kind}/${a.subject.namespace ?? ''}/${a.subject.name}/${a.access}/${a.on}`;
  const right = `${b.subject.kind}/${b.subject.namespace ?? ''}/${b.subject.name}/${b.access}/${b.on}`;
  return left < right ? -1 : left > right ? 1 : 0;
}
