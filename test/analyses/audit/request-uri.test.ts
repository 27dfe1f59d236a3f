import { expect, it, test } from 'vitest';
import { createAuditIntake } from '../../../src/analyses/audit/audit-intake.ts';
import { createAuditPastReader } from '../../../src/sources/history/audit-past.ts';
import { createSlimmer } from '../../../src/sources/slim/slimmer.ts';
import { normalised, rawEvent } from '../../sources/audit/raw-events.ts';

const EVE = { username: 'eve', groups: ['system:authenticated'] };

function severityOf(detection: string, raw: Record<string, unknown>): string | undefined {
  const intake = createAuditIntake();
  intake.push([normalised(rawEvent({ user: EVE, ...raw }))]);
  return intake.state().groups.get(`${detection}|eve`)?.severity;
}

const SECRETS = '/api/v1/secrets';

// The API server ignores parameters that it does not know, and takes the first value of one that it does.
it.each([
  ['', 'high'],
  ['?x=/namespaces/', 'high'],
  ['?labelSelector=owner%3Dhelm', 'info'],
  ['?labelSelector=a,owner=helm&limit=500', 'info'],
  ['?xlabelSelector=owner=helm', 'high'],
  ['?labelSelector=&labelSelector=owner%3Dhelm', 'high'],
  ['?labelSelector=owner!%3Dhelm', 'high'],
  ['?labelSelector=owner%3Dhelmet', 'high'],
  ['?resourceVersion=0', 'low'],
  ['?x=?resourceVersion=0', 'high'],
])('a list of all secrets by %s is %s', (query, severity) => {
  const uri = `${SECRETS}${query}`;
  expect(severityOf('secrets-listed', { verb: 'list', requestURI: uri, objectRef: { resource: 'secrets' } })).toBe(
    severity,
  );
});

// The node's proxy decodes and cleans the path (k8s.io/kubernetes pkg/registry/core/node/rest/proxy.go).
it.each([
  ['/metrics', undefined],
  ['/metrics/cadvisor', undefined],
  ['/stats/summary?only_cpu_and_memory=true', undefined],
  ['/run/shop/cart/c?cmd=id', 'high'],
  ['/run/shop/cart/c?cmd=id&x=/proxy/metrics', 'high'],
  ['/run/shop/proxy/metrics?cmd=id', 'high'],
  ['/metrics/../run/shop/cart/c?cmd=id', 'high'],
  ['/metrics/%2e%2e/run/shop/cart/c?cmd=id', 'high'],
  ['/%72un/shop/cart/c?cmd=id', 'high'],
  ['/logs/audit.log?x=/proxy/run/', 'medium'],
  ['/pods', 'medium'],
])('reaching the kubelet by %s is %s', (path, severity) => {
  expect(
    severityOf('node-proxy-access', {
      requestURI: `/api/v1/nodes/n1/proxy${path}`,
      objectRef: { resource: 'nodes', subresource: 'proxy', name: 'n1' },
    }),
  ).toBe(severity);
});

test('what is only said to be a dry run is a write', () => {
  const pastOf = createAuditPastReader(createSlimmer());
  const writes = ['?dryRun=All', '?fieldManager=?dryRun=All', '?fieldManager=dryRun%3D', '?xdryRun=All'].map(
    (query) => {
      const raw = rawEvent({
        verb: 'create',
        requestURI: `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings${query}`,
        objectRef: { resource: 'clusterrolebindings', apiGroup: 'rbac.authorization.k8s.io', name: 'b' },
        responseStatus: { code: 201 },
      });
      const event = normalised(raw);
      const intake = createAuditIntake();
      intake.push([event]);
      return [pastOf(event, () => raw).written !== null, intake.state().writes.length];
    },
  );
  expect(writes).toEqual([
    [false, 0],
    [true, 1],
    [true, 1],
    [true, 1],
  ]);
});

test('a deletion that was only tried takes nothing away, and one that may have been leaves it open', () => {
  const pastOf = createAuditPastReader(createSlimmer());
  const role = { resource: 'roles', apiGroup: 'rbac.authorization.k8s.io', namespace: 'shop', name: 'r' };
  const requestURI = '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles/r';
  const options = {
    kind: 'DeleteOptions',
    apiVersion: 'rbac.authorization.k8s.io/v1',
    propagationPolicy: 'Background',
  };
  const types = [
    {},
    { requestObject: options },
    { requestObject: { ...options, dryRun: ['All'] } },
    { requestURI: `${requestURI}?x=${'x'.repeat(4000)}&dryRun=All` },
    { level: 'Metadata' },
  ].map((parts) => {
    const raw = rawEvent({ verb: 'delete', level: 'Request', objectRef: role, requestURI, ...parts });
    return pastOf(normalised(raw), () => raw).observations.map((one) => one.type);
  });
  expect(types).toEqual([['gone'], ['gone'], [], [], ['unsure']]);
});
