/** One event of an audit log as a line: the user lists Secrets, allowed. */
export function auditLine({ username, at = 0 }: { readonly username: string; readonly at?: number }): string {
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `event-${at}`,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/secrets',
    verb: 'list',
    user: { username, groups: [username] },
    sourceIPs: ['203.0.113.9'],
    userAgent: username,
    objectRef: { resource: 'secrets', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-11-26T10:00:00.000000Z',
    stageTimestamp: '2026-11-26T10:00:00.010000Z',
  });
}
