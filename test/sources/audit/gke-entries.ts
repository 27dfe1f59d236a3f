/**
 * What Cloud Logging makes of the Events of a server (LogEntry with google.cloud.audit.AuditLog), and what of an event
 * is lost on that way: groups, uids and extra of the user, queries, HTTP codes. Where a proxy was asked to go stays, as in
 * the entry of a GKE cluster in panther-labs/panther's parser test (`core/v1/nodes/NODE/proxy/metrics/cadvisor`).
 */
import { NO_QUERY } from '../../../src/kube/audit-gke.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';
import { lines } from './raw-events.ts';

type Raw = Readonly<Record<string, unknown>>;

const COMMAND = 'command.gke.io/command';
/** HTTP to google.rpc.Code (google/rpc/code.proto). */
const RPC_CODE: Readonly<Record<number, number>> = { 400: 3, 401: 16, 403: 7, 404: 5, 409: 6, 422: 3, 500: 13 };
/** What is read back from those. */
const HTTP_STATUS: Readonly<Record<number, number>> = { 101: 200, 201: 200, 204: 200, 422: 400 };

/** Without what is logged when a request arrives, which Cloud Logging does not keep. */
export function gkeEntries(events: readonly Raw[]): string {
  const started = new Set(events.flatMap((one) => (one['stage'] === 'ResponseStarted' ? [one['auditID']] : [])));
  const ended = new Set(events.flatMap((one) => (one['stage'] === 'ResponseComplete' ? [one['auditID']] : [])));
  return lines(
    events
      .filter(({ stage }) => stage !== 'RequestReceived')
      .map((event) => entry(event, started.has(event['auditID']) && ended.has(event['auditID']))),
  );
}

function entry(event: Raw, isLong: boolean): Raw {
  const user = objectIn(event, 'user');
  const impersonated = objectIn(event, 'impersonatedUser');
  const status = objectIn(event, 'responseStatus');
  const code = RPC_CODE[Number(status['code'])];
  const isFirst = event['stage'] === 'ResponseStarted';
  const command = commandOf(event);
  return {
    insertId: isLong ? `${String(event['auditID'])}-${String(event['stage'])}` : event['auditID'],
    timestamp: event['requestReceivedTimestamp'],
    protoPayload: {
      '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
      serviceName: 'k8s.io',
      methodName: methodOf(event),
      resourceName: resourceOf(event),
      authenticationInfo: {
        principalEmail: user['username'],
        ...(impersonated['username'] === undefined ? {} : { authoritySelector: impersonated['username'] }),
      },
      requestMetadata: {
        callerIp: (event['sourceIPs'] as readonly string[]).at(-1),
        callerSuppliedUserAgent: event['userAgent'],
      },
      ...(code === undefined ? {} : { status: { code, message: status['message'] } }),
      ...bodyIn(event, 'requestObject', 'request'),
      ...bodyIn(event, 'responseObject', 'response'),
    },
    labels: { ...objectIn(event, 'annotations'), ...(command === '' ? {} : { [COMMAND]: command }) },
    ...(isLong ? { operation: { id: event['auditID'], [isFirst ? 'first' : 'last']: true } } : {}),
  };
}

/** @returns what can be told of an event by its entry */
export function asGkeTells(raw: Raw, event: AuditEvent): AuditEvent {
  const command = commandOf(raw);
  const { object, code } = event;
  const isOnlyStage = event.stage === 'ResponseStarted' && code === 401;
  const nobody = { uid: '', groups: [], extra: {} };
  const impersonated = event.impersonated === null ? null : { ...nobody, username: event.impersonated.username };
  return {
    ...event,
    level: 'Metadata',
    stage: isOnlyStage ? 'ResponseComplete' : event.stage,
    requestURI: `${pathOf(raw)}${command === '' ? '' : `?command=${encodeURIComponent(command)}`}`,
    user: { ...nobody, username: event.user.username },
    impersonated,
    sourceIPs: event.sourceIPs.slice(-1),
    object: object === null ? null : { ...object, uid: '' },
    code: code === null ? null : (HTTP_STATUS[code] ?? code),
    statusReason: '',
    statusMessage: RPC_CODE[code ?? 0] === undefined ? '' : event.statusMessage,
    impersonationConstraint: '',
    // A list is no google.protobuf.Struct.
    body: event.body !== null && Array.isArray(raw['requestObject']) ? { ...event.body, pod: null } : event.body,
    annotations: {
      ...event.annotations,
      ...(command === '' ? {} : { [COMMAND]: command }),
      ...(event.verb === 'list' && object !== null ? { [NO_QUERY]: 'not logged' } : {}),
    },
  };
}

function methodOf(event: Raw): string {
  const { resource, subresource = '', apiGroup = 'core', apiVersion = '' } = objectRefOf(event);
  if (resource === undefined) return `io.k8s.${String(event['verb'])}`;
  const group = apiGroup.split('.').toReversed().join('.');
  return ['io', group, apiVersion, resource, subresource, String(event['verb'])]
    .filter((part) => part !== '')
    .join('.');
}

function resourceOf(event: Raw): string {
  const { resource, subresource = '', name = '', namespace, apiGroup = 'core', apiVersion = '' } = objectRefOf(event);
  if (resource === undefined) return String(event['requestURI']).replace(/\?.*/, '').slice(1);
  const scope = namespace === undefined ? [] : ['namespaces', namespace];
  const path = [apiGroup, apiVersion, ...scope, resource, name, subresource].filter((part) => part !== '').join('/');
  return subresource === 'proxy' ? `${path}${proxiedPath(String(event['requestURI']))}` : path;
}

function proxiedPath(uri: string): string {
  return /\/proxy(\/[^?]*[^?/])?/.exec(uri)?.[1] ?? '';
}

function pathOf(event: Raw): string {
  const resource = resourceOf(event);
  if (event['objectRef'] === undefined) return `/${resource}`;
  return resource.startsWith('core/') ? `/api/${resource.slice('core/'.length)}` : `/apis/${resource}`;
}

function commandOf(event: Raw): string {
  if (objectRefOf(event)['subresource'] !== 'exec') return '';
  return new URL(String(event['requestURI']), 'http://x').searchParams.getAll('command').join(' ');
}

function objectRefOf(event: Raw): Readonly<Partial<Record<string, string>>> {
  return (event['objectRef'] as Readonly<Record<string, string>> | undefined) ?? {};
}

function bodyIn(event: Raw, field: string, name: string): Raw {
  const body = event[field];
  if (body === undefined) return {};
  return { [name]: Array.isArray(body) ? body : { ...(body as Raw), '@type': 'k8s.io/x' } };
}

function objectIn(raw: Raw, field: string): Raw {
  return (raw[field] as Raw | undefined) ?? {};
}
