import { uidFor } from '../object-store.ts';
import type { JsonRecord } from '../json-value.ts';

/** Who makes requests in the demo cluster, and from where. */
export interface Actor {
  readonly username: string;
  readonly groups: readonly string[];
  readonly address: string;
  readonly userAgent: string;
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** One request that the audit log tells of. */
export interface AuditedRequest {
  readonly actor: Actor;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly verb: string;
  /** Empty for requests that name no resource; then `path` says what was asked. */
  readonly resource: string;
  readonly group?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly path?: string;
  readonly query?: string;
  readonly code?: number;
  /** `authorization.k8s.io/reason`; empty for system:masters, the Node authorizer and refusals. */
  readonly reason?: string;
  /** The body; it makes the event's level RequestResponse. */
  readonly body?: JsonRecord;
  /** Long-running requests have an event when they begin, and one when they end so much later. */
  readonly lastsMs?: number;
}

/** A line of an audit log: audit.k8s.io/v1 Event as JSON, without the newline. */
export interface AuditLine {
  readonly at: number;
  readonly json: string;
}

/**
 * The audit events of one request, as kube-apiserver's log backend writes them.
 *
 * @param sequence tells requests of the same moment apart
 * @returns one line, or two for requests that last
 */
export function auditLines(request: AuditedRequest, sequence: number): AuditLine[] {
  const auditID = uidFor(`audit/${request.at}/${sequence}`);
  const complete = request.at + (request.lastsMs ?? 4);
  const lines: AuditLine[] = [];
  if (request.lastsMs !== undefined) lines.push(line(request, auditID, 'ResponseStarted', request.at + 3));
  lines.push(line(request, auditID, 'ResponseComplete', complete));
  return lines;
}

function line(request: AuditedRequest, auditID: string, stage: string, at: number): AuditLine {
  const { actor, verb } = request;
  const code = request.code ?? (verb === 'create' ? 201 : 200);
  const forbidden = code === 403;
  const event = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: request.body === undefined ? 'Metadata' : 'RequestResponse',
    auditID,
    stage,
    requestURI: uriOf(request),
    verb,
    user: {
      username: actor.username,
      ...(actor.uid === undefined ? {} : { uid: actor.uid }),
      groups: actor.groups,
      ...(actor.extra === undefined ? {} : { extra: actor.extra }),
    },
    sourceIPs: [actor.address],
    userAgent: actor.userAgent,
    ...(request.resource === '' ? {} : { objectRef: objectRef(request) }),
    responseStatus: {
      metadata: {},
      ...(forbidden ? { status: 'Failure', message: refusal(request), reason: 'Forbidden' } : {}),
      code,
    },
    ...(request.body === undefined ? {} : { requestObject: request.body, responseObject: request.body }),
    requestReceivedTimestamp: microTime(request.at),
    stageTimestamp: microTime(at),
    annotations: {
      'authorization.k8s.io/decision': forbidden ? 'forbid' : 'allow',
      'authorization.k8s.io/reason': forbidden ? '' : (request.reason ?? ''),
    },
  };
  return { at, json: JSON.stringify(event) };
}

function objectRef(request: AuditedRequest): JsonRecord {
  return {
    resource: request.resource,
    ...(request.namespace === undefined ? {} : { namespace: request.namespace }),
    ...(request.name === undefined ? {} : { name: request.name }),
    ...(request.group === undefined ? {} : { apiGroup: request.group }),
    apiVersion: 'v1',
    ...(request.subresource === undefined ? {} : { subresource: request.subresource }),
  };
}

function uriOf(request: AuditedRequest): string {
  const query = request.query === undefined ? '' : `?${request.query}`;
  if (request.path !== undefined) return request.path + query;
  const root = request.group === undefined ? '/api/v1' : `/apis/${request.group}/v1`;
  const namespace = request.namespace === undefined ? '' : `/namespaces/${request.namespace}`;
  // A create names its object in the body, not in the path; subresources are the exception.
  const named = request.name !== undefined && (request.verb !== 'create' || request.subresource !== undefined);
  const name = named ? `/${request.name}` : '';
  const subresource = request.subresource === undefined ? '' : `/${request.subresource}`;
  return `${root}${namespace}/${request.resource}${name}${subresource}${query}`;
}

function refusal(request: AuditedRequest): string {
  const { actor, verb, resource, group = '', namespace } = request;
  if (resource === '') return `forbidden: User "${actor.username}" cannot ${verb} path "${request.path ?? ''}"`;
  const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const qualified = group === '' ? resource : `${resource}.${group}`;
  const who = `User "${actor.username}" cannot ${verb}`;
  return `${qualified} is forbidden: ${who} resource "${resource}" in API group "${group}" ${scope}`;
}

function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}

/** The reason annotation of a request that a ClusterRoleBinding allows (kubernetes pkg/registry/rbac/validation). */
export function clusterGrant(binding: string, role: string, subject: string): string {
  return `RBAC: allowed by ClusterRoleBinding "${binding}" of ClusterRole "${role}" to ${subject}`;
}

/** The reason annotation of a request that a RoleBinding allows. */
export function namespaceGrant(
  binding: string,
  roleKind: 'Role' | 'ClusterRole',
  role: string,
  subject: string,
): string {
  return `RBAC: allowed by RoleBinding "${binding}" of ${roleKind} "${role}" to ${subject}`;
}
