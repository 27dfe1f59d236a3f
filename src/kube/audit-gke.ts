/**
 * Cloud Logging's LogEntry of GKE (`protoPayload.@type: …AuditLog`, `serviceName: k8s.io`) as an audit.k8s.io Event.
 * Field meanings: google.cloud.audit.AuditLog; the way back to resource and verb as KHI
 * (GoogleCloudPlatform/khi googlecloudlogk8saudit) and the label names do it. The status is what the entry says, never
 * inferred: a code of google.rpc.Code, 0 or absent where the request succeeded.
 */
import { isObject, objectAt, textAt, type JsonObject } from './audit-json.ts';

/** google.rpc.Code to HTTP, as google/rpc/code.proto maps them. */
const HTTP_STATUS: Readonly<Record<number, number>> = {
  0: 200,
  1: 499,
  2: 500,
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  11: 400,
  12: 501,
  13: 500,
  14: 503,
  15: 500,
  16: 401,
};

/** An annotation of ours: the log keeps no query, on which it depends where a list comes from. */
export const NO_QUERY = 'k8sec.io/query';

export function isGkeEntry(raw: JsonObject): boolean {
  const payload = objectAt(raw, 'protoPayload');
  if (payload === null) return false;
  const service = textAt(payload, 'serviceName');
  return service === 'k8s.io' || (service === '' && textAt(payload, 'methodName').startsWith('io.k8s.'));
}

/** @param raw an entry for which `isGkeEntry` holds */
export function fromGkeEntry(raw: JsonObject): JsonObject {
  const payload = objectAt(raw, 'protoPayload') ?? {};
  const labels = objectAt(raw, 'labels') ?? {};
  const operation = objectAt(raw, 'operation');
  const authentication = objectAt(payload, 'authenticationInfo');
  const metadata = objectAt(payload, 'requestMetadata');
  const verb = lastPart(textAt(payload, 'methodName')).toLowerCase();
  const path = resourcePath(textAt(payload, 'resourceName'));
  const command = textAt(labels, 'command.gke.io/command');
  const request = withoutType(payload['request']);
  const response = withoutType(payload['response']);
  const selector = textAt(authentication, 'authoritySelector');
  const address = textAt(metadata, 'callerIp');
  const isLong = operation !== null && (operation['first'] === true) !== (operation['last'] === true);
  const uri = path.uri + (command === '' ? '' : `?command=${encodeURIComponent(command)}`);
  return {
    auditID: (isLong ? textAt(operation, 'id') : '') || textAt(raw, 'insertId'),
    stage: isLong && operation['first'] === true ? 'ResponseStarted' : 'ResponseComplete',
    level: response !== undefined ? 'RequestResponse' : request !== undefined ? 'Request' : 'Metadata',
    verb,
    requestURI: uri,
    user: { username: textAt(authentication, 'principalEmail') },
    ...(selector === '' ? {} : { impersonatedUser: { username: selector } }),
    sourceIPs: address === '' ? [] : [address],
    userAgent: textAt(metadata, 'callerSuppliedUserAgent'),
    ...(path.object === null ? {} : { objectRef: path.object }),
    responseStatus: statusOf(objectAt(payload, 'status')),
    ...(request === undefined ? {} : { requestObject: request }),
    ...(response === undefined ? {} : { responseObject: response }),
    requestReceivedTimestamp: textAt(raw, 'timestamp') || textAt(raw, 'receiveTimestamp'),
    annotations: verb === 'list' && path.object !== null ? { ...labels, [NO_QUERY]: 'not logged' } : labels,
  };
}

function statusOf(status: JsonObject | null): JsonObject {
  const code = status?.['code'];
  const message = textAt(status, 'message');
  const http = typeof code === 'number' ? (HTTP_STATUS[code] ?? 500) : 200;
  return { code: http, ...(message === '' ? {} : { message }) };
}

/** `core/v1/namespaces/NS/pods/P/exec`, `rbac.authorization.k8s.io/v1/clusterroles/R`, or a path such as `healthz`. */
function resourcePath(name: string): { readonly uri: string; readonly object: JsonObject | null } {
  const parts = name.split('/').filter((part) => part !== '');
  const [group = '', version = ''] = parts;
  if (!/^v\d/.test(version)) return { uri: `/${parts.join('/')}`, object: null };
  const isCore = group === 'core';
  const rest = parts.slice(2);
  const uri = `/${isCore ? `api/${version}` : `apis/${group}/${version}`}${rest.length === 0 ? '' : `/${rest.join('/')}`}`;
  const isScoped = rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'status' && rest[2] !== 'finalize';
  const namespace = isScoped ? (rest[1] ?? '') : rest[0] === 'namespaces' ? (rest[1] ?? '') : '';
  const [resource, object = '', subresource = ''] = isScoped ? rest.slice(2) : rest;
  if (resource === undefined) return { uri, object: null };
  return {
    uri,
    object: {
      resource,
      ...(namespace === '' ? {} : { namespace }),
      ...(object === '' ? {} : { name: object }),
      ...(isCore ? {} : { apiGroup: group }),
      apiVersion: version,
      ...(subresource === '' ? {} : { subresource }),
    },
  };
}

/** Bodies carry the protobuf type beside their own fields. */
function withoutType(body: unknown): JsonObject | undefined {
  if (!isObject(body)) return undefined;
  const { '@type': _type, ...rest } = body;
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** `io.k8s.core.v1.pods.exec.create` ends in the verb. */
function lastPart(method: string): string {
  return method.slice(method.lastIndexOf('.') + 1);
}
