import { isObject, objectAt, objectsAt, textAt, type JsonObject } from '../../kube/audit-json.ts';
import { createTimeReader } from '../../kube/audit-time.ts';
import { pastObject } from '../../kube/past-object.ts';
import { pastKindWritten } from '../../kube/past-writes.ts';
import { isDryRun } from '../../kube/request-uri.ts';
import { sanitise } from '../../kube/sanitise.ts';
import type { AuditEvent } from '../../model/audit-event.ts';
import { kindInfo } from '../../model/kind.ts';
import type { Doubt, Observation, PastKind, PastObject } from '../../model/observation.ts';
import type { Slimmer } from '../slim/slimmer.ts';

/** What one event tells about objects. */
export interface AuditPast {
  readonly observations: readonly Observation[];
  readonly doubt: Doubt | null;
  /** The kind that was written; null for all other requests. */
  readonly written: PastKind | null;
}

const NOTHING: AuditPast = { observations: [], doubt: null, written: null };

/**
 * Reads what audit events tell about the past of objects: with the response's body exactly; with the request's for all
 * but pods, as their bodies come whole and nearly without defaults; else only that something was written.
 *
 * @returns a function of an event and what it was made from
 */
export function createAuditPastReader(slimmer: Slimmer): (event: AuditEvent, raw: () => JsonObject) => AuditPast {
  const timeOf = createTimeReader();
  return (event, rawOf) => {
    const kind = writtenKind(event);
    if (kind === null) return NOTHING;
    const raw = rawOf();
    if (isOnlyTried(raw)) return NOTHING;
    const staged = timeOf(raw['stageTimestamp']);
    const bodies: Bodies = { event, raw, kind, slimmer, time: (Number.isNaN(staged) ? event.time : staged) + 1 };
    if (event.verb === 'deletecollection') return swept(bodies);
    if (event.verb === 'delete' || event.object?.subresource === 'eviction') return deleted(bodies);
    return written(bodies);
  };
}

/** Writes say so in their query, as a whole: that of events is cut. Deletions may say so in their options instead. */
function isOnlyTried(raw: JsonObject): boolean {
  if (isDryRun(textAt(raw, 'requestURI'))) return true;
  const options = objectAt(raw, 'requestObject');
  const dryRun = options?.['kind'] === 'DeleteOptions' ? options['dryRun'] : undefined;
  return Array.isArray(dryRun) && dryRun.includes('All');
}

interface Bodies {
  readonly event: AuditEvent;
  readonly raw: JsonObject;
  readonly kind: PastKind;
  readonly slimmer: Slimmer;
  /** After the end of the request, as events have fractions of milliseconds. */
  readonly time: number;
}

function writtenKind({ object, verb, stage, code, decision, user }: AuditEvent): PastKind | null {
  if (object === null || stage !== 'ResponseComplete') return null;
  const kind = pastKindWritten(verb, object);
  if (kind === null || (code === null ? decision === 'forbid' : code >= 400)) return null;
  // NodeRestriction keeps a kubelet from changing labels through the status.
  if (object.subresource === 'status' && user.username.startsWith('system:node:')) return null;
  return kind;
}

function written(bodies: Bodies): AuditPast {
  const { event, raw, kind, time } = bodies;
  const change = event.verb === 'create' ? 'created' : 'written';
  const answer = objectAt(raw, 'responseObject');
  const object = isOfKind(answer, kind) ? slimmed(bodies, answer) : fromRequest(bodies);
  const name = object?.name ?? event.object?.name ?? '';
  if (name === '') {
    return { observations: [], written: kind, doubt: doubtOf(bodies, 'unnamed') };
  }
  if (object !== null && isOfKind(answer, kind) && hasEnded(answer)) {
    return only(bodies, { name, time, type: 'gone', change: 'deleted', object });
  }
  // The last finalizer of a namespace takes it with it.
  const without = event.object?.subresource === 'finalize' ? 'unsure' : 'exists';
  return only(bodies, { name, time, type: object === null ? without : 'content', change, object });
}

