import { createAuditNormaliser } from '../../../src/kube/audit-normalise.ts';
import type { AuditEvent } from '../../../src/model/audit-event.ts';

/** audit.k8s.io Events as a server writes them, with the parts that a test names. */
export function rawEvent(parts: Record<string, unknown> = {}): Record<string, unknown> {
  counter += 1;
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `00000000-0000-4000-8000-${String(counter).padStart(12, '0')}`,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/shop/pods/cart',
    verb: 'get',
    user: { username: 'alice', groups: ['dev', 'system:authenticated'] },
    sourceIPs: ['10.0.0.9'],
    userAgent: 'kubectl/v1.36.0 (linux/amd64) kubernetes/abc',
    objectRef: { resource: 'pods', namespace: 'shop', name: 'cart', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: '2026-11-23T10:00:00.123456Z',
    stageTimestamp: '2026-11-23T10:00:00.125456Z',
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
    ...parts,
  };
}

let counter = 0;

/** The start of a command in pod shop/cart that reads its credentials. */
export function rawExec(parts: Record<string, unknown> = {}): Record<string, unknown> {
  return rawEvent({
    stage: 'ResponseStarted',
    requestURI: '/api/v1/namespaces/shop/pods/cart/exec?command=cat&command=%2Fetc%2Fshadow',
    objectRef: { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'cart' },
    ...parts,
  });
}

/** The annotations of a request that RBAC allows. */
export function allowedBy(reason: string): Record<string, string> {
  return {
    'authorization.k8s.io/decision': 'allow',
    'authorization.k8s.io/reason': `RBAC: allowed by ${reason}`,
  };
}

const normaliser = createAuditNormaliser();

/** What the intake takes of it. */
export function normalised(raw: Record<string, unknown>): AuditEvent {
  const event = normaliser.normalise(raw);
  if (event === null) throw new Error('no event');
  return event;
}

/** The Event in the shapes of the providers that carry all of it; each is the text of a log. */
export const WRAPPERS: Readonly<Record<string, (events: readonly Record<string, unknown>[]) => string>> = {
  NDJSON: (events) => lines(events),
  EventList: (events) =>
    JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items: events }),
  'EventList over lines': (events) => JSON.stringify({ kind: 'EventList', metadata: {}, items: events }, null, 2),
  'JSON array': (events) => JSON.stringify(events),
  'JSON array over lines': (events) => JSON.stringify(events, null, 2),
  'CloudWatch FilterLogEvents': (events) =>
    JSON.stringify({ events: events.map((event) => ({ timestamp: 1, message: JSON.stringify(event) })) }),
  'CloudWatch FilterLogEvents over lines': (events) =>
    JSON.stringify(
      { events: events.map((event) => ({ message: JSON.stringify(event) })), searchedLogStreams: [] },
      null,
      4,
    ),
  'CloudWatch subscription': (events) =>
    JSON.stringify({
      messageType: 'DATA_MESSAGE',
      owner: '1',
      logGroup: '/aws/eks/x/cluster',
      logStream: 'kube-apiserver-audit-1',
      subscriptionFilters: ['f'],
      logEvents: events.map((event, id) => ({ id: String(id), timestamp: 1, message: JSON.stringify(event) })),
    }),
  'CloudWatch export to S3': (events) =>
    events.map((event) => `2026-11-23T10:00:00.000Z ${JSON.stringify(event)}`).join('\n'),
  'AKS diagnostic records': (events) => lines(events.map(aksRecord)),
  'AKS Event Hub': (events) => JSON.stringify({ records: events.map(aksRecord) }),
  'AKSAudit rows': (events) =>
    lines(
      events.map((event) => ({
        TimeGenerated: event['stageTimestamp'],
        AuditId: event['auditID'],
        Level: event['level'],
        Stage: event['stage'],
        RequestUri: event['requestURI'],
        Verb: event['verb'],
        User: event['user'],
        ImpersonatedUser: event['impersonatedUser'],
        SourceIps: JSON.stringify(event['sourceIPs']),
        UserAgent: event['userAgent'],
        ObjectRef: JSON.stringify(event['objectRef']),
        ResponseStatus: event['responseStatus'],
        RequestObject: event['requestObject'],
        ResponseObject: event['responseObject'] ?? 'skipped-too-big-size-object',
        Annotations: event['annotations'],
        RequestReceivedTime: event['requestReceivedTimestamp'],
        StageReceivedTime: event['stageTimestamp'],
        Type: 'AKSAudit',
      })),
    ),
  'container log (docker)': (events) =>
    lines(events.map((event) => ({ log: `${JSON.stringify(event)}\n`, stream: 'stdout', time: 'x' }))),
  'container log (CRI)': (events) =>
    events.map((event) => `2026-11-23T10:00:00.123456789+01:00 stdout F ${JSON.stringify(event)}`).join('\n'),
  'audit.k8s.io/v1beta1': (events) =>
    lines(
      events.map(({ requestReceivedTimestamp, stageTimestamp: _stage, ...event }) => ({
        ...event,
        apiVersion: 'audit.k8s.io/v1beta1',
        metadata: { creationTimestamp: requestReceivedTimestamp },
        timestamp: requestReceivedTimestamp,
      })),
    ),
};

function aksRecord(event: Record<string, unknown>): Record<string, unknown> {
  return {
    category: event['verb'] === 'get' ? 'kube-audit' : 'kube-audit-admin',
    operationName: 'Microsoft.ContainerService/managedClusters/diagnosticLogs/Read',
    properties: { log: JSON.stringify(event), stream: 'stdout', pod: 'kube-apiserver-x', containerID: 'y' },
    resourceId: '/SUBSCRIPTIONS/X',
    time: '2026-11-23T10:00:01Z',
  };
}

export function lines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