function deleted(bodies: Bodies): AuditPast {
  const { event, raw, kind, time } = bodies;
  const answer = objectAt(raw, 'responseObject');
  const name = event.object?.name ?? '';
  if (isOfKind(answer, kind)) {
    const object = slimmed(bodies, answer);
    if (!hasEnded(answer)) return only(bodies, { name, time, type: 'content', change: 'written', object });
    return only(bodies, { name, time, type: 'gone', change: 'deleted', object });
  }
  // A pod ends when its kubelet says so, up to its grace period after the first request; a namespace when it is empty.
  const isByNode = event.user.username.startsWith('system:node:');
  // Whether a deletion is only tried stands in its options, which this level leaves out; kubelets don't try.
  const mayBeTried = event.level === 'Metadata' && !isByNode;
  const isLast = kind === 'Pod' ? isByNode : kind !== 'Namespace' && !mayBeTried;
  if (isLast) return only(bodies, { name, time, type: 'gone', change: 'deleted', object: null });
  return only(bodies, { name, time, type: 'unsure', change: 'written', object: null });
}

function swept(bodies: Bodies): AuditPast {
  const { raw, kind, time } = bodies;
  const answer = objectAt(raw, 'responseObject');
  if (answer === null || !Array.isArray(answer['items'])) {
    return { observations: [], written: kind, doubt: doubtOf(bodies, 'swept') };
  }
  const observations = objectsAt(answer, 'items').map((item) => {
    const object = slimmed(bodies, item);
    const ended = hasEnded(item);
    return observation(bodies, {
      name: object?.name ?? '',
      time,
      type: ended ? 'gone' : 'content',
      change: ended ? 'deleted' : 'written',
      object,
    });
  });
  return { observations, doubt: null, written: kind };
}

/** Requests to create or update hold the whole object; patches do not. */
function fromRequest(bodies: Bodies): PastObject | null {
  const { event, raw, kind } = bodies;
  const request = objectAt(raw, 'requestObject');
  const isWhole = kind !== 'Pod' && (event.verb === 'create' || event.verb === 'update');
  if (!isWhole || !isOfKind(request, kind)) return null;
  const object = slimmed(bodies, request);
  return object === null || object.name.endsWith('*') ? null : object;
}

function slimmed(bodies: Bodies, raw: JsonObject): PastObject | null {
  const object = pastObject(bodies.slimmer.slim(raw, bodies.kind));
  const namespace = namespaceOf(bodies);
  return object === null || object.namespace === namespace || object.namespace !== ''
    ? object
    : { ...object, namespace };
}

/** The request for a namespace names it as the namespace, too. */
function namespaceOf({ event, kind }: Bodies): string {
  return kindInfo(kind).namespaced ? (event.object?.namespace ?? '') : '';
}

function isOfKind(body: JsonObject | null, kind: PastKind): body is JsonObject {
  if (body === null || !isObject(body['metadata'])) return false;
  return body['kind'] === undefined || body['kind'] === kindInfo(kind).kind;
}

/** Whether nothing keeps an object that is being deleted: no grace period, no finalizer (namespaces have their own). */
function hasEnded(body: JsonObject): boolean {
  const metadata = objectAt(body, 'metadata');
  const grace = metadata?.['deletionGracePeriodSeconds'];
  for (const part of [metadata, objectAt(body, 'spec')]) {
    const finalizers = part?.['finalizers'];
    if (Array.isArray(finalizers) && finalizers.length > 0) return false;
  }
  if (textAt(metadata, 'deletionTimestamp') === '') return false;
  return typeof grace !== 'number' || grace === 0;
}

type Told = Pick<Observation, 'name' | 'time' | 'type' | 'change' | 'object'>;

function only(bodies: Bodies, told: Told): AuditPast {
  return { observations: [observation(bodies, told)], doubt: null, written: bodies.kind };
}

function observation(bodies: Bodies, told: Told): Observation {
  const { event, kind } = bodies;
  return {
    ...told,
    kind,
    namespace: namespaceOf(bodies),
    name: sanitise(told.name),
    begun: event.time,
    basis: 'audit',
    evidence: event.auditID,
  };
}

function doubtOf(bodies: Bodies, type: Doubt['type']): Doubt {
  const { event, kind, time } = bodies;
  return { kind, namespace: namespaceOf(bodies), time, type, evidence: event.auditID };
}
